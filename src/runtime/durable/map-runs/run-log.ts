/**
 * The log of one Map run while it is in memory: takes entries, commits them with the record of the run, and says when they are durable.
 *
 * Invariant: {@link RunLog.progress} has every entry that was added, durable or not; the record that is committed counts only the entries
 * that are committed with it or were before.
 */
import type { MapCommand } from '../../../interpreter/commands.ts';
import { mapRunKey } from '../../../interpreter/map-run-spec.ts';
import type { ExecutionChange, ExecutionId } from '../../../store/executions.ts';
import type { MapRunRecord, MapRunStatus } from '../../../store/map-runs.ts';
import type { Committable, Dropped } from '../commit-queue.ts';
import { EventWaiters } from '../event-waiters.ts';
import { encodeEntries } from './entries.ts';
import type { MapRunEntry } from './entries.ts';
import { foldLog } from './fold-log.ts';
import type { MapRunParts } from './parts.ts';
import { Progress } from './progress.ts';

/** The run, as its log sees it. */
export interface LoggedRun {
  /** Items of the children that run, and items that were read. */
  readonly runningItems: number;
  readonly readItems: number;
  readonly concurrency: number;
  /** Something is about to be committed. */
  busy(): void;
  /** The entries of the last change are durable. */
  committed(): void;
  /** The store does not have the execution any more. */
  absent(): void;
  /** The store can never accept the change: a defect. */
  refused(error: unknown): void;
}

export class RunLog implements Committable {
  readonly progress: Progress;
  /** With the id of the execution, the key of the run. */
  readonly key: number;
  readonly #parts: MapRunParts;
  readonly #command: MapCommand;
  readonly #execution: ExecutionId;
  readonly #run: LoggedRun;
  readonly #waiters = new EventWaiters();
  /** Added and not taken into a change yet. */
  readonly #entries: MapRunEntry[] = [];
  /** Number of the first of them. */
  #first = 1;
  #isUnderWay = false;
  #isDirty = false;
  #isClosed = false;
  #record: MapRunRecord | null = null;
  #startedMs = 0;

  constructor(parts: MapRunParts, command: MapCommand, execution: ExecutionId, run: LoggedRun) {
    this.#parts = parts;
    this.#command = command;
    this.#execution = execution;
    this.#run = run;
    this.key = mapRunKey(command.run, command.id);
    this.progress = new Progress(command.run, parts.limits.stateDataBytes);
  }

  /** As of the last commit; null until the run is loaded. */
  get record(): MapRunRecord | null {
    return this.#record;
  }

  /** True when every entry is durable. */
  get isDurable(): boolean {
    return !this.#isUnderWay && this.#entries.length === 0;
  }

  /** Ends of children that are not durable yet. */
  get uncommittedEnds(): number {
    return this.#ends;
  }

  #ends = 0;

  /** Folds what the store has. May be called again after an error. */
  async load(flowName: string): Promise<void> {
    const { store, turns, ports } = this.#parts;
    const record = await store.mapRun(this.#execution, this.#command.run.name);
    await foldLog(store, this.#execution, this.key, this.progress, () => turns.later(flowName));
    this.#first = this.progress.next;
    this.#record = record;
    this.#startedMs = record?.startedMs ?? ports.clock.nowMs();
  }

  add(entry: MapRunEntry): void {
    if (this.#isClosed) return;
    this.progress.take(entry);
    this.#entries.push(entry);
    if (isItemEnd(entry)) this.#ends++;
    this.touch();
  }

  /** Commits the record. */
  touch(): void {
    this.#isDirty = true;
    this.#run.busy();
    this.#parts.queue.add(this);
  }

  /** Resolves with true when all entries so far are durable, with false when the run has left memory before. */
  async durable(): Promise<boolean> {
    if (this.#isClosed) return false;
    if (this.isDurable) return true;
    try {
      await this.#waiters.until(this.progress.next - 1);
      return true;
    } catch {
      return false;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#waiters.fail(new Error('the Map run has left memory'));
  }

  takeChange(): ExecutionChange | null {
    if (this.#isClosed || !this.#isDirty) return null;
    const row = this.#entries.length === 0 ? null : encodeEntries(this.#entries);
    const first = this.#first;
    this.#entries.splice(0, row?.count ?? 0);
    this.#first += row?.count ?? 0;
    this.#isUnderWay = true;
    this.#isDirty = this.#entries.length > 0;
    this.#record = this.#recordNow();
    const log = row === null ? null : { first, count: row.count, events: row.text };
    return { id: this.#execution, mapRuns: [{ record: this.#record, ...(log !== null && { log }) }] };
  }

  /** After the entries that were taken. */
  #recordNow(): MapRunRecord {
    const { succeededItems, failedItems, toleratedCount, toleratedPercentage, end, whole } = this.progress;
    let [succeeded, failed, isEnded] = [succeededItems, failedItems, end !== null];
    for (const entry of this.#entries) {
      if (entry.kind === 'succeeded') succeeded -= entry.items;
      if (entry.kind === 'failed') failed -= entry.items;
      if (entry.kind === 'ended') isEnded = false;
    }
    const running = this.#run.runningItems;
    return {
      ...{ name: this.#command.run.name, key: this.key, event: this.#command.id },
      status: isEnded ? this.#endStatus : 'Running',
      startedMs: this.#startedMs,
      stoppedMs: end !== null && isEnded ? end.atMs : 0,
      concurrency: this.#run.concurrency,
      ...{ toleratedCount, toleratedPercentage },
      total: whole?.items ?? Math.max(this.#run.readItems, succeeded + failed + running),
      running: isEnded ? 0 : running,
      ...{ succeeded, failed: Math.max(0, failed) },
    };
  }

  get #endStatus(): MapRunStatus {
    const { end } = this.progress;
    return end !== null && 'failure' in end ? 'Failed' : 'Succeeded';
  }

  committed(): void {
    this.#isUnderWay = false;
    if (this.#isClosed) return;
    this.#ends = this.#entries.filter(isItemEnd).length;
    this.#waiters.reached(this.#first - 1);
    if (this.#isDirty) this.#parts.queue.add(this);
    this.#run.committed();
  }

  /** The execution is gone, or of another node. */
  dropped(_outcome: Dropped): void {
    if (!this.#isClosed) this.#run.absent();
  }

  /** The run waits for the disk, as every running execution does. */
  aborts(): boolean {
    return false;
  }

  refused(error: unknown): void {
    this.#run.refused(error);
  }
}

function isItemEnd({ kind }: MapRunEntry): boolean {
  return kind === 'succeeded' || kind === 'failed';
}
