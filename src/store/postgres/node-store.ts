/**
 * The nodes of a PostgreSQL store.
 *
 * A node may make changes as long as its row in `node_fences` exists. A commit holds a lock of that row until it ends, so the removal
 * of a node waits for its last commit, and no later one succeeds. A running execution whose owner has no such row has no owner;
 * so a node can end without a change of its executions.
 *
 * Leases end by the time of the database plus the sum of its set-backs, so that a clock that is set back does not make a dead node
 * live longer.
 */
import { randomBytes } from 'node:crypto';
import type { RunningCounts } from '../executions.ts';
import type { Beat, Membership, NodeInfo, NodeNumber, NodeRecord, NodeReport, NodeStore } from '../nodes.ts';
import { NOW_MS } from './clock.ts';
import type { StoreClock } from './clock.ts';
import { unless } from './database.ts';
import type { Database, DatabaseUse, Queries, Row } from './database.ts';
import { CODES } from './faults.ts';
import { leaseLost } from './fences.ts';
import type { Hints } from './hints.ts';
import { exchangeNonces } from './nonces.ts';
import type { Partitions } from './partitions.ts';
import { isRunning } from './predicates.ts';
import { original, stored } from './texts.ts';

/** A smaller step back is noise between the clocks of a database and its successor. */
const SET_BACK_MS = 5_000;
/** How long a removal waits for the last commit of the node. Another beat tries again. */
const REMOVAL_MS = 1_000;

/**
 * Reads the clock, and adds up how far it was set back. It reads the clock when it has the row: after a long wait for the row, for
 * example because a standby has to confirm another beat, an earlier time would look like a clock that was set back.
 */
const TICK = `
  UPDATE clock SET
    set_back_ms = set_back_ms + CASE WHEN seen_ms - now_ms > ${SET_BACK_MS} THEN seen_ms - now_ms ELSE 0 END,
    seen_ms = CASE WHEN seen_ms - now_ms > ${SET_BACK_MS} THEN now_ms ELSE greatest(seen_ms, now_ms) END
  FROM (SELECT ${NOW_MS} AS now_ms FROM (SELECT one FROM clock FOR UPDATE) AS locked OFFSET 0) AS present
  RETURNING now_ms, set_back_ms`;

/** Extends the lease of the node $1, unless it has ended, in one round trip: it comes before everything else that a beat does. */
const EXTEND = `
  WITH ticked AS (${TICK}),
    extended AS (
      UPDATE nodes n SET beat_ms = t.now_ms + t.set_back_ms, executions = $2, flow_epoch = $3, lag_ms = $4
      FROM ticked t WHERE n.number = $1 AND n.beat_ms + n.lease_ms >= t.now_ms + t.set_back_ms
      RETURNING 1
    )
  SELECT t.now_ms, t.set_back_ms, (SELECT count(*) FROM extended) AS extended, (SELECT last FROM flow_epoch) AS flow_epoch
  FROM ticked t`;

/** The time by which leases end. */
const STEADY_MS = `(${NOW_MS} + (SELECT set_back_ms FROM clock))`;
const IS_LAPSED = `beat_ms + lease_ms < ${STEADY_MS}`;
const MEMBERS = `SELECT number, ${IS_LAPSED} AS is_lapsed FROM nodes ORDER BY number`;

export interface NodeStoreParts {
  readonly use: DatabaseUse;
  readonly hints: Hints;
  readonly clock: StoreClock;
  readonly partitions: Partitions;
  running(): Promise<RunningCounts>;
}

export function createPostgresNodes({ use, hints, clock, partitions, running }: NodeStoreParts): NodeStore {
  return {
    isShared: true,
    join: (info) => use.run(async (database) => joined(database, clock, info, await running())),
    beat: (node, report) =>
      use.run(async (database) => {
        const beat = await extended(database, clock, node, report);
        const members = await liveNodes(database);
        const rank = Math.max(0, members.indexOf(node));
        // The next beat tries again. Until then a commit makes the partition that it lacks.
        await partitions.makeAhead(clock.nowMs()).catch(() => undefined);
        return { ...beat, size: Math.max(1, members.length), rank, running: await running() };
      }),
    leave: (node) => use.run((database) => database.transaction((queries) => remove(queries, node))),
    live: () =>
      use.run(async (database) => {
        const rows = await database.rows(
          `SELECT number FROM nodes WHERE beat_ms + lease_ms >= ${STEADY_MS} ORDER BY number`,
        );
        return rows.map((row) => Number(row['number']));
      }),
    list: () =>
      use.run(async (database) => {
        const rows = await database.rows(`
          SELECT n.*, ${STEADY_MS} - n.beat_ms AS since_ms,
            coalesce(o.owned, 0) AS owned
          FROM nodes n LEFT JOIN (
            SELECT owner, count(*) AS owned FROM executions WHERE ${isRunning()} GROUP BY owner
          ) AS o ON o.owner = n.number
          WHERE n.beat_ms + n.lease_ms >= ${STEADY_MS} ORDER BY n.number`);
        return rows.map(recordOf);
      }),
    lowestFlowEpoch: () =>
      use.run(async (database) => {
        await liveNodes(database);
        const [row] = await database.rows(`
          SELECT least((SELECT min(flow_epoch) FROM nodes), (SELECT last FROM flow_epoch)) AS lowest`);
        return Number(row?.['lowest']);
      }),
    hint: (hint) => hints.send(hint),
    onHint: (node, react) => hints.listen(node, react),
    send: ({ from, to, text }) =>
      use.run(async (database) => {
        await database.rows(
          `INSERT INTO node_messages (sender, receiver, text) SELECT $1, number, $3 FROM nodes WHERE number = $2`,
          [from, to, stored(text)],
        );
      }),
    receive: (node) =>
      use.run(async (database) => {
        const rows = await database.rows(
          `WITH taken AS (DELETE FROM node_messages WHERE receiver = $1 RETURNING number, sender, text)
           SELECT sender, text FROM taken ORDER BY number`,
          [node],
        );
        return rows.map((row) => ({ from: Number(row['sender']), to: node, text: original(String(row['text'])) }));
      }),
    exchangeNonces: (node, own, position) =>
      use.run((database) => exchangeNonces(database, clock.nowMs(), node, own, position)),
    async close() {
      await hints.close();
      await use.close();
    },
  };
}

