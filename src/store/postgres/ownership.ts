/**
 * Owners of executions.
 *
 * An execution has no owner if its column is null, or names a node without a fence (`node-store.ts`). A node that is gone never comes
 * back, so a claim may look first, and then change those rows whose owner is still the same one.
 */
import type { ExecutionId, ExecutionStore } from '../executions.ts';
import type { NodeNumber } from '../nodes.ts';
import { int8s } from './arrays.ts';
import type { Database, DatabaseUse, Row } from './database.ts';
import { executionOf } from './execution-rows.ts';
import { numberOrNull } from './flow-rows.ts';
import { leaseLost, requireNode } from './fences.ts';
import { isExecution, isKey } from './keys.ts';
import { isAwake, isOpenMail } from './predicates.ts';
import { RECORD } from './record.ts';
import { shardOf } from './shards.ts';
import { DUE, RUNNING } from '../stored-forms.ts';

type OwnershipMethods = Pick<
  ExecutionStore,
  'claim' | 'ownerOf' | 'claimUnowned' | 'ownedAwake' | 'claimDue' | 'dueEnds'
>;

const HAS_NO_OWNER = '(e.owner IS NULL OR NOT EXISTS (SELECT 1 FROM node_fences WHERE number = e.owner))';

/**
 * Executions without an owner that need one, above $2. It reads the index once for each owner, and then only their executions: a
 * look that finds nothing costs as much as there are nodes.
 */
export const UNOWNED = `
  WITH RECURSIVE owners (owner) AS (
    SELECT min(owner) FROM executions WHERE ${isAwake()}
    UNION ALL
    SELECT (SELECT min(e.owner) FROM executions e WHERE ${isAwake('e.')} AND e.owner > owners.owner) FROM owners WHERE owner IS NOT NULL
  ),
  gone AS MATERIALIZED (
    SELECT owner FROM owners
    WHERE owner IS NOT NULL AND NOT EXISTS (SELECT 1 FROM node_fences WHERE number = owners.owner)
  ),
  unowned AS (
    (SELECT id, owner FROM executions WHERE ${isAwake()} AND owner IS NULL AND id > $2::bigint ORDER BY id LIMIT $3::bigint)
    UNION
    (SELECT left_behind.id, left_behind.owner FROM gone, LATERAL (
       SELECT e.id, e.owner FROM executions e
       WHERE ${isAwake('e.')} AND e.owner = gone.owner AND e.id > $2::bigint ORDER BY e.id LIMIT $3::bigint) AS left_behind)
    UNION
    (SELECT e.id, e.owner FROM mail m JOIN executions e ON ${isExecution('e', 'm.execution', '$4')}
     WHERE ${isOpenMail('m.')} AND m.execution > $2::bigint AND e.status = ${RUNNING} AND ${HAS_NO_OWNER}
     ORDER BY e.id LIMIT $3::bigint)
  )
  SELECT u.id, u.owner FROM (SELECT 1 FROM node_fences WHERE number = $1::bigint) AS fence
    LEFT JOIN (SELECT id, owner FROM unowned ORDER BY id LIMIT $3::bigint) AS u ON true
  ORDER BY u.id`;

/** Executions of the node $1 that are awake, above $2. */
export const OWNED_AWAKE = `
  SELECT id FROM executions WHERE ${isAwake()} AND owner = $1::bigint AND id > $2::bigint ORDER BY id LIMIT $3::bigint`;

/** Executions that are due at $2 and belong to the node $1 or to none. */
export const DUE_EXECUTIONS = `
  SELECT d.id, d.owner, d.wake_ms FROM (SELECT 1 FROM node_fences WHERE number = $1::bigint) AS fence
    LEFT JOIN LATERAL (
      SELECT e.id, e.owner, e.wake_ms FROM executions e
      WHERE e.wake_ms IS NOT NULL AND e.wake_ms <= $2::bigint AND (e.owner = $1::bigint OR ${HAS_NO_OWNER})
      ORDER BY e.wake_ms, e.id LIMIT $3::bigint
    ) AS d ON true
  ORDER BY d.wake_ms, d.id`;

const CLAIM = `
  WITH locked AS MATERIALIZED (
    SELECT e.shard, e.id FROM unnest($2::bigint[], $3::bigint[]) AS u (id, owner)
      JOIN executions e ON ${isExecution('e', 'u.id', '$4')}
    WHERE e.status = ${RUNNING} AND e.owner IS NOT DISTINCT FROM u.owner
    ORDER BY e.id FOR UPDATE OF e
  )
  UPDATE executions e SET owner = $1::bigint FROM locked l WHERE ${isKey('e.shard', 'l.shard')} AND ${isKey('e.id', 'l.id')} RETURNING e.id`;

