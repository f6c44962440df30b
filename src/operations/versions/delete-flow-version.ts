/** DeleteFlowVersion (api.md 4.8). A version that an alias routes to stays (decisions.md 4.8). */
import { actionResource } from '../../api/actions.ts';
import { apiError } from '../../api/error.ts';
import { existingFlow } from '../flows/flows.ts';
import type { Operation } from '../operation.ts';
import { requiredName, requiredVersion } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';

export const deleteFlowVersion: Operation<OperationServices> = {
  action: 'DeleteFlowVersion',
  resource: (parameters) => actionResource('DeleteFlowVersion', parameters),
  async run(services, { parameters }) {
    const flowName = requiredName(parameters, 'FlowName');
    const version = requiredVersion(parameters, 'FlowVersion');
    const outcome = await services.flows.deleteVersion(flowName, version);
    if (outcome === 'routed-to') throw apiError('FlowVersionInUse', String(version), flowName);
    if (outcome === 'absent') {
      await existingFlow(services, flowName);
      throw apiError('FlowVersionNotExists', String(version), flowName);
    }
    services.changes.changed(flowName);
    return {};
  },
};
