/** Members that several overviews have in common. */
import { formatTime } from '../../base/clock.ts';
import type { ExecutionHead } from '../../overview/overview.ts';

/** An execution without its texts. */
export function executionHead({ name, status, startedMs, stoppedMs }: ExecutionHead) {
  return {
    Name: name,
    Status: status,
    StartedTime: formatTime(startedMs),
    StoppedTime: stoppedMs === 0 ? '' : formatTime(stoppedMs),
  };
}
