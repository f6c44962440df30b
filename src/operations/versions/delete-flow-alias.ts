/** DeleteFlowAlias (rules.md 5.8). Executions that were started through the alias run the version that they started with. */
import { defineOperation } from '../operation.ts';
import { absentAlias } from './absent.ts';

export const deleteFlowAlias = defineOperation(
  'DeleteFlowAlias',
  async (services, { FlowName: flowName, Name: name }) => {
    if (!(await services.flows.deleteAlias(flowName, name))) throw await absentAlias(services, flowName, name);
    await services.changes.changed(flowName);
    return {};
  },
);
