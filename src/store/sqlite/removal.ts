/**
 * Deletes executions from the tables. An execution may have hundreds of megabytes of events, which take long to delete. So its
 * record is deleted first, and then no reader finds it; the other rows follow in pieces. The table `purging` has the executions
 * of which rows are left.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Row } from './flow-rows.ts';
import type { SnapshotUses } from './snapshot-uses.ts';

/** The tables whose rows belong to the execution in their column `execution`, with the column that has most of their text. */
export const TABLES_OF_EXECUTIONS = [
  { table: 'journal', text: 'events' },
  { table: 'inputs', text: 'text' },
  { table: 'outputs', text: 'text' },
  { table: 'map_run_log', text: 'entries' },
  { table: 'map_runs', text: 'name' },
] as const;

/** The work of one transaction. 4 MiB are deleted within some milliseconds. */
export interface RemovalBudget {
  executions: number;
  bytes: number;
}

/** A row takes this much at least: SQLite changes its page and that of its index. */
const ROW_BYTES = 512;
/** Rows of one table that are looked at together. */
const ROWS_AT_ONCE = 100;

/** The next rows of an execution in a table. `octet_length` of a long text does not read it. */
export function rowsOfExecution({ table, text }: (typeof TABLES_OF_EXECUTIONS)[number]): string {
  return `SELECT rowid AS number, octet_length(${text}) AS bytes FROM ${table} WHERE execution = ? LIMIT ${ROWS_AT_ONCE}`;
}

export class Removal {
  readonly #uses: SnapshotUses;
  readonly #removeRecord;
  readonly #setPurgedId;
  readonly #begin;
  readonly #begun;
  readonly #finish;
  readonly #parts;

  constructor(database: DatabaseSync, uses: SnapshotUses) {
    this.#uses = uses;
    this.#removeRecord = database.prepare('DELETE FROM executions WHERE id = ?');
    this.#setPurgedId = database.prepare('UPDATE owner SET purged_id = max(purged_id, ?)');
    this.#begin = database.prepare('INSERT INTO purging (execution) VALUES (?)');
    this.#begun = database.prepare('SELECT execution FROM purging LIMIT 1');
    this.#finish = database.prepare('DELETE FROM purging WHERE execution = ?');
    this.#parts = TABLES_OF_EXECUTIONS.map((each) => ({
      find: database.prepare(rowsOfExecution(each)),
      remove: database.prepare(`DELETE FROM ${each.table} WHERE rowid = ?`),
    }));
  }

  /** Deletes an execution. Rows beyond the budget remain for {@link finish}. */
  remove({ id, flow, revision }: Row, budget: RemovalBudget): void {
    const execution = Number(id);
    this.#removeRecord.run(execution);
    this.#uses.add(Number(flow), Number(revision), -1);
    this.#setPurgedId.run(execution);
    budget.executions--;
    if (!this.#removeRows(execution, budget)) this.#begin.run(execution);
  }

  /** Deletes what earlier removals have left, within the budget. */
  finish(budget: RemovalBudget): void {
    while (isLeft(budget)) {
      const row = this.#begun.get();
      if (row === undefined) return;
      const execution = Number(row['execution']);
      if (this.#removeRows(execution, budget)) this.#finish.run(execution);
    }
  }

  /** True if there are rows of deleted executions. */
  get isUnfinished(): boolean {
    return this.#begun.get() !== undefined;
  }

  /** True if no row is left. */
  #removeRows(execution: number, budget: RemovalBudget): boolean {
    for (const { find, remove } of this.#parts) {
      for (let rows: Row[]; (rows = find.all(execution)).length > 0; ) {
        for (const { number, bytes } of rows) {
          if (budget.bytes <= 0) return false;
          remove.run(Number(number));
          budget.bytes -= ROW_BYTES + Number(bytes);
        }
      }
    }
    return true;
  }
}

export function isLeft({ executions, bytes }: RemovalBudget): boolean {
  return executions > 0 && bytes > 0;
}
