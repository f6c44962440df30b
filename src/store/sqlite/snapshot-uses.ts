/**
 * Counts the executions of each snapshot, so that a purge finds unused snapshots without a scan of all executions. The
 * changes of a transaction are added up and written once at its end.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { assert } from '../../base/assert.ts';

export class SnapshotUses {
  readonly #change: StatementSync;
  readonly #begin: StatementSync;
  /** By flow key and revision. */
  readonly #changes = new Map<string, { flow: number; revision: number; by: number }>();

  constructor(database: DatabaseSync) {
    this.#change = database.prepare(`
      UPDATE snapshot_uses SET executions = executions + ? WHERE flow = ? AND revision = ?`);
    this.#begin = database.prepare(`
      INSERT INTO snapshot_uses (flow, revision, executions)
      SELECT flow, revision, ? FROM snapshots WHERE flow = ? AND revision = ?`);
  }

  /** Discards the changes of an earlier transaction that failed. */
  forget(): void {
    this.#changes.clear();
  }

  add(flow: number, revision: number, by: number): void {
    const key = `${flow}:${revision}`;
    const change = this.#changes.get(key);
    if (change === undefined) this.#changes.set(key, { flow, revision, by });
    else change.by += by;
  }

  write(): void {
    for (const { flow, revision, by } of this.#changes.values()) {
      if (Number(this.#change.run(by, flow, revision).changes) === 1) continue;
      const begun = Number(this.#begin.run(by, flow, revision).changes) === 1;
      assert(begun, `no snapshot of revision ${revision} for its executions`);
    }
    this.#changes.clear();
  }
}
