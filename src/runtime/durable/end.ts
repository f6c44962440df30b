/** The end of a Standard execution, for the store. */
import { assert } from '../../base/assert.ts';
import { stringifyJson } from '../../base/json.ts';
import type { Execution } from '../../interpreter/execution.ts';
import type { ExecutionChange } from '../../store/executions.ts';

/** The end that the change with the last events stores. The execution must have ended. @param steadyMs the present, steady time */
export function endOf(
  { status, failure, stoppedMs, output }: Execution,
  steadyMs: number,
): NonNullable<ExecutionChange['end']> {
  assert(status !== 'Running', 'only an ended execution has an end');
  return {
    status,
    stoppedMs,
    steadyMs,
    output: status === 'Succeeded' ? stringifyJson(output) : '',
    error: failure?.error ?? '',
    cause: failure?.cause ?? '',
  };
}
