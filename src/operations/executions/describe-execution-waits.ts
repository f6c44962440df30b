/**
 * DescribeExecutionWaits, an extension that the cloud does not have (docs/extensions.md): the things that an execution waits
 * for, since when, and what would wake it; or why it ended as it did.
 */
import { formatTime } from '../../base/clock.ts';
import type { ExecutionWait } from '../../runtime/executions.ts';
import { stoppedTime } from './replies.ts';
import { defineOperation } from '../operation.ts';

export const describeExecutionWaits = defineOperation(
  'DescribeExecutionWaits',
  async ({ executions }, { FlowName: flowName, ExecutionName: executionName }) => {
    const { view, waits, explanation, depth, startedBy } = await executions.waits(flowName, executionName);
    return {
      FlowName: view.flowName,
      Name: view.name,
      Status: view.status,
      StartedTime: formatTime(view.startedMs),
      StoppedTime: stoppedTime(view),
      Depth: depth,
      StartedBy: startedBy.map(starterReply),
      Explanation: explanation,
      Waits: waits.map(waitReply),
    };
  },
);

/** From `{flow}/{execution}/{state}`; the state is missing for a start by a caller with the task's token. */
function starterReply(text: string) {
  const [flow = '', execution = '', ...state] = text.split('/');
  return { FlowName: flow, ExecutionName: execution, StepName: state.join('/') };
}

function waitReply(wait: ExecutionWait) {
  return {
    Kind: wait.kind,
    StepName: wait.stepName,
    EventId: wait.event,
    Action: wait.action,
    SinceTime: formatTime(wait.sinceMs),
    UntilTime: wait.untilMs === null ? '' : formatTime(wait.untilMs),
    Reason: wait.reason,
  };
}
