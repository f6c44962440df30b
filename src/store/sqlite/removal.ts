/**
 * Deletes executions from the tables. An execution may have hundreds of megabytes of events, which take long to delete. So its
 * record is deleted first, and then no reader finds it; the other rows follow in pieces. The table `purging` has the executions
 * of which rows are left.
 *
 * The children of its Map runs follow in pieces too, before the rows that name the runs. A child that runs, or whose callback is due, is
 * left: it has lost its parent, so it ends soon.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Row } from './flow-rows.ts';
import type { SnapshotUses } from './snapshot-uses.ts';
import { DUE, RUNNING } from '../stored-forms.ts';

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

/** The Map runs of an execution. */
export const RUNS_OF_EXECUTION = 'SELECT name FROM map_runs WHERE execution = ?';
/** The next children of a Map run that can be deleted with its execution. */
export const ENDED_ITEMS_OF_RUN = `
  SELECT id, flow, revision, map_run FROM executions INDEXED BY executions_by_map_run
  WHERE flow = ? AND map_run = ? AND status > ${RUNNING} AND callback <> ${DUE} LIMIT ${ROWS_AT_ONCE}`;

export class Removal {
  readonly #uses: SnapshotUses;
  readonly #removeRecord;
  readonly #setPurgedId;
  readonly #begin;
  readonly #begun;
  readonly #finish;
  readonly #parts;
  readonly #runs;
  readonly #items;

  constructor(database: DatabaseSync, uses: SnapshotUses) {
    this.#uses = uses;
    this.#removeRecord = database.prepare('DELETE FROM executions WHERE id = ?');
    this.#setPurgedId = database.prepare('UPDATE owner SET purged_id = max(purged_id, ?)');
    this.#begin = database.prepare('INSERT INTO purging (execution, flow) VALUES (?, ?)');
    this.#begun = database.prepare('SELECT execution, flow FROM purging LIMIT 1');
    this.#finish = database.prepare('DELETE FROM purging WHERE execution = ?');
    this.#parts = TABLES_OF_EXECUTIONS.map((each) => ({
      find: database.prepare(rowsOfExecution(each)),
      remove: database.prepare(`DELETE FROM ${each.table} WHERE rowid = ?`),
    }));
    this.#runs = database.prepare(RUNS_OF_EXECUTION);
    this.#items = database.prepare(ENDED_ITEMS_OF_RUN);
  }

  /**
   * Deletes an execution, by its `id`, `flow`, `revision` and `map_run`, if it was not deleted with the execution of its Map before.
   * Rows and children beyond the budget remain for {@link finish}.
   */
  remove({ id, flow, revision, map_run: run }: Row, budget: RemovalBudget): void {
    const execution = Number(id);
    if (Number(this.#removeRecord.run(execution).changes) === 0) return;
    this.#uses.add(Number(flow), Number(revision), -1, run !== null);
    this.#setPurgedId.run(execution);
    budget.executions--;
    if (!this.#removeParts(execution, Number(flow), budget)) this.#begin.run(execution, Number(flow));
  }

  /** Deletes what earlier removals have left, within the budget. */
  finish(budget: RemovalBudget): void {
    while (isLeft(budget)) {
      const row = this.#begun.get();
      if (row === undefined) return;
      const execution = Number(row['execution']);
      if (this.#removeParts(execution, Number(row['flow']), budget)) this.#finish.run(execution);
    }
  }

  /** True if there are rows of deleted executions. */
  get isUnfinished(): boolean {
    return this.#begun.get() !== undefined;
  }

  /** True if nothing is left. */
  #removeParts(execution: number, flow: number, budget: RemovalBudget): boolean {
    return this.#removeItems(execution, flow, budget) && this.#removeRows(execution, budget);
  }

  /** True if no child of the Map runs is left that can be deleted. */
  #removeItems(execution: number, flow: number, budget: RemovalBudget): boolean {
    for (const { name } of this.#runs.all(execution)) {
      for (let items: Row[]; (items = this.#items.all(flow, String(name))).length > 0; ) {
        for (const item of items) {
          if (!isLeft(budget)) return false;
          this.remove(item, budget);
        }
      }
    }
    return true;
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
