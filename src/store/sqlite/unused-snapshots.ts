/** Snapshots that no execution uses, and from which none can start: not those of versions and of the current revision of a flow. */
import type { DatabaseSync } from 'node:sqlite';

/** Snapshots that a step deletes; each may have a definition of a mebibyte. */
const SNAPSHOTS = 20;

export function createUnusedSnapshots(database: DatabaseSync) {
  const unused = database.prepare(`
    SELECT u.flow, u.revision FROM snapshot_uses u JOIN execution_flows k ON k.key = u.flow
      LEFT JOIN flows f ON f.id = k.flow_id
    WHERE u.executions = 0 AND (f.id IS NULL OR u.revision <> f.revision
      AND NOT EXISTS (SELECT 1 FROM flow_versions v WHERE v.flow = f.name AND v.revision = u.revision))
    LIMIT ${SNAPSHOTS}`);
  const removals = ['snapshots', 'snapshot_uses'].map((table) =>
    database.prepare(`DELETE FROM ${table} WHERE flow = ? AND revision = ?`),
  );
  return {
    /** True if more may be left. */
    remove(): boolean {
      const rows = unused.all();
      for (const row of rows) {
        for (const removal of removals) removal.run(Number(row['flow']), Number(row['revision']));
      }
      return rows.length === SNAPSHOTS;
    },
  };
}
