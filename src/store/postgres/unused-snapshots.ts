/** Snapshots that no execution uses, and from which none can start: not those of versions and of the current revision of a flow. */
import type { StoreClock } from './clock.ts';
import type { Queries } from './database.ts';

/** Snapshots that a step deletes; each may have a definition of a mebibyte. */
const SNAPSHOTS = 20;
/** A node may yet start an execution of a revision that has just been replaced. */
const REPLACED_MS = 3_600_000;

const IS_UNUSED = `
  coalesce((SELECT sum(u.executions) FROM snapshot_uses u WHERE u.flow = s.flow AND u.revision = s.revision), 0) = 0`;
const UNUSED = `
  SELECT s.flow, s.revision FROM snapshots s LEFT JOIN flows f ON f.id = s.flow_id
  WHERE ${IS_UNUSED} AND (f.id IS NULL OR s.revision <> f.revision AND f.last_modified_ms < $1
    AND NOT EXISTS (SELECT 1 FROM flow_versions v WHERE v.flow = f.name AND v.revision = s.revision))
  LIMIT ${SNAPSHOTS} FOR UPDATE OF s SKIP LOCKED`;

/** The counts of nodes that are gone do not change any more: they become one. */
const MERGE_COUNTS = `
  WITH gone AS (
    DELETE FROM snapshot_uses u
    WHERE u.node <> 0 AND NOT EXISTS (SELECT 1 FROM node_fences WHERE number = u.node)
    RETURNING flow, revision, executions, items
  )
  INSERT INTO snapshot_uses (flow, revision, node, executions, items)
  SELECT flow, revision, 0, sum(executions), sum(items) FROM gone GROUP BY flow, revision
  ON CONFLICT (flow, revision, node) DO UPDATE
  SET executions = snapshot_uses.executions + excluded.executions, items = snapshot_uses.items + excluded.items`;

/** True if more may be left. */
export async function removeUnusedSnapshots(queries: Queries, clock: StoreClock): Promise<boolean> {
  await queries.rows(MERGE_COUNTS);
  const rows = await queries.rows(UNUSED, [clock.nowMs() - REPLACED_MS]);
  for (const { flow, revision } of rows) {
    // A start may have used it before the lock. None can from now on.
    const removed = await queries.rows(
      `DELETE FROM snapshots s WHERE s.flow = $1 AND s.revision = $2 AND ${IS_UNUSED} RETURNING 1`,
      [flow, revision],
    );
    if (removed.length === 0) continue;
    await queries.rows('DELETE FROM snapshot_uses WHERE flow = $1 AND revision = $2', [flow, revision]);
  }
  return rows.length === SNAPSHOTS;
}
