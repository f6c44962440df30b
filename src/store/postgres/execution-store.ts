/**
 * Executions in PostgreSQL. Commits have a connection of their own (`commits.ts`), the other calls use the pool. A read sees a commit
 * as soon as the commit has resolved, at every node.
 */
import type { ExecutionId, ExecutionStore, IdBlock, RunningCounts } from '../executions.ts';
import type { Clock } from '../../base/clock.ts';
import type { StoreClock } from './clock.ts';
import type { Commits } from './commits.ts';
import type { Database, DatabaseUse, Row } from './database.ts';
import { listExecutions } from './execution-list.ts';
import { executionOf, journalRowOf, mapRunOf, snapshotOf } from './execution-rows.ts';
import { flowFigureMethods } from './flow-figures.ts';
import { numberOrNull, textOf } from './flow-rows.ts';
import { leaseLost, requireNode } from './fences.ts';
import { isExecution } from './keys.ts';
import { ownershipMethods } from './ownership.ts';
import type { Partitions } from './partitions.ts';
import { Purge } from './purge.ts';
import { isRunning } from './predicates.ts';
import { RECORD } from './record.ts';
import { requestMethods } from './requests.ts';
import { firstIdOf, flowKey, shardOf, shardOfName } from './shards.ts';
import { stored } from './texts.ts';
import { DUE, OWED, RUNNING } from '../stored-forms.ts';

/** Rows of a deleted execution may be there until their partition goes. */
const EXISTS = 'EXISTS (SELECT 1 FROM executions WHERE shard = $1 AND id = $2)';
const JOURNAL = `
  SELECT first, count, events FROM journal
  WHERE shard = $1 AND execution = $2 AND first + count > $3 AND first < $3::bigint + $4::bigint AND ${EXISTS}
    AND first >= coalesce((SELECT max(first) FROM journal WHERE shard = $1 AND execution = $2 AND first <= $3), 0)
  ORDER BY first`;
const MAP_RUN_LOG = `
  SELECT first, count, entries AS events FROM map_run_log
  WHERE shard = $1 AND execution = $2 AND key = $3 AND first + count > $4 AND ${EXISTS}
    AND first >= coalesce(
      (SELECT max(first) FROM map_run_log WHERE shard = $1 AND execution = $2 AND key = $3 AND first <= $4), 0)
  ORDER BY first LIMIT $5`;
const ORPHANS = `
  SELECT e.id FROM executions e
  WHERE e.callback = ${OWED} AND e.status = ${RUNNING} AND e.parent IS NOT NULL AND e.id > $1 AND NOT EXISTS (
    SELECT 1 FROM executions p WHERE ${isExecution('p', 'e.parent', '$3')} AND p.status = ${RUNNING})
  ORDER BY e.id LIMIT $2`;

export interface ExecutionStoreParts {
  readonly use: DatabaseUse;
  readonly commits: Commits;
  readonly clock: StoreClock;
  readonly partitions: Partitions;
  readonly shards: number;
}

export function createPostgresExecutions(parts: ExecutionStoreParts): ExecutionStore {
  const { use, commits, clock, partitions, shards } = parts;
  const purge = new Purge(clock, shards);
  return {
    newIds: (node, count) => use.run((database) => newIds(database, node, count, clock.nowMs(), shards)),
    placeOf: (flowId, name) => shardOfName(flowId, name, shards),
    commit: (node, changes) => use.run(() => commits.commit(node, changes)),
    ...ownershipMethods(use, shards),
    ...requestMethods(use, shards),
    ...mapRunMethods(use, shards),
    ...dueMethods(use, shards),
    get: (id) => use.run((database) => recordOf(database, 'e.shard = $1 AND e.id = $2', [shardOf(id, shards), id])),
    find: (flowId, name) =>
      use.run((database) => recordOf(database, 'e.flow = $1 AND e.name = $2', [String(flowKey(flowId)), stored(name)])),
    snapshot: (flowId, revision) =>
      use.run(async (database) => {
        const [row] = await database.rows('SELECT * FROM snapshots WHERE flow = $1 AND revision = $2', [
          String(flowKey(flowId)),
          revision,
        ]);
        return row === undefined ? null : snapshotOf(row);
      }),
    journal: (id, fromEvent, count) =>
      use.run(async (database) => {
        const rows = await database.rows(JOURNAL, [shardOf(id, shards), id, fromEvent, count]);
        return rows.map(journalRowOf);
      }),
    list: (query) => use.run((database) => listExecutions(database, query, shards)),
    ...flowFigureMethods(use),
    deletedFlows: () =>
      use.run(async (database) => {
        const rows = await database.rows(
          'SELECT DISTINCT flow_id FROM snapshots s WHERE NOT EXISTS (SELECT 1 FROM flows f WHERE f.id = s.flow_id)',
        );
        return rows.map((row) => textOf(row['flow_id']));
      }),
    running: () => use.run(running),
    purge: (node, retention, limit, after) =>
      use.run((database) =>
        database.transaction(async (queries) => {
          await requireNode(queries, node);
          return purge.step(queries, node, retention, limit, after);
        }),
      ),
    giveBackSpace: (node) =>
      use.run(async (database) => {
        await database.transaction((queries) => requireNode(queries, node));
        return partitions.giveBackSpace(clock.nowMs(), shards);
      }),
    close: () => use.close(),
  };
}

