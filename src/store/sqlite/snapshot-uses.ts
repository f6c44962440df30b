/**
 * Counts the executions of each snapshot, and the children of Map runs among them, so that a purge finds unused snapshots and the numbers
 * of flows without a scan of all executions. The changes of a transaction are added up and written once at its end.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { assert } from '../../base/assert.ts';

interface Change {
  readonly flow: number;
  readonly revision: number;
  executions: number;
  items: number;
}

export class SnapshotUses {
  readonly #change: StatementSync;
  readonly #begin: StatementSync;
  /** By flow key and revision. */
  readonly #changes = new Map<string, Change>();

  constructor(database: DatabaseSync) {
    this.#change = database.prepare(`
      UPDATE snapshot_uses SET executions = executions + ?, items = items + ? WHERE flow = ? AND revision = ?`);
    this.#begin = database.prepare(`
      INSERT INTO snapshot_uses (flow, revision, executions, items)
      SELECT flow, revision, ?, ? FROM snapshots WHERE flow = ? AND revision = ?`);
  }

  /** Discards the changes of an earlier transaction that failed. */
  forget(): void {
    this.#changes.clear();
  }

  /** @param isItem true for a child of a Map run */
  add(flow: number, revision: number, by: number, isItem: boolean): void {
    const key = `${flow}:${revision}`;
    const change = this.#changes.get(key) ?? { flow, revision, executions: 0, items: 0 };
    this.#changes.set(key, change);
    change.executions += by;
    if (isItem) change.items += by;
  }

  write(): void {
    for (const { flow, revision, executions, items } of this.#changes.values()) {
      if (Number(this.#change.run(executions, items, flow, revision).changes) === 1) continue;
      const begun = Number(this.#begin.run(executions, items, flow, revision).changes) === 1;
      assert(begun, `no snapshot of revision ${revision} for its executions`);
    }
    this.#changes.clear();
  }
}
