/**
 * The steps of a round of purges, each a short transaction. A step reads a bounded number of ended executions along the index of
 * their ends, decides (`retention.ts`), and deletes a bounded number of records. Their other rows go with their partitions
 * (`partitions.ts`). At the end of a round it deletes the snapshots that only deleted executions used, and old mail.
 *
 * The children of Map runs go with the execution of their Map (`removal.ts`). Those that had not ended by then are deleted when a later
 * step finds them.
 */
import type { PurgePosition, PurgeStep, Retention } from '../executions.ts';
import type { NodeNumber } from '../nodes.ts';
import { RetentionRound } from '../retention.ts';
import type { EndedExecutionPlace } from '../retention.ts';
import type { StoreClock } from './clock.ts';
import type { Queries, Row } from './database.ts';
import { readEndedCounts, EXISTING_FLOWS } from './ended-counts.ts';
import { numberOrNull, textOf, textOrNull } from './flow-rows.ts';
import { isExecution, isKey } from './keys.ts';
import { Removal } from './removal.ts';
import { removeUnusedSnapshots } from './unused-snapshots.ts';
import { DUE, RUNNING } from '../stored-forms.ts';

/** Before every ended execution. */
const START: PurgePosition = { endedMs: Number.MIN_SAFE_INTEGER, id: 0 };
/** After every ended execution: the round has only rows and snapshots left to delete. */
const END: PurgePosition = { endedMs: Number.MAX_SAFE_INTEGER, id: Number.MAX_SAFE_INTEGER };
/** Ended executions that a step looks at. */
const LOOKED_AT = 1_000;
/** No node waits for an answer for so long. */
const MAIL_AGE = "interval '1 hour'";

const ENDED_MS = 'coalesce(e.ended_ms, e.stopped_ms)';
/** The ended executions after a place, those that ended first before others, with the names of their flows and what their parents do. */
export const ENDED = `
  SELECT e.id, e.flow, e.parent, e.callback, e.map_run, ${ENDED_MS} AS ended_ms, f.name AS flow_name, p.status AS parent_status
  FROM executions e
    LEFT JOIN snapshots s ON ${isKey('s.flow', 'e.flow')} AND ${isKey('s.revision', 'e.revision')}
    LEFT JOIN flows f ON f.id = s.flow_id
    LEFT JOIN executions p ON ${isExecution('p', 'e.parent', '$4')}
  WHERE e.status > ${RUNNING} AND (${ENDED_MS}, e.id) > ($1::bigint, $2::bigint)
  ORDER BY ${ENDED_MS}, e.id LIMIT $3::bigint`;

/** The ended executions of a flow. Those whose callback is due are left out: the parent has yet to be notified of the end. */
export const ENDED_OF_FLOW = `
  SELECT id FROM executions WHERE flow = $1 AND status > ${RUNNING} AND callback <> ${DUE} AND map_run IS NULL LIMIT $2`;
/** The same of the children of its Map runs whose execution is gone, or still runs. */
export const ENDED_ITEMS_OF_FLOW = `
  SELECT id FROM executions WHERE flow = $1 AND status > ${RUNNING} AND callback <> ${DUE} AND map_run IS NOT NULL LIMIT $2`;

export class Purge {
  readonly #clock: StoreClock;
  readonly #shards: number;
  /** The round under way. */
  #round: RetentionRound | null = null;

  constructor(clock: StoreClock, shards: number) {
    this.#clock = clock;
    this.#shards = shards;
  }

  /** A step within the caller's transaction, as `ExecutionStore.purge` says. */
  async step(
    queries: Queries,
    node: NodeNumber,
    retention: Retention,
    limit: number,
    after: PurgePosition | null,
  ): Promise<PurgeStep> {
    const removal = new Removal(queries, node, this.#shards, this.#clock.nowMs(), limit);
    const isBeginning = after === null || after.id === START.id;
    await removal.finish();
    if (isBeginning) await removeOfGoneFlows(queries, removal);
    if (isBeginning || this.#round === null)
      this.#round = new RetentionRound(retention, await countsFor(queries, retention));
    let next: PurgePosition | null = after ?? START;
    if (removal.left > 0) next = await this.#walk(queries, removal, this.#round, next);
    await removal.finish();
    const isOver =
      next === null && !(await removal.isUnfinished()) && !(await removeUnusedSnapshots(queries, this.#clock));
    if (isOver) await queries.rows(`DELETE FROM mail WHERE posted_at < clock_timestamp() - ${MAIL_AGE}`);
    return { deleted: limit - removal.left, next: isOver ? null : (next ?? END) };
  }

  /** Deletes along the index. Returns the place that it has reached; null at the end. */
  async #walk(
    queries: Queries,
    removal: Removal,
    round: RetentionRound,
    after: PurgePosition,
  ): Promise<PurgePosition | null> {
    const { endedBeforeMs, isByNumber } = round;
    if (endedBeforeMs === null && !isByNumber) return null;
    if (endedBeforeMs === null && after.id === START.id && !(await isBeyondNumber(queries, round))) return null;
    const rows = await queries.rows(ENDED, [after.endedMs, after.id, LOOKED_AT, this.#shards]);
    const removed: number[] = [];
    let position = after;
    let isEnd = rows.length < LOOKED_AT;
    for (const row of rows) {
      const place = placeOf(row);
      if (removed.length === removal.left) {
        isEnd = false;
        break;
      }
      if (!isByNumber && place.endedMs >= (endedBeforeMs ?? 0)) {
        isEnd = true;
        break;
      }
      const isOrphan = place.isItem && row['parent_status'] === null;
      if (row['flow_name'] !== null && (round.deletes(place) || isOrphan)) {
        round.passed(place);
        if (!hasToStay(row)) removed.push(Number(row['id']));
      }
      position = { endedMs: place.endedMs, id: Number(row['id']) };
    }
    await removal.remove(removed);
    return isEnd ? null : position;
  }
}

/** The parent has yet to be notified of the end, or may look for the child by its name, after a crash or a redrive. */
function hasToStay(row: Row): boolean {
  return Number(row['callback']) === DUE || numberOrNull(row['parent_status']) === RUNNING;
}

function placeOf(row: Row): EndedExecutionPlace {
  return {
    flow: String(row['flow']),
    flowName: textOrNull(row['flow_name']) ?? '',
    endedMs: Number(row['ended_ms']),
    isItem: row['map_run'] !== null,
  };
}

async function countsFor(queries: Queries, { executions, flows }: Retention) {
  const isByNumber = executions !== null || flows.some((rule) => (rule.executions ?? null) !== null);
  return isByNumber ? readEndedCounts(queries) : { ofFlow: () => 0, ofFlows: () => 0 };
}

async function isBeyondNumber(queries: Queries, round: RetentionRound): Promise<boolean> {
  const rows = await queries.rows(EXISTING_FLOWS);
  return round.isBeyondNumber(rows.map((row) => ({ flow: String(row['flow']), flowName: textOf(row['name']) })));
}

async function removeOfGoneFlows(queries: Queries, removal: Removal): Promise<void> {
  const gone = await queries.rows(
    'SELECT DISTINCT flow FROM snapshots s WHERE NOT EXISTS (SELECT 1 FROM flows f WHERE f.id = s.flow_id)',
  );
  for (const { flow } of gone) {
    for (const ended of [ENDED_OF_FLOW, ENDED_ITEMS_OF_FLOW]) {
      if (removal.left === 0) return;
      const rows = await queries.rows(ended, [flow, removal.left]);
      await removal.remove(
        rows.map((row) => Number(row['id'])),
        'of a deleted flow',
      );
    }
  }
}
