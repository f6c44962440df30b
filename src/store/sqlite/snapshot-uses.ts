/**
 * How many executions refer to each snapshot, so that a purge knows which ones nothing refers to without looking at a
 * million executions. Counted within a transaction and written once at its end.
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

  /** Drops what an earlier transaction that failed had counted. */
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
      assert(begun, `executions of revision ${revision} have no snapshot`);
    }
    this.#changes.clear();
  }
}