function mapRunMethods(use: DatabaseUse, shards: number): Pick<ExecutionStore, 'mapRun' | 'mapRunLog' | 'mapRunItems'> {
  return {
    mapRun: (id, name) =>
      use.run(async (database) => {
        const [row] = await database.rows(`SELECT * FROM map_runs WHERE execution = $2 AND name = $3 AND ${EXISTS}`, [
          ...[shardOf(id, shards), id],
          stored(name),
        ]);
        return row === undefined ? null : mapRunOf(row);
      }),
    mapRunLog: (id, key, fromEntry, limit) =>
      use.run(async (database) => {
        const rows = await database.rows(MAP_RUN_LOG, [shardOf(id, shards), id, key, fromEntry, limit]);
        return rows.map(journalRowOf);
      }),
    mapRunItems: (name, event) =>
      use.run(async (database) => {
        const rows = await database.rows(
          `SELECT map_item FROM executions
           WHERE map_run = $1 AND parent_event = $2 AND callback IN (${OWED}, ${DUE}) ORDER BY map_item`,
          [stored(name), event],
        );
        return rows.map((row) => Number(row['map_item']));
      }),
  };
}

function dueMethods(use: DatabaseUse, shards: number): Pick<ExecutionStore, 'nextWakeMs' | 'children' | 'orphans'> {
  return {
    nextWakeMs: () =>
      use.run(async (database) => {
        const [row] = await database.rows('SELECT min(wake_ms) AS wake_ms FROM executions WHERE wake_ms IS NOT NULL');
        return numberOrNull(row?.['wake_ms']);
      }),
    children: (parent, events) =>
      use.run(async (database) =>
        idsOf(
          await database.rows(
            `SELECT id FROM executions
             WHERE parent = $1 AND parent_event = ANY($2::bigint[]) AND callback = ${OWED} AND status = ${RUNNING} ORDER BY id`,
            [parent, events],
          ),
        ),
      ),
    orphans: (afterId, limit) =>
      use.run(async (database) => idsOf(await database.rows(ORPHANS, [afterId, limit, shards]))),
  };
}

/** Counting takes this part of the time of a node at most. */
const COUNTING_SHARE = 0.05;
/** Counting that is so quick needs no rest. */
const COUNTED_OFTEN_MS = 20;

/** The running executions of all nodes, not counted anew for a while if counting takes long. */
export function seldomCounted(database: Database, clock: Pick<Clock, 'monotonicMs'>): () => Promise<RunningCounts> {
  let counted: RunningCounts | null = null;
  let againMs = 0;
  return async () => {
    const beganMs = clock.monotonicMs();
    if (counted !== null && beganMs < againMs) return counted;
    counted = await running(database);
    const endedMs = clock.monotonicMs();
    const tookMs = endedMs - beganMs;
    againMs = tookMs < COUNTED_OFTEN_MS ? 0 : endedMs + tookMs / COUNTING_SHARE;
    return counted;
  };
}

/** Counts the running executions of all nodes along their index. */
async function running(database: Database): Promise<RunningCounts> {
  const [row] = await database.rows(
    `SELECT count(*) AS n, count(map_run) AS items FROM executions WHERE ${isRunning()}`,
  );
  const mapItems = Number(row?.['items']);
  return { executions: Number(row?.['n']) - mapItems, mapItems };
}

async function recordOf(database: Database, isIt: string, values: readonly unknown[]) {
  const [row] = await database.rows(`${RECORD} WHERE ${isIt}`, values);
  return row === undefined ? null : executionOf(row);
}

function idsOf(rows: readonly Row[]): ExecutionId[] {
  return rows.map((row) => Number(row['id']));
}

/** Ids of the day, all of them in the first shard: a start adds that of its name. */
async function newIds(
  database: Database,
  node: number,
  count: number,
  nowMs: number,
  shards: number,
): Promise<IdBlock> {
  const [row] = await database.rows(
    `UPDATE ids SET next = (greatest(next, $3::bigint) + $2::bigint - 1) / $2::bigint * $2::bigint + $1::bigint * $2::bigint
     WHERE EXISTS (SELECT 1 FROM node_fences WHERE number = $4::bigint) RETURNING next`,
    [count, shards, Math.max(1, firstIdOf(nowMs)), node],
  );
  if (row === undefined) throw leaseLost();
  return { first: Number(row['next']) - count * shards, step: shards, count };
}
