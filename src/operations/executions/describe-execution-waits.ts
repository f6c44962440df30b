/**
 * DescribeExecutionWaits, an extension that the cloud does not have (docs/extensions.md): what a running execution waits
 * for, since when, and what would wake it.
 */
import { actionResource } from '../../api/actions.ts';
import { formatTime } from '../../base/clock.ts';
import type { ExecutionWait } from '../../runtime/executions.ts';
import { stoppedTime } from './executions.ts';
import type { Operation } from '../operation.ts';
import { requiredExecutionName, requiredName } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';

export const describeExecutionWaits: Operation<OperationServices> = {
  action: 'DescribeExecutionWaits',
  resource: (parameters) => actionResource('DescribeExecutionWaits', parameters),
  async run({ executions }, { parameters }) {
    const flowName = requiredName(parameters, 'FlowName');
    const { view, waits } = await executions.waits(flowName, requiredExecutionName(parameters));
    return {
      FlowName: view.flowName,
      Name: view.name,
      Status: view.status,
      StartedTime: formatTime(view.startedMs),
      StoppedTime: stoppedTime(view),
      Waits: waits.map(waitReply),
    };
  },
};

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
