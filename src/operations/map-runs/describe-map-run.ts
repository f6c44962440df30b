/** DescribeMapRun (rules.md 5.19): the state of a run of a distributed Map after its last commit. */
import { formatTime } from '../../base/clock.ts';
import { isOpen } from '../../store/map-runs.ts';
import { defineOperation } from '../operation.ts';
import { boundsReply } from './replies.ts';

export const describeMapRun = defineOperation(
  'DescribeMapRun',
  async ({ executions }, { FlowName: flowName, ExecutionName: executionName, MapRunName: name }) => {
    const run = await executions.mapRun(flowName, executionName, name);
    const { status, startedMs, stoppedMs, total, running, succeeded, failed } = run;
    const rest = total - succeeded - failed;
    const isRunning = isOpen(status);
    return {
      Status: status,
      StartedTime: formatTime(startedMs),
      StoppedTime: stoppedMs === 0 ? '' : formatTime(stoppedMs),
      ...boundsReply(run),
      ExecutionName: executionName,
      MapRunName: name,
      ItemCounts: {
        Pending: isRunning ? rest - running : 0,
        Running: isRunning ? running : 0,
        Succeed: succeeded,
        Failed: failed,
        Aborted: isRunning ? 0 : rest,
        Total: total,
      },
    };
  },
);
