/** Applies the changes of Map runs in a commit. It runs in the commit thread, within the transaction of its caller. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { assert } from '../../base/assert.ts';
import type { ExecutionId } from '../executions.ts';
import type { MapRunChange } from '../map-runs.ts';
import { valuesOfMapRun } from './map-run-rows.ts';
import { ABORTED, FIRST_ENDED } from '../stored-forms.ts';

export class MapRunWriter {
  readonly #set: StatementSync;
  readonly #append: StatementSync;
  readonly #next: StatementSync;
  readonly #abort: StatementSync;
  readonly #abortAll: StatementSync;

  constructor(database: DatabaseSync) {
    this.#set = database.prepare('INSERT OR REPLACE INTO map_runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#append = database.prepare(`
      INSERT INTO map_run_log (execution, key, first, count, entries) SELECT ?1, ?2, ?3, ?4, ?5
      WHERE coalesce((SELECT first + count FROM map_run_log WHERE execution = ?1 AND key = ?2 ORDER BY first DESC LIMIT 1), 1) = ?3`);
    this.#next = database.prepare(`
      SELECT first + count AS next FROM map_run_log WHERE execution = ? AND key = ? ORDER BY first DESC LIMIT 1`);
    this.#abort = database.prepare(`
      UPDATE map_runs SET status = ${ABORTED}, stopped_ms = ? WHERE execution = ? AND event = ? AND status < ${FIRST_ENDED}`);
    this.#abortAll = database.prepare(`
      UPDATE map_runs SET status = ${ABORTED}, stopped_ms = ? WHERE execution = ? AND status < ${FIRST_ENDED}`);
  }

  /** The execution must exist. A change that was committed before changes nothing. */
  apply(id: ExecutionId, { record, log }: MapRunChange): void {
    this.#set.run(id, ...valuesOfMapRun(record));
    if (log === undefined) return;
    const { first, count, events } = log;
    if (Number(this.#append.run(id, record.key, first, count, events).changes) === 1) return;
    const next = Number(this.#next.get(id, record.key)?.['next'] ?? 1);
    assert(
      first + count <= next,
      `the next entry of Map run ${record.key} of execution ${id} is ${next}, not ${first}`,
    );
  }

  /** Ends the run of this MapRunStarted event if it is open. */
  abort(id: ExecutionId, event: number, atMs: number): void {
    this.#abort.run(atMs, id, event);
  }

  /** Ends all runs of the execution that are open. */
  abortAll(id: ExecutionId, atMs: number): void {
    this.#abortAll.run(atMs, id);
  }
}
