/** DeleteFlowVersion (rules.md 5.7). Refused for a version that an alias routes to (rules.md 5.7). */
import { apiError } from '../../api/error.ts';
import { existingFlow } from '../../runtime/flows/existing-flow.ts';
import { defineOperation } from '../operation.ts';

export const deleteFlowVersion = defineOperation(
  'DeleteFlowVersion',
  async (services, { FlowName: flowName, FlowVersion: version }) => {
    const outcome = await services.flows.deleteVersion(flowName, version);
    if (outcome === 'routed-to') throw apiError('FlowVersionInUse', String(version), flowName);
    if (outcome === 'absent') {
      await existingFlow(services.flows, flowName);
      throw apiError('FlowVersionNotExists', String(version), flowName);
    }
    await services.changes.changed(flowName);
    return {};
  },
);
