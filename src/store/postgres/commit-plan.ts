/**
 * Applies the changes of a commit to the rows that it has loaded and locked, in their order, and collects what to write. Pure: it
 * knows no database.
 */
import { assert } from '../../base/assert.ts';
import type { ExecutionChange, ExecutionId, JournalRow, Outcome } from '../executions.ts';
import type { MapRunChange, MapRunRecord } from '../map-runs.ts';
import { isOpen } from '../map-runs.ts';
import type { NodeNumber } from '../nodes.ts';
import { isOfOthers } from '../own-changes.ts';
import { entryKey, nameKey, snapshotKey } from './commit-load.ts';
import type { Loaded, LoadedExecution } from './commit-load.ts';
import { endedMsOf, Writes } from './commit-writes.ts';
import { callbackNumber, DONE, DUE, OWED, RUNNING, statusNumber } from '../stored-forms.ts';

export class CommitPlan {
  readonly #node: NodeNumber;
  readonly #loaded: Loaded;
  readonly #writes = new Writes();

  constructor(node: NodeNumber, loaded: Loaded) {
    this.#node = node;
    this.#loaded = loaded;
  }

  /** @throws {AssertionFailure} for a change that breaks the contract of the port, such as a gap in a journal */
  apply(change: ExecutionChange): Outcome {
    const { id, start, journal, end } = change;
    if (start !== undefined && !this.#loaded.executions.has(id)) {
      const refusal = this.#start(id, start);
      if (refusal !== null) return refusal;
    }
    const execution = this.#loaded.executions.get(id);
    if (execution === undefined) {
      assert(journal === undefined || id <= this.#loaded.purgedId, `execution ${id} was never started`);
      return 'absent';
    }
    if (!this.#mayChange(execution, change)) return 'lost';
    if (change.reopen === true) this.#reopen(execution);
    if (journal !== undefined) this.#append(execution, journal);
    for (const mapRun of change.mapRuns ?? []) this.#changeMapRun(id, mapRun);
    this.#applyState(execution, change);
    if (change.stopChildren !== undefined) this.#stopChildren(id, change.stopChildren);
    const { abortMapRunsMs } = change;
    if (abortMapRunsMs !== undefined) this.#abortMapRuns(id, abortMapRunsMs, () => true);
    this.#writes.answers.push(...(change.answers ?? []));
    if (end !== undefined || change.release === true) this.#set(execution, { owner: null });
    return 'stored';
  }

  /** The writes of all changes so far. */
  writes(): Writes {
    const { executions, mapRuns } = this.#loaded;
    for (const execution of executions.values()) if (execution.isChanged) this.#writes.sets.push(execution);
    for (const { id, record, isChanged } of mapRuns.values()) {
      if (isChanged) this.#writes.mapRuns.push({ id, run: record });
    }
    return this.#writes;
  }

  /** An ended execution has no owner: what comes for it is a repetition, a redrive, or concerns its callback. */
  #mayChange({ status, owner, nextEvent }: LoadedExecution, change: ExecutionChange): boolean {
    if (status === RUNNING) return owner === this.#node || isOfOthers(change);
    const { journal, reopen } = change;
    return reopen !== true || journal === undefined || journal.first === nextEvent;
  }

  /** Null if the execution has started. `absent` if another start has taken its due time. */
  #start(
    id: ExecutionId,
    { record, snapshot, due }: NonNullable<ExecutionChange['start']>,
  ): 'name-taken' | 'absent' | null {
    const { names, schedules, snapshots, executions } = this.#loaded;
    const name = nameKey(record.flowId, record.name);
    if (names.has(name)) return 'name-taken';
    if (due !== undefined) {
      if (schedules.get(due.scheduleId) !== due.firstMs) return 'absent';
      schedules.set(due.scheduleId, due.nextMs);
      this.#writes.dues.push(due);
    }
    const used = snapshotKey(record.flowId, record.revision);
    if (snapshot !== null && !snapshots.has(used)) {
      snapshots.add(used);
      this.#writes.snapshots.push({ snapshot, flowName: record.flowName });
    }
    assert(snapshots.has(used), `execution ${id} has no snapshot`);
    names.set(name, id);
    this.#writes.starts.push({ id, record });
    executions.set(id, {
      id,
      status: RUNNING,
      callback: callbackNumber(record.callback),
      parent: record.parent?.execution ?? null,
      parentEvent: record.parent?.event ?? null,
      owner: this.#node,
      stop: null,
      wakeMs: null,
      stoppedMs: 0,
      endedMs: null,
      error: '',
      cause: '',
      nextEvent: 1,
      isChanged: false,
    });
    return null;
  }

