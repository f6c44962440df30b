/** Contents that all carry one number, so that a mixture of two writes shows. */
import type { ExecutionChange } from '../../src/store/executions.ts';
import type { FlowRecord } from '../../src/store/flows.ts';
import { endOf, row, startOf } from './executions.ts';

/** Large enough to lie on several pages of the file. */
export function stamped(n: number): Pick<FlowRecord, 'definition' | 'description' | 'environment'> {
  return {
    definition: `${n};`.repeat(8000),
    description: String(n),
    environment: [{ name: 'n', value: String(n), description: '' }],
  };
}

/** Rows of the journal of one execution, by the commit that writes them; the last one ends it. */
export const STAGES = 4;

/** Commit `n`: execution `n` starts, those before it go on by one row, and execution `n` less {@link STAGES} plus one ends. */
export function staged(n: number): ExecutionChange[] {
  const changes: ExecutionChange[] = [{ ...startOf(n), journal: row(1, 2, `of ${n}`) }];
  for (let stage = 1; stage < STAGES && n - stage > 0; stage++) {
    const id = n - stage;
    const journal = row(1 + 2 * stage, 2, `${'long '.repeat(400)} of ${id}`);
    changes.push({ id, journal, ...(stage === STAGES - 1 ? endOf({ output: `{"id":${id}}` }) : { wakeMs: n }) });
  }
  return changes;
}
