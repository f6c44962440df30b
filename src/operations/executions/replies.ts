/**
 * An execution in the replies of the operations on executions (rules.md 5.10). A text that is not set yet is `""` and never
 * left out (rules.md 4.3): StoppedTime while the execution runs, Output unless it succeeded, and Input if none was sent. Input and
 * definition are returned byte for byte.
 */
import { formatTime } from '../../base/clock.ts';
import type { ExecutionView } from '../../runtime/executions.ts';
import type { EnvironmentVariable } from '../../store/flows.ts';

/** The members of every reply about an execution. */
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
export function stoppedTime({ stoppedMs }: Pick<ExecutionView, 'stoppedMs'>): string {
  return stoppedMs === 0 ? '' : formatTime(stoppedMs);
}

/** The member `Environment` of replies about executions: without descriptions (rules.md 5.6). */
export function variablesReply(variables: readonly EnvironmentVariable[]) {
  return { Variables: variables.map(({ name, value }) => ({ Name: name, Value: value })) };
}