  #reopen(execution: LoadedExecution): void {
    if (execution.status === RUNNING) return;
    this.#set(execution, {
      ...{ status: RUNNING, stoppedMs: 0, endedMs: null, wakeMs: null, stop: null, error: '', cause: '' },
      callback: execution.callback === DUE ? OWED : execution.callback,
      owner: this.#node,
    });
    this.#writes.outputs.set(execution.id, null);
  }

  #append(execution: LoadedExecution, row: JournalRow): void {
    const { id, nextEvent } = execution;
    if (row.first + row.count <= nextEvent) return;
    assert(row.first === nextEvent, `the next event of execution ${id} is ${nextEvent}, not ${row.first}`);
    execution.nextEvent = row.first + row.count;
    this.#writes.rows.push({ id, row });
  }

  #applyState(execution: LoadedExecution, { callbackTo, wakeMs, end, callbackDone }: ExecutionChange): void {
    const { id, parent } = execution;
    const isRunning = execution.status === RUNNING;
    if (callbackTo !== undefined && parent !== null) {
      this.#set(execution, { parentEvent: callbackTo, callback: isRunning ? OWED : DUE });
    }
    if (wakeMs !== undefined && isRunning) this.#set(execution, { wakeMs });
    if (end !== undefined && isRunning) {
      const { status, stoppedMs, error, cause, output } = end;
      this.#set(execution, {
        ...{ status: statusNumber(status), stoppedMs, endedMs: endedMsOf(end), error, cause, wakeMs: null },
        callback: execution.callback === OWED ? DUE : execution.callback,
      });
      if (output !== '') this.#writes.outputs.set(id, output);
    }
    if (callbackDone === true && execution.callback === DUE) this.#set(execution, { callback: DONE });
  }

  #set(execution: LoadedExecution, members: Partial<LoadedExecution>): void {
    Object.assign(execution, members);
    execution.isChanged = true;
  }

  #stopChildren(id: ExecutionId, { events, request, atMs }: NonNullable<ExecutionChange['stopChildren']>): void {
    const stop = JSON.stringify(request);
    for (const child of this.#loaded.executions.values()) {
      const { status, parent, parentEvent, callback } = child;
      const isMeant = status === RUNNING && parent === id && callback === OWED && events.includes(parentEvent ?? 0);
      if (isMeant && child.stop === null) this.#set(child, { stop });
    }
    this.#abortMapRuns(id, atMs, ({ event }) => events.includes(event));
  }

  #changeMapRun(id: ExecutionId, { record, log }: MapRunChange): void {
    const key = entryKey(id, record.key);
    this.#loaded.mapRuns.set(key, { id, record, isChanged: true });
    if (log === undefined) return;
    const next = this.#loaded.nextEntries.get(key) ?? 1;
    if (log.first + log.count <= next) return;
    assert(
      log.first === next,
      `the next entry of Map run ${record.key} of execution ${id} is ${next}, not ${log.first}`,
    );
    this.#loaded.nextEntries.set(key, log.first + log.count);
    this.#writes.entries.push({ id, key: record.key, row: log });
  }

  #abortMapRuns(id: ExecutionId, atMs: number, isMeant: (record: MapRunRecord) => boolean): void {
    for (const run of this.#loaded.mapRuns.values()) {
      if (run.id !== id || !isOpen(run.record.status) || !isMeant(run.record)) continue;
      run.record = { ...run.record, status: 'Aborted', stoppedMs: atMs };
      run.isChanged = true;
    }
  }
}
