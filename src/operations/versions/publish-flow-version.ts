/** PublishFlowVersion (rules.md 5.7): freezes the current flow under the next number. */
import { apiError } from '../../api/error.ts';
import { defineOperation } from '../operation.ts';
import { versionReply } from './replies.ts';

export const publishFlowVersion = defineOperation(
  'PublishFlowVersion',
  async ({ flows, clock }, { FlowName: flowName, Description: description }) => {
    const version = await flows.publish(flowName, description, clock.nowMs());
    if (version === null) throw apiError('FlowNotExists', flowName);
    return { FlowName: flowName, ...versionReply(version) };
  },
);