interface Candidate {
  readonly id: ExecutionId;
  readonly owner: NodeNumber | null;
}

export function ownershipMethods(use: DatabaseUse, shards: number): OwnershipMethods {
  return {
    claim: (node, id) =>
      use.run((database) =>
        database.transaction(async (queries) => {
          await requireNode(queries, node);
          const key = [shardOf(id, shards), id];
          const [locked] = await queries.rows('SELECT 1 FROM executions WHERE shard = $1 AND id = $2 FOR UPDATE', key);
          if (locked === undefined) return null;
          // The lock holds the owner, so this statement sees whether it lives.
          await queries.rows(
            `UPDATE executions e SET owner = $3 WHERE e.shard = $1 AND e.id = $2 AND e.status = ${RUNNING} AND ${HAS_NO_OWNER}`,
            [...key, node],
          );
          const [row] = await queries.rows(`${RECORD} WHERE e.shard = $1 AND e.id = $2`, key);
          return row === undefined ? null : { record: executionOf(row), owner: numberOrNull(row['owner']) };
        }),
      ),
    ownerOf: (id) =>
      use.run(async (database) => {
        const [row] = await database.rows(
          `SELECT f.number FROM executions e JOIN node_fences f ON f.number = e.owner
           WHERE e.shard = $1 AND e.id = $2 AND e.status = ${RUNNING}`,
          [shardOf(id, shards), id],
        );
        return numberOrNull(row?.['number']);
      }),
    claimUnowned: (node, afterId, limit) =>
      use.run(async (database) => {
        const found = candidatesOf(await database.rows(UNOWNED, [node, afterId, limit, shards]));
        const claimed = await claimAll(database, node, found, shards);
        return found.filter(({ id }) => claimed.has(id)).map(({ id }) => id);
      }),
    ownedAwake: (node, afterId, limit) =>
      use.run(async (database) => {
        const rows = await database.rows(OWNED_AWAKE, [node, afterId, limit]);
        return rows.map((row) => Number(row['id']));
      }),
    claimDue: (node, nowMs, limit) =>
      use.run(async (database) => {
        const found = candidatesOf(await database.rows(DUE_EXECUTIONS, [node, Math.floor(nowMs), limit]));
        const others = found.filter(({ owner }) => owner !== node);
        const claimed = await claimAll(database, node, others, shards);
        return found.filter(({ id, owner }) => owner === node || claimed.has(id)).map(({ id }) => id);
      }),
    dueEnds: (node, afterId, limit) =>
      use.run(async (database) => {
        const rows = await database.rows(DUE_ENDS, [node, afterId, limit, shards]);
        return rows.map((row) => Number(row['id']));
      }),
  };
}

/** Ended executions above $2 whose callback is due, and whose parent belongs to no other node than $1. */
export const DUE_ENDS = `
  SELECT e.id FROM executions e
  WHERE e.callback = ${DUE} AND e.id > $2::bigint AND e.status <> ${RUNNING} AND NOT EXISTS (
    SELECT 1 FROM executions p JOIN node_fences f ON f.number = p.owner
    WHERE ${isExecution('p', 'e.parent', '$4')} AND p.owner <> $1::bigint)
  ORDER BY e.id LIMIT $3::bigint`;

/** From a query with a row at least if the node lives. @throws {LeaseLost} */
function candidatesOf(rows: readonly Row[]): readonly Candidate[] {
  if (rows.length === 0) throw leaseLost();
  const found = rows.filter((row) => row['id'] !== null);
  return found.map((row) => ({ id: Number(row['id']), owner: numberOrNull(row['owner']) }));
}

async function claimAll(
  database: Database,
  node: NodeNumber,
  found: readonly Candidate[],
  shards: number,
): Promise<ReadonlySet<ExecutionId>> {
  if (found.length === 0) return new Set();
  const values = [node, int8s(found.map(({ id }) => id)), int8s(found.map(({ owner }) => owner)), shards];
  const rows = await database.transaction(async (queries) => {
    await requireNode(queries, node);
    return queries.rows(CLAIM, values);
  });
  return new Set(rows.map((row) => Number(row['id'])));
}