async function joined(
  database: Database,
  clock: StoreClock,
  info: NodeInfo,
  running: RunningCounts,
): Promise<Membership> {
  await liveNodes(database);
  // Before the transaction, which then holds its locks for a moment only.
  const [last] = await database.rows(
    'SELECT greatest(purged_id, coalesce((SELECT max(id) FROM executions), 0)) AS id FROM store',
  );
  return database.transaction(async (queries) => {
    const [row] = await queries.rows(
      `UPDATE store SET last_node = last_node + 1, token_key = coalesce(token_key, $1)
       RETURNING last_node, token_key, (SELECT last FROM flow_epoch) AS flow_epoch`,
      [randomBytes(32)],
    );
    const node = Number(row?.['last_node']);
    const flowEpoch = Number(row?.['flow_epoch']);
    await queries.rows('INSERT INTO node_fences VALUES ($1)', [node]);
    // Last: the beats of all nodes wait for the row of the clock.
    const { nowMs, setBackMs } = await tick(queries, clock);
    await queries.rows('INSERT INTO nodes VALUES ($1, $2, $3, $4, $5, $6, 0, $7, 0)', [
      node,
      stored(info.name),
      stored(info.version),
      info.leaseMs,
      nowMs,
      nowMs + setBackMs,
      flowEpoch,
    ]);
    const tokenKey = new Uint8Array(row?.['token_key'] as Buffer);
    return { node, lastId: Number(last?.['id']), tokenKey, setBackMs, flowEpoch, running };
  });
}

/** @throws {LeaseLost} */
async function extended(
  database: Database,
  clock: StoreClock,
  node: NodeNumber,
  { executions, flowEpoch, lagMs }: NodeReport,
): Promise<Pick<Beat, 'setBackMs' | 'flowEpoch'>> {
  const sentMs = clock.monotonicMs();
  const [row] = await database.rows(EXTEND, [node, executions, flowEpoch, lagMs]);
  clock.measured(sentMs, Number(row?.['now_ms']));
  if (Number(row?.['extended']) === 1) {
    return { setBackMs: Number(row?.['set_back_ms']), flowEpoch: Number(row?.['flow_epoch']) };
  }
  await liveNodes(database);
  throw leaseLost();
}

async function tick(queries: Queries, clock: StoreClock): Promise<{ nowMs: number; setBackMs: number }> {
  const sentMs = clock.monotonicMs();
  const [row] = await queries.rows(TICK);
  const nowMs = Number(row?.['now_ms']);
  clock.measured(sentMs, nowMs);
  return { nowMs, setBackMs: Number(row?.['set_back_ms']) };
}

/** The live nodes, by number. Removes those whose lease has ended, except one whose last commit is still under way. */
async function liveNodes(database: Database): Promise<readonly NodeNumber[]> {
  const members = await database.rows(MEMBERS);
  const lapsed = members.filter((row) => row['is_lapsed'] === true);
  for (const { number } of lapsed) {
    const removal = database.transaction(async (queries) => {
      await queries.rows(`SET LOCAL lock_timeout = ${REMOVAL_MS}`);
      // A beat may have come in between.
      const [still] = await queries.rows(`SELECT 1 FROM nodes WHERE ${IS_LAPSED} AND number = $1 FOR UPDATE`, [number]);
      if (still !== undefined) await remove(queries, Number(number));
    });
    await unless([CODES.lockNotAvailable], removal);
  }
  const live = lapsed.length === 0 ? members : await database.rows(MEMBERS);
  return live.map((row) => Number(row['number']));
}

async function remove(queries: Queries, node: NodeNumber): Promise<void> {
  await queries.rows('DELETE FROM node_fences WHERE number = $1', [node]);
  await queries.rows('DELETE FROM nodes WHERE number = $1', [node]);
  await queries.rows('DELETE FROM node_messages WHERE receiver = $1', [node]);
}

function recordOf(row: Row): NodeRecord {
  return {
    node: Number(row['number']),
    name: original(String(row['name'])),
    version: original(String(row['version'])),
    leaseMs: Number(row['lease_ms']),
    joinedMs: Number(row['joined_ms']),
    executions: Number(row['executions']),
    flowEpoch: Number(row['flow_epoch']),
    lagMs: Number(row['lag_ms']),
    sinceBeatMs: Math.max(0, Number(row['since_ms'])),
    owned: Number(row['owned']),
  };
}
