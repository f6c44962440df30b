/** DeleteFlowAlias (api.md 4.12). Executions that were started through it keep their version. */
import { actionResource } from '../../api/actions.ts';
import type { Operation } from '../operation.ts';
import { requiredName } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';
import { absentAlias } from './versions.ts';

export const deleteFlowAlias: Operation<OperationServices> = {
  action: 'DeleteFlowAlias',
  resource: (parameters) => actionResource('DeleteFlowAlias', parameters),
  async run(services, { parameters }) {
    const flowName = requiredName(parameters, 'FlowName');
    const name = requiredName(parameters, 'Name');
    if (!(await services.flows.deleteAlias(flowName, name))) throw await absentAlias(services, flowName, name);
    services.changes.changed(flowName);
    return {};
  },
};
