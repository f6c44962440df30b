/**
 * The steps of a round of purges, each a short transaction. A step reads a bounded number of ended executions along the index of
 * their ends, and deletes a bounded amount of data. At the end of a round it deletes the snapshots that only deleted executions
 * used. The snapshots of versions and of the current revision of a flow are not deleted, because an execution can start from them.
 *
 * The children of Map runs go with the execution of their Map (`removal.ts`). Those that had not ended by then are deleted when a later
 * step finds them.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { PurgePosition, PurgeStep, Retention } from '../executions.ts';
import { RetentionRound } from '../retention.ts';
import { createEndedCounts, EXISTING_FLOWS } from './ended-counts.ts';
import type { Row } from './flow-rows.ts';
import { createGoneFlows } from './gone-flows.ts';
import { isLeft, Removal } from './removal.ts';
import type { RemovalBudget } from './removal.ts';
import type { SnapshotUses } from './snapshot-uses.ts';
import { createUnusedSnapshots } from './unused-snapshots.ts';
import { DUE, RUNNING } from '../stored-forms.ts';

/** Before every ended execution. */
const START: PurgePosition = { endedMs: Number.MIN_SAFE_INTEGER, id: 0 };
/** After every ended execution: the round has only rows and snapshots left to delete. */
const END: PurgePosition = { endedMs: Number.MAX_SAFE_INTEGER, id: Number.MAX_SAFE_INTEGER };
/** Ended executions that a step looks at. */
const LOOKED_AT = 1_000;
/** Bytes of deleted rows after which a step ends. */
const BYTES = 4 * 1024 * 1024;

const ENDED_MS = 'coalesce(ended_ms, stopped_ms)';
/** The ended executions after a place, those that ended first before others. */
export const ENDED = `
  SELECT id, flow, revision, parent, callback, map_run, ${ENDED_MS} AS ended_ms FROM executions INDEXED BY executions_ended
  WHERE status > ${RUNNING} AND ${ENDED_MS} >= ?1 AND (${ENDED_MS} > ?1 OR id > ?2)
  ORDER BY ${ENDED_MS}, id LIMIT ?3`;

export class Purge {
  readonly #uses: SnapshotUses;
  readonly #removal: Removal;
  readonly #gone;
  readonly #unused;
  readonly #counts;
  readonly #ended;
  readonly #statusOf;
  readonly #flows;
  readonly #nameOf;
  /** The round under way. */
  #round: RetentionRound | null = null;

  constructor(database: DatabaseSync, uses: SnapshotUses) {
    this.#uses = uses;
    this.#removal = new Removal(database, uses);
    this.#gone = createGoneFlows(database, this.#removal);
    this.#unused = createUnusedSnapshots(database);
    this.#counts = createEndedCounts(database);
    this.#ended = database.prepare(ENDED);
    this.#statusOf = database.prepare('SELECT status FROM executions WHERE id = ?');
    this.#flows = database.prepare(EXISTING_FLOWS);
    this.#nameOf = database.prepare(`${EXISTING_FLOWS} WHERE e.key = ?`);
  }

  /** A step within the caller's transaction, as `ExecutionStore.purge` says. */
  step(retention: Retention, limit: number, after: PurgePosition | null): PurgeStep {
    const budget = { executions: limit, bytes: BYTES };
    const isBeginning = after === null || after.id === START.id;
    this.#removal.finish(budget);
    if (isBeginning) this.#gone.removeExecutions(budget);
    // The counts of a new round read what this has written.
    this.#uses.write();
    const round = !isBeginning && this.#round !== null ? this.#round : new RetentionRound(retention, this.#counts);
    this.#round = round;
    let next: PurgePosition | null = after ?? START;
    if (isLeft(budget)) next = isBeginning && !this.#hasWork(round) ? null : this.#walk(round, next, budget);
    this.#uses.write();
    const isOver = next === null && !this.#removal.isUnfinished && !this.#unused.remove();
    if (isOver) this.#gone.forget();
    return { deleted: limit - budget.executions, next: isOver ? null : (next ?? END) };
  }

  /** True if the round has to look at ended executions. */
  #hasWork(round: RetentionRound): boolean {
    if (round.endedBeforeMs !== null || !round.isByNumber) return round.endedBeforeMs !== null;
    return round.isBeyondNumber(
      this.#flows.all().map((row) => ({ flow: String(row['key']), flowName: String(row['name']) })),
    );
  }

  /** Deletes along the index. Returns the place that it has reached; null at the end. */
  #walk(round: RetentionRound, after: PurgePosition, budget: RemovalBudget): PurgePosition | null {
    const names = new Map<unknown, string | null>();
    const { endedBeforeMs, isByNumber } = round;
    if (endedBeforeMs === null && !isByNumber) return null;
    let position = after;
    const rows = this.#ended.all(after.endedMs, after.id, LOOKED_AT);
    for (const row of rows) {
      if (!isLeft(budget)) return position;
      const endedMs = Number(row['ended_ms']);
      if (!isByNumber && endedMs >= (endedBeforeMs ?? 0)) return null;
      const flowName = this.#nameOfFlow(row['flow'], names);
      const isItem = row['map_run'] !== null;
      const place = { flow: String(row['flow']), flowName: flowName ?? '', endedMs, isItem };
      if (flowName !== null && (round.deletes(place) || (isItem && this.#isParentGone(row)))) {
        round.passed(place);
        if (!this.#hasToStay(row)) this.#removal.remove(row, budget);
      }
      position = { endedMs, id: Number(row['id']) };
    }
    return rows.length < LOOKED_AT ? null : position;
  }

  /** The parent has yet to be notified of the end, or may look for the child by its name, after a crash or a redrive. */
  #hasToStay({ parent, callback }: Row): boolean {
    return callback === DUE || (parent !== null && this.#statusOf.get(Number(parent))?.['status'] === RUNNING);
  }

  #isParentGone({ parent }: Row): boolean {
    return this.#statusOf.get(Number(parent)) === undefined;
  }

  /** Null for a deleted flow. */
  #nameOfFlow(key: unknown, names: Map<unknown, string | null>): string | null {
    const known = names.get(key);
    if (known !== undefined) return known;
    const row = this.#nameOf.get(Number(key));
    const name = row === undefined ? null : String(row['name']);
    names.set(key, name);
    return name;
  }
}
