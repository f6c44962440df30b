/**
 * ListFlowVersions (api.md 4.7): newest first; NextToken is the first version of the next page. `Limit`, a text in this
 * operation, is read as the number that it writes, as every parameter is.
 */
import { actionResource } from '../../api/actions.ts';
import { existingFlow } from '../flows/flows.ts';
import type { Operation } from '../operation.ts';
import { numberToken, optionalInteger, requiredName } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';
import { PAGE_LIMIT, versionReply } from './versions.ts';

export const listFlowVersions: Operation<OperationServices> = {
  action: 'ListFlowVersions',
  resource: (parameters) => actionResource('ListFlowVersions', parameters),
  async run(services, { parameters }) {
    const flowName = requiredName(parameters, 'FlowName');
    const from = numberToken(parameters);
    const limit = optionalInteger(parameters, 'Limit', PAGE_LIMIT);
    await existingFlow(services, flowName);
    const { versions, nextVersion } = await services.flows.listVersions(flowName, from, limit);
    return {
      NextToken: nextVersion === null ? undefined : String(nextVersion),
      FlowVersions: versions.map(versionReply),
    };
  },
};
