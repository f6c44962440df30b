/**
 * Applies commits to the tables of executions. It runs in the commit thread.
 *
 * Invariants:
 * - A commit is one transaction. The main thread has checked that the node may make its changes (`ownership.ts`).
 * - A change that was committed before changes nothing.
 * - A journal row is appended only if it begins with the next event.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { assert } from '../../base/assert.ts';
import type {
  ExecutionChange,
  ExecutionId,
  JournalRow,
  Outcome,
  PurgePosition,
  PurgeStep,
  Retention,
  SeenTime,
} from '../executions.ts';
import type { DueTimes } from '../schedules.ts';
import { giveBackPages } from './free-space.ts';
import { MapRunWriter } from './map-run-writer.ts';
import { Purge } from './purge.ts';
import { SnapshotUses } from './snapshot-uses.ts';
import { inTransaction } from './transaction.ts';
import { callbackNumber, DONE, DUE, OWED, RUNNING, startedByText, statusNumber } from '../stored-forms.ts';

type Start = NonNullable<ExecutionChange['start']>;
type End = NonNullable<ExecutionChange['end']>;

export class Writer {
  readonly #database: DatabaseSync;
  readonly #purgedId: StatementSync;
  readonly #seen: StatementSync;
  readonly #purge: Purge;
  readonly #flowKey: StatementSync;
  readonly #addFlow: StatementSync;
  readonly #addSnapshot: StatementSync;
  readonly #uses: SnapshotUses;
  readonly #add: StatementSync;
  readonly #addInput: StatementSync;
  readonly #append: StatementSync;
  readonly #known: StatementSync;
  readonly #named: StatementSync;
  readonly #nextEvent: StatementSync;
  readonly #reopen: StatementSync;
  readonly #callbackTo: StatementSync;
  readonly #sleep: StatementSync;
  readonly #end: StatementSync;
  readonly #setOutput: StatementSync;
  readonly #removeOutput: StatementSync;
  readonly #callbackDone: StatementSync;
  readonly #stopChild: StatementSync;
  readonly #mapRuns: MapRunWriter;
  readonly #take: StatementSync;

  constructor(database: DatabaseSync) {
    const prepare = (sql: string) => database.prepare(sql);
    this.#database = database;
    this.#purgedId = prepare('SELECT purged_id FROM owner');
    this.#seen = prepare('UPDATE owner SET seen_ms = ?, set_back_ms = ?');
    this.#mapRuns = new MapRunWriter(database);
    this.#uses = new SnapshotUses(database);
    this.#purge = new Purge(database, this.#uses);
    this.#flowKey = prepare('SELECT key FROM execution_flows WHERE flow_id = ?');
    this.#addFlow = prepare('INSERT INTO execution_flows (flow_id, name) VALUES (?, ?)');
    this.#addSnapshot = prepare(`
      INSERT INTO snapshots (flow, revision, role_arn, description, environment, definition, writer)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (flow, revision) DO NOTHING`);
    this.#add = prepare(`
      INSERT INTO executions (id, flow, status, callback, started_ms, stopped_ms, revision, parent, parent_event, version,
        alias, name, error, cause, depth, started_by, identity, map_run, map_state, map_item)
      VALUES (?, ?, ${RUNNING}, ?, ?, 0, ?, ?, ?, ?, ?, ?, '', '', ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);
    this.#addInput = prepare('INSERT INTO inputs (execution, text) VALUES (?, ?)');
    this.#append = prepare(`
      INSERT INTO journal (execution, first, count, events) SELECT ?1, ?2, ?3, ?4
      WHERE coalesce((SELECT first + count FROM journal WHERE execution = ?1 ORDER BY first DESC LIMIT 1), 1) = ?2
        AND EXISTS (SELECT 1 FROM executions WHERE id = ?1)`);
    this.#known = prepare('SELECT 1 FROM executions WHERE id = ?');
    this.#named = prepare('SELECT id FROM executions WHERE flow = ? AND name = ?');
    this.#nextEvent = prepare(`
      SELECT first + count AS next FROM journal WHERE execution = ? ORDER BY first DESC LIMIT 1`);
    this.#reopen = prepare(`
      UPDATE executions SET status = ${RUNNING}, stopped_ms = 0, ended_ms = NULL, wake_ms = NULL, stop = NULL, error = '', cause = '',
        callback = CASE callback WHEN ${DUE} THEN ${OWED} ELSE callback END
      WHERE id = ? AND status <> ${RUNNING}`);
    this.#callbackTo = prepare(`
      UPDATE executions SET parent_event = ?, callback = CASE status WHEN ${RUNNING} THEN ${OWED} ELSE ${DUE} END
      WHERE id = ? AND parent IS NOT NULL`);
    this.#sleep = prepare(`UPDATE executions SET wake_ms = ? WHERE id = ? AND status = ${RUNNING}`);
    this.#end = prepare(`
      UPDATE executions SET status = ?, stopped_ms = ?, ended_ms = ?, error = ?, cause = ?, wake_ms = NULL,
        callback = CASE callback WHEN ${OWED} THEN ${DUE} ELSE callback END
      WHERE id = ? AND status = ${RUNNING}`);
    this.#setOutput = prepare('INSERT OR REPLACE INTO outputs (execution, text) VALUES (?, ?)');
    this.#removeOutput = prepare('DELETE FROM outputs WHERE execution = ?');
    this.#callbackDone = prepare(`UPDATE executions SET callback = ${DONE} WHERE id = ? AND callback = ${DUE}`);
    this.#stopChild = prepare(`
      UPDATE executions SET stop = ?
      WHERE parent = ? AND parent_event = ? AND callback = ${OWED} AND status = ${RUNNING} AND stop IS NULL`);
    this.#take = prepare('UPDATE schedules SET next_due_ms = ?, last_due_ms = ? WHERE id = ? AND next_due_ms = ?');
  }

  /**
   * Applies all changes, or none if it throws.
   * @throws {AssertionFailure} for a change that breaks the contract of the port, such as a gap in a journal.
   */
  commit(changes: readonly ExecutionChange[], seen: SeenTime | null = null): readonly Outcome[] {
    const keys = new Map<string, number>();
    return this.#inTransaction(() => {
      const purgedId = Number(this.#purgedId.get()?.['purged_id'] ?? 0);
      if (seen !== null) this.#seen.run(Math.floor(seen.nowMs), Math.floor(seen.setBackMs));
      return changes.map((change) => this.#apply(change, keys, purgedId));
    });
  }

  /** A step of a purge, as `ExecutionStore.purge` says. */
  purge(retention: Retention, limit: number, after: PurgePosition | null): PurgeStep {
    return this.#inTransaction(() => this.#purge.step(retention, limit, after));
  }

  /** As `ExecutionStore.giveBackSpace` says. */
  giveBackSpace(): boolean {
    return this.#inTransaction(() => giveBackPages(this.#database));
  }

  /** As `ScheduleStore.take`. */
  take(times: readonly DueTimes[]): readonly boolean[] {
    return this.#inTransaction(() => times.map((time) => this.#takeDue(time)));
  }

  #takeDue({ scheduleId, firstMs, lastMs, nextMs }: DueTimes): boolean {
    return Number(this.#take.run(nextMs, lastMs, scheduleId, firstMs).changes) === 1;
  }

  #inTransaction<T>(work: () => T): T {
    this.#uses.forget();
    return inTransaction(this.#database, () => {
      const result = work();
      this.#uses.write();
      return result;
    });
  }

  #apply(change: ExecutionChange, keys: Map<string, number>, purgedId: ExecutionId): Outcome {
    const { id, start, journal, stopChildren } = change;
    const refusal = start === undefined ? null : this.#start(id, start, keys);
    if (refusal !== null) return refusal;
    if (change.reopen === true && Number(this.#reopen.run(id).changes) > 0) this.#removeOutput.run(id);
    const isAppended = journal !== undefined && this.#appendRow(id, journal, purgedId);
    // A row that was appended proves that the execution exists: a change of a running execution needs no further look.
    if (!isAppended && this.#known.get(id) === undefined) return 'absent';
    this.#applyState(change);
    for (const mapRun of change.mapRuns ?? []) this.#mapRuns.apply(id, mapRun);
    if (change.abortMapRunsMs !== undefined) this.#mapRuns.abortAll(id, change.abortMapRunsMs);
    if (stopChildren !== undefined) {
      const request = JSON.stringify(stopChildren.request);
      for (const event of stopChildren.events) {
        this.#stopChild.run(request, id, event);
        this.#mapRuns.abort(id, event, stopChildren.atMs);
      }
    }
    return 'stored';
  }

  #applyState({ id, callbackTo, wakeMs, end, callbackDone }: ExecutionChange): void {
    if (callbackTo !== undefined) this.#callbackTo.run(callbackTo, id);
    if (wakeMs !== undefined) this.#sleep.run(wakeMs, id);
    if (end !== undefined) this.#finish(id, end);
    if (callbackDone === true) this.#callbackDone.run(id);
  }

  /** Null if the execution has started, now or by an earlier commit. `absent` if another start has taken its due time. */
  #start(id: ExecutionId, { record, snapshot, due }: Start, keys: Map<string, number>): 'name-taken' | 'absent' | null {
    const flow = this.#keyOf(record.flowId, record.flowName, keys);
    if (due !== undefined) {
      const named = this.#named.get(flow, record.name);
      if (named !== undefined) return named['id'] === id ? null : 'name-taken';
      if (!this.#takeDue(due)) return 'absent';
    }
    if (snapshot !== null) {
      const { revision, roleArn, description, environment, definition, writer } = snapshot;
      this.#addSnapshot.run(flow, revision, roleArn, description, JSON.stringify(environment), definition, writer);
    }
    const { parent } = record;
    const added = this.#add.run(
      id,
      flow,
      callbackNumber(record.callback),
      record.startedMs,
      record.revision,
      parent?.execution ?? null,
      parent?.event ?? null,
      record.version,
      record.alias,
      record.name,
      record.ancestry.depth,
      startedByText(record.ancestry),
      record.identity,
      record.mapItem?.run ?? null,
      record.mapItem?.state ?? null,
      record.mapItem?.index ?? null,
    );
    if (Number(added.changes) === 0) return this.#known.get(id) === undefined ? 'name-taken' : null;
    this.#uses.add(flow, record.revision, 1, record.mapItem !== null);
    if (record.input !== '') this.#addInput.run(id, record.input);
    return null;
  }

  #keyOf(flowId: string, flowName: string, keys: Map<string, number>): number {
    let key = keys.get(flowId);
    if (key === undefined) {
      const row = this.#flowKey.get(flowId);
      key = Number(row === undefined ? this.#addFlow.run(flowId, flowName).lastInsertRowid : row['key']);
      keys.set(flowId, key);
    }
    return key;
  }

  /** False if the journal had the row before, or if a purge has deleted the execution. */
  #appendRow(id: ExecutionId, { first, count, events }: JournalRow, purgedId: ExecutionId): boolean {
    if (Number(this.#append.run(id, first, count, events).changes) === 1) return true;
    if (this.#known.get(id) === undefined) {
      assert(id <= purgedId, `execution ${id} was never started`);
      return false;
    }
    const next = Number(this.#nextEvent.get(id)?.['next'] ?? 1);
    assert(first + count <= next, `the next event of execution ${id} is ${next}, not ${first}`);
    return false;
  }

  #finish(id: ExecutionId, end: End): void {
    const ended = this.#end.run(
      statusNumber(end.status),
      end.stoppedMs,
      end.steadyMs === undefined ? null : Math.floor(end.steadyMs),
      end.error,
      end.cause,
      id,
    );
    if (Number(ended.changes) > 0 && end.output !== '') this.#setOutput.run(id, end.output);
  }
}
