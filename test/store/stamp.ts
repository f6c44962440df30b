/** Contents in which every part has the same number, so that a test notices a mixture of two writes. */
import type { ExecutionChange } from '../../src/store/executions.ts';
import type { FlowRecord } from '../../src/store/flows.ts';
import { endOf, row, startOf } from './executions.ts';

/** Large enough for several pages of the file. */
export function stamped(n: number): Pick<FlowRecord, 'definition' | 'description' | 'environment'> {
  return {
    definition: `${n};`.repeat(8000),
    description: String(n),
    environment: [{ name: 'n', value: String(n), description: '' }],
  };
}

/** Number of journal rows of one execution. Each commit writes one row, and the last one ends the execution. */
export const STAGES = 4;

/** Commit `n` starts execution `n`, adds a row to the {@link STAGES} - 1 executions before it, and ends the earliest of these. */
export function staged(n: number): ExecutionChange[] {
  const changes: ExecutionChange[] = [{ ...startOf(n), journal: row(1, 2, `of ${n}`) }];
  for (let stage = 1; stage < STAGES && n - stage > 0; stage++) {
    const id = n - stage;
    const journal = row(1 + 2 * stage, 2, `${'long '.repeat(400)} of ${id}`);
    changes.push({ id, journal, ...(stage === STAGES - 1 ? endOf({ output: `{"id":${id}}` }) : { wakeMs: n }) });
  }
  return changes;
}
