/** Members that several overviews have in common. */
import { formatTime } from '../../base/clock.ts';
import type { ExecutionHead } from '../../overview/overview.ts';
import { stoppedTime } from '../executions/replies.ts';

/** An execution without its texts. */
export function executionHead(head: ExecutionHead) {
  const { name, status, startedMs } = head;
  return { Name: name, Status: status, StartedTime: formatTime(startedMs), StoppedTime: stoppedTime(head) };
}
