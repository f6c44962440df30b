/**
 * Deletes ended executions of deleted flows, executions that ended long ago, and the snapshots that only these used. The
 * snapshots of versions and of the current revision of a flow are not deleted, because an execution can start from them.
 */
import type { DatabaseSync } from 'node:sqlite';
import { DUE, RUNNING } from './execution-rows.ts';
import type { Row } from './flow-rows.ts';
import type { SnapshotUses } from './snapshot-uses.ts';

/** Deletes up to `limit` executions within the caller's transaction, and returns their number. */
export type Purge = (endedBeforeMs: number | null, limit: number) => number;

export function createPurge(database: DatabaseSync, uses: SnapshotUses): Purge {
  const goneFlows = database.prepare(`
    SELECT key FROM execution_flows f WHERE NOT EXISTS (SELECT 1 FROM flows WHERE id = f.flow_id)`);
  // Executions whose callback is due are not deleted: the parent has yet to be notified of the end.
  const endedOfFlow = database.prepare(`
    SELECT id, flow, revision FROM executions INDEXED BY executions_by_status
    WHERE flow = ? AND status > ${RUNNING} AND callback <> ${DUE} AND map_run IS NULL LIMIT ?`);
  const endedItemsOfFlow = database.prepare(`
    SELECT id, flow, revision FROM executions INDEXED BY executions_by_map_run
    WHERE flow = ? AND status > ${RUNNING} AND callback <> ${DUE} AND map_run IS NOT NULL LIMIT ?`);
  const endedBefore = database.prepare(`
    SELECT id, flow, revision FROM executions INDEXED BY executions_ended
    WHERE status > ${RUNNING} AND coalesce(ended_ms, stopped_ms) < ? AND callback <> ${DUE}
    ORDER BY coalesce(ended_ms, stopped_ms) LIMIT ?`);
  const removals = ['journal', 'inputs', 'outputs', 'map_run_log', 'map_runs']
    .map((table) => database.prepare(`DELETE FROM ${table} WHERE execution = ?`))
    .concat(database.prepare('DELETE FROM executions WHERE id = ?'));
  const setPurgedId = database.prepare('UPDATE owner SET purged_id = max(purged_id, ?)');
  const unused = database.prepare(`
    SELECT u.flow, u.revision FROM snapshot_uses u JOIN execution_flows k ON k.key = u.flow
      LEFT JOIN flows f ON f.id = k.flow_id
    WHERE u.executions = 0 AND (f.id IS NULL OR u.revision <> f.revision
      AND NOT EXISTS (SELECT 1 FROM flow_versions v WHERE v.flow = f.name AND v.revision = u.revision))`);
  const snapshotRemovals = ['snapshots', 'snapshot_uses'].map((table) =>
    database.prepare(`DELETE FROM ${table} WHERE flow = ? AND revision = ?`),
  );
  const removeFlow = database.prepare(`
    DELETE FROM execution_flows WHERE key = ?1 AND NOT EXISTS (SELECT 1 FROM executions WHERE flow = ?1)`);

  function removeExecution(row: Row): void {
    const id = Number(row['id']);
    for (const removal of removals) removal.run(id);
    uses.add(Number(row['flow']), Number(row['revision']), -1);
    setPurgedId.run(id);
  }

  return (endedBeforeMs, limit) => {
    let left = limit;
    const remove = (rows: readonly Row[]) => {
      for (const row of rows) removeExecution(row);
      left -= rows.length;
    };
    const gone = goneFlows.all().map((row) => Number(row['key']));
    for (const flow of gone) {
      for (const ended of [endedOfFlow, endedItemsOfFlow]) if (left > 0) remove(ended.all(flow, left));
    }
    if (endedBeforeMs !== null && left > 0) remove(endedBefore.all(endedBeforeMs, left));
    uses.write();
    for (const row of unused.all()) {
      for (const removal of snapshotRemovals) removal.run(Number(row['flow']), Number(row['revision']));
    }
    for (const flow of gone) removeFlow.run(flow);
    return limit - left;
  };
}
