/**
 * Deletes the records of executions, after which no reader finds them. Their rows in partitioned tables go later, with the partition.
 *
 * The children of the Map runs of a deleted execution follow in pieces; the table `purging` has the executions of which children may
 * be left. A child that runs, or whose callback is due, is left: it has lost its parent, so it ends soon.
 */
import type { ExecutionId } from '../executions.ts';
import type { NodeNumber } from '../nodes.ts';
import { int8s } from './arrays.ts';
import type { Queries, Row } from './database.ts';
import { isExecution } from './keys.ts';
import { weekOf } from './shards.ts';
import { DUE, RUNNING } from '../stored-forms.ts';

/** Children that are deleted together. */
const ITEMS_AT_ONCE = 100;

const REMOVE = (isParentChecked: boolean) => `
  DELETE FROM executions e USING unnest($1::bigint[]) AS u (id)
  WHERE ${isExecution('e', 'u.id', '$2')} AND e.status > ${RUNNING} AND e.callback <> ${DUE}
    ${
      isParentChecked
        ? `AND NOT EXISTS (
      SELECT 1 FROM executions p WHERE ${isExecution('p', 'e.parent', '$2')} AND p.status = ${RUNNING})`
        : ''
    }
  RETURNING e.id, e.flow, e.revision, e.map_run IS NOT NULL AS is_item`;

/** The next children of a Map run that can be deleted with its execution. */
export const ENDED_ITEMS_OF_RUN = `
  SELECT id FROM executions WHERE flow = $1 AND map_run = $2 AND status > ${RUNNING} AND callback <> ${DUE} LIMIT $3`;

export class Removal {
  readonly #queries: Queries;
  readonly #node: NodeNumber;
  readonly #shards: number;
  readonly #nowMs: number;
  #left: number;

  /** @param limit most executions that it deletes */
  constructor(queries: Queries, node: NodeNumber, shards: number, nowMs: number, limit: number) {
    this.#queries = queries;
    this.#node = node;
    this.#shards = shards;
    this.#nowMs = nowMs;
    this.#left = limit;
  }

  /** How many executions it may yet delete. */
  get left(): number {
    return this.#left;
  }

  /**
   * Deletes ended executions, those of them that are still as they were.
   * @param of executions of a deleted flow go although their parent runs
   */
  async remove(ids: readonly ExecutionId[], of: 'of a flow' | 'of a deleted flow' = 'of a flow'): Promise<number> {
    if (ids.length === 0) return 0;
    const rows = await this.#queries.rows(REMOVE(of === 'of a flow'), [int8s(ids), this.#shards]);
    if (rows.length === 0) return 0;
    this.#left -= rows.length;
    const removed = rows.map((row) => Number(row['id']));
    await this.#count(rows);
    await this.#queries.rows('UPDATE store SET purged_id = greatest(purged_id, $1::bigint)', [Math.max(...removed)]);
    for (const [week, { length }] of Map.groupBy(removed, weekOf)) {
      await this.#queries.rows('UPDATE partitions SET purged = purged + $2, purged_ms = $3 WHERE week = $1', [
        week,
        length,
        this.#nowMs,
      ]);
    }
    await this.#begin(rows);
    return rows.length;
  }

  /** Deletes children that earlier removals have left, within the limit. */
  async finish(): Promise<void> {
    while (this.#left > 0) {
      const [row] = await this.#queries.rows('SELECT execution, flow FROM purging LIMIT 1');
      if (row === undefined) return;
      if (!(await this.#removeItems(row))) return;
      await this.#queries.rows('DELETE FROM map_runs WHERE execution = $1', [row['execution']]);
      await this.#queries.rows('DELETE FROM purging WHERE execution = $1', [row['execution']]);
    }
  }

  /** True if there are children of deleted executions. */
  async isUnfinished(): Promise<boolean> {
    return (await this.#queries.rows('SELECT 1 FROM purging LIMIT 1')).length > 0;
  }

  /** True if no child of the Map runs is left that can be deleted. */
  async #removeItems({ execution, flow }: Row): Promise<boolean> {
    for (const { name } of await this.#queries.rows('SELECT name FROM map_runs WHERE execution = $1', [execution])) {
      for (;;) {
        if (this.#left === 0) return false;
        const limit = Math.min(ITEMS_AT_ONCE, this.#left);
        const items = await this.#queries.rows(ENDED_ITEMS_OF_RUN, [flow, name, limit]);
        if (items.length === 0) break;
        await this.remove(items.map((item) => Number(item['id'])));
      }
    }
    return true;
  }

  /** The counts of this node of executions by snapshot. */
  async #count(rows: readonly Row[]): Promise<void> {
    const uses = Map.groupBy(rows, (row) => `${String(row['flow'])} ${String(row['revision'])}`);
    for (const used of uses.values()) {
      await this.#queries.rows(
        `INSERT INTO snapshot_uses VALUES ($1, $2, $3, $4, $5) ON CONFLICT (flow, revision, node) DO UPDATE
         SET executions = snapshot_uses.executions + excluded.executions, items = snapshot_uses.items + excluded.items`,
        [
          ...[used[0]?.['flow'], used[0]?.['revision'], this.#node],
          ...[-used.length, -used.filter((row) => row['is_item'] === true).length],
        ],
      );
    }
  }

  /** Notes those with Map runs, whose children follow. */
  async #begin(rows: readonly Row[]): Promise<void> {
    await this.#queries.rows(
      `INSERT INTO purging (execution, flow)
       SELECT u.id, u.flow FROM unnest($1::bigint[], $2::bigint[]) AS u (id, flow)
       WHERE EXISTS (SELECT 1 FROM map_runs WHERE execution = u.id) ON CONFLICT DO NOTHING`,
      [int8s(rows.map((row) => Number(row['id']))), int8s(rows.map((row) => BigInt(String(row['flow']))))],
    );
  }
}
