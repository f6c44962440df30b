/**
 * The partitions of the tables that hold the rows of executions, one a week in each (`shards.ts`). Nodes make them ahead. A commit
 * that finds none makes it: after a long stop of all nodes, or for ids that a node has held since long ago.
 *
 * A new partition is made as a table and then attached, which waits for no reader or writer; `CREATE TABLE … PARTITION OF` would lock
 * the whole table.
 */
import { int8s } from './arrays.ts';
import type { Database, Queries } from './database.ts';
import { CODES, hasCode } from './faults.ts';
import { isKey, shardOfId } from './keys.ts';
import { firstIdOf, IDS_OF_PARTITION, weekOf } from './shards.ts';

export const PARTITIONED = ['journal', 'inputs', 'outputs', 'map_run_log'] as const;

/** Days before its beginning at which a partition is made. */
const AHEAD_MS = 3 * 86_400_000;
/** A drop locks the whole table, so it waits for readers only this long: commits wait behind it. */
const DROP_MS = 500;
/** Executions of a week are deleted within a week or so. If some are left long after the last deletion, they stay longer. */
const QUIET_MS = 7 * 86_400_000;
/** Executions whose rows one step deletes. */
const SWEPT_AT_ONCE = 200;

export class Partitions {
  readonly #database: Database;
  /** Weeks of which this process knows that their partitions exist; one that has been dropped since is made again on demand. */
  readonly #known = new Set<number>();

  constructor(database: Database) {
    this.#database = database;
  }

  async makeAhead(nowMs: number): Promise<void> {
    for (const week of new Set([weekOf(firstIdOf(nowMs)), weekOf(firstIdOf(nowMs + AHEAD_MS))])) {
      if (!this.#known.has(week)) await this.make([week]);
    }
  }

  /**
   * Drops a partition of a past week without executions, or deletes some rows of deleted executions from one that has to stay
   * because others of its week run on. True if there is more to do.
   */
  async giveBackSpace(nowMs: number, shards: number): Promise<boolean> {
    const values = [weekOf(firstIdOf(nowMs)), shards];
    const [empty] = await this.#database.rows(
      `SELECT week FROM partitions p WHERE p.week < $1 AND ${IS_EMPTY} ORDER BY week LIMIT 1`,
      values,
    );
    if (empty !== undefined) return this.#drop(Number(empty['week']), shards);
    const [quiet] = await this.#database.rows(
      'SELECT week FROM partitions WHERE week < $1 AND purged > 0 AND purged_ms < $2 ORDER BY week LIMIT 1',
      [weekOf(firstIdOf(nowMs)), nowMs - QUIET_MS],
    );
    if (quiet === undefined) return false;
    await this.#database.transaction((queries) => sweep(queries, Number(quiet['week']), shards));
    return true;
  }

  /** False if a reader was in the way, or an execution has started meanwhile: a later call tries again. */
  async #drop(week: number, shards: number): Promise<boolean> {
    this.#known.delete(week);
    try {
      await this.#database.transaction((queries) => drop(queries, week, shards));
      return true;
    } catch (error) {
      if (error instanceof StartedMeanwhile || hasCode(error, CODES.lockNotAvailable)) return false;
      throw error;
    }
  }

  /** Makes the partitions of these weeks that do not exist. */
  async make(weeks: readonly number[]): Promise<void> {
    for (const week of weeks) {
      await this.#database.transaction((queries) => make(queries, week));
      this.#known.add(week);
    }
  }
}

/** No execution is left in the range of the partition. */
const IS_EMPTY = `NOT EXISTS (
  SELECT 1 FROM generate_series(0, $2::int - 1) AS shards (shard) JOIN executions e ON e.shard = shards.shard::smallint
  WHERE e.id >= p.week * ${IDS_OF_PARTITION} AND e.id < (p.week + 1) * ${IDS_OF_PARTITION})`;

async function drop(queries: Queries, week: number, shards: number): Promise<void> {
  await queries.rows(`SET LOCAL lock_timeout = ${DROP_MS}`);
  await queries.rows('LOCK TABLE partitions IN EXCLUSIVE MODE');
  for (const table of PARTITIONED) await queries.rows(`DROP TABLE IF EXISTS ${partitionOf(table, week)}`);
  // From here on no start can write into the range; one that has to makes the partition again.
  const rows = await queries.rows(`DELETE FROM partitions p WHERE p.week = $1 AND ${IS_EMPTY} RETURNING 1`, [
    week,
    shards,
  ]);
  if (rows.length === 0) throw new StartedMeanwhile();
}

/** An execution has started in the range of a partition that was to be dropped, so the drop does not happen. */
class StartedMeanwhile extends Error {}

/**
 * Deletes rows of deleted executions, of some executions after the place that was reached. True if the partition has more of them.
 */
async function sweep(queries: Queries, week: number, shards: number): Promise<void> {
  const [partition] = await queries.rows('SELECT swept_to FROM partitions WHERE week = $1 FOR UPDATE', [week]);
  if (partition === undefined) return;
  const ids = new Set<number>();
  for (const table of PARTITIONED) {
    const rows = await queries.rows(
      `SELECT DISTINCT execution FROM ${partitionOf(table, week)} WHERE execution > $1 ORDER BY execution LIMIT ${SWEPT_AT_ONCE}`,
      [partition['swept_to']],
    );
    for (const row of rows) ids.add(Number(row['execution']));
  }
  const next = [...ids].sort((a, b) => a - b).slice(0, SWEPT_AT_ONCE);
  for (const table of PARTITIONED) {
    await queries.rows(
      `DELETE FROM ${partitionOf(table, week)} t USING unnest($1::bigint[]) AS u (id)
       WHERE ${isKey('t.shard', shardOfId('u.id', '$2'))} AND ${isKey('t.execution', 'u.id')}
         AND NOT EXISTS (SELECT 1 FROM executions e WHERE e.shard = t.shard AND e.id = t.execution)`,
      [int8s(next), shards],
    );
  }
  const last = next.at(-1);
  if (last === undefined) {
    await queries.rows('UPDATE partitions SET purged = 0, swept_to = $2 WHERE week = $1', [
      week,
      week * IDS_OF_PARTITION - 1,
    ]);
  } else await queries.rows('UPDATE partitions SET swept_to = $2 WHERE week = $1', [week, last]);
}

export function partitionOf(table: (typeof PARTITIONED)[number], week: number): string {
  return `${table}_w${week}`;
}

async function make(queries: Queries, week: number): Promise<void> {
  // One node at a time; another one then finds what the first has made.
  await queries.rows('LOCK TABLE partitions IN EXCLUSIVE MODE');
  const [made] = await queries.rows('SELECT 1 FROM partitions WHERE week = $1', [week]);
  if (made !== undefined) return;
  const from = week * IDS_OF_PARTITION;
  for (const table of PARTITIONED) {
    const name = partitionOf(table, week);
    await queries.rows(
      `CREATE TABLE ${name} (LIKE ${table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)`,
    );
    await queries.rows(
      `ALTER TABLE ${table} ATTACH PARTITION ${name} FOR VALUES FROM (${from}) TO (${from + IDS_OF_PARTITION})`,
    );
  }
  await queries.rows('INSERT INTO partitions VALUES ($1, 0, 0, $2)', [week, from - 1]);
}
