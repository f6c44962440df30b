/** PublishFlowVersion (api.md 4.6): freezes the flow as it is under the next number. */
import { actionResource } from '../../api/actions.ts';
import { apiError } from '../../api/error.ts';
import { MAX_DESCRIPTION } from '../flows/flows.ts';
import type { Operation } from '../operation.ts';
import { boundedText, requiredName } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';
import { versionReply } from './versions.ts';

export const publishFlowVersion: Operation<OperationServices> = {
  action: 'PublishFlowVersion',
  resource: (parameters) => actionResource('PublishFlowVersion', parameters),
  async run({ flows, clock }, { parameters }) {
    const flowName = requiredName(parameters, 'FlowName');
    const description = boundedText(parameters, 'Description', MAX_DESCRIPTION);
    const version = await flows.publish(flowName, description, clock.nowMs());
    if (version === null) throw apiError('FlowNotExists', flowName);
    return { FlowName: flowName, ...versionReply(version) };
  },
};
