/** Reads the log of a Map run from the store. */
import type { ExecutionId, ExecutionStore } from '../../../store/executions.ts';
import { decodeEntries } from './entries.ts';
import type { Progress } from './progress.ts';

/** Rows of the log that one piece of a load reads. */
const ROWS_AT_ONCE = 4;

/**
 * Folds what the store has after the entries that `progress` knows. May be called again after an error.
 * @param key with `execution`, the key of the run
 * @param turn resolves when the caller may decode the next row
 * @throws JsonFault for a row that this version cannot read
 */
export async function foldLog(
  store: Pick<ExecutionStore, 'mapRunLog'>,
  execution: ExecutionId,
  key: number,
  progress: Progress,
  turn: () => Promise<void>,
): Promise<void> {
  for (;;) {
    const rows = await store.mapRunLog(execution, key, progress.next, ROWS_AT_ONCE);
    for (const { events } of rows) {
      await turn();
      for (const entry of decodeEntries(events)) progress.take(entry);
    }
    if (rows.length < ROWS_AT_ONCE) return;
  }
}
