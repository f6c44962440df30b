/**
 * An execution as it stands in the replies of the operations on executions (api.md 4.14 to 4.18). A text that is not set
 * yet is `""` and never left out (api.md 1.5): StoppedTime while it runs, Output unless it succeeded, and Input when none
 * was sent. Input and definition are given back byte for byte.
 */
import { formatTime } from '../../base/clock.ts';
import type { ExecutionView } from '../../runtime/executions.ts';

/** Longest Error and Cause, in characters (api.md 4.16, 4.21). */
export const MAX_ERROR = 128;
export const MAX_CAUSE = 4096;

/** Members of an execution that every reply about one has. */
export function executionReply(view: ExecutionView) {
  return {
    Status: view.status,
    StoppedTime: stoppedTime(view),
    StartedTime: formatTime(view.startedMs),
    FlowDefinition: view.definition,
    Output: view.output,
    FlowName: view.flowName,
    Name: view.name,
    Input: view.input,
  };
}

/** When it ended; empty while it runs. */
export function stoppedTime({ stoppedMs }: ExecutionView): string {
  return stoppedMs === 0 ? '' : formatTime(stoppedMs);
}
