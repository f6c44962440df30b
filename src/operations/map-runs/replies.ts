/** Members of the replies about Map runs. */
import { formatTime } from '../../base/clock.ts';
import { isOpen } from '../../store/map-runs.ts';
import type { MapRunRecord } from '../../store/map-runs.ts';

/** A bound that no one has set is 0, as for a run that tolerates nothing. */
export function boundsReply({ concurrency, toleratedCount, toleratedPercentage }: MapRunRecord) {
  return {
    Concurrency: concurrency,
    ToleratedFailedCount: toleratedCount ?? 0,
    ToleratedFailedPercentage: toleratedPercentage ?? 0,
  };
}

/** How far a run of an execution is. */
export function mapRunReply(run: MapRunRecord, executionName: string) {
  const { name, status, startedMs, stoppedMs, total, running, succeeded, failed } = run;
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
}
