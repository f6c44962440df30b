/**
 * The Standard executions in memory, and how many run in all. The table loads an execution once under its id; callers that
 * come meanwhile share the load. Runs that only wait may leave again, the longest idle first.
 */
import { ApiError } from '../../api/error.ts';
import type { Ports } from '../../base/ports.ts';
import { flowDeleted } from '../../interpreter/failure.ts';
import type { ExecutionId, ExecutionStore } from '../../store/executions.ts';
import type { DriverParts } from '../driver/driver.ts';
import type { CommitQueue } from './commit-queue.ts';
import { ExecutionUnreadable } from './loader.ts';
import type { ExecutionLoader } from './loader.ts';
import type { RunHost } from './run-host.ts';
import { DurableRun } from './run.ts';
import type { TaskTokens } from './tokens.ts';

export interface RunTableOptions {
  readonly ports: Ports;
  readonly parts: DriverParts;
  readonly store: Pick<ExecutionStore, 'get'>;
  readonly tokens: TaskTokens;
  readonly queue: CommitQueue;
  readonly loader: ExecutionLoader;
  /** Id of the flow of that name; null when there is none. */
  readonly flowId: (name: string) => Promise<string | null>;
  /** Running executions in the store. */
  readonly running: number;
  /** How many executions may run (`limits.standardExecutions`); null: no limit. */
  readonly runningMax: number | null;
  /** Waiting executions that remain in memory, for callbacks that come soon. */
  readonly idleMax: number;
}

/** Why an execution cannot continue. */
export interface Stuck {
  readonly sinceMs: number;
  readonly error: unknown;
}

/** A part of the runtime that reacts to what becomes of runs. */
export interface RunListener {
  /** The end of the run is durable. */
  ended?(run: DurableRun): void;
  /** The run aborted its start while the store failed. Whether the store has it is not known. */
  aborted?(run: DurableRun): void;
  /** Tasks of the run that children belong to have ended, and that is durable. */
  orphaned?(run: DurableRun, events: readonly number[]): void;
  /** The run only waits, until `wakeMs`. */
  asleep?(wakeMs: number): void;
}

export class RunTable implements RunHost<DurableRun> {
  readonly ports: Ports;
  readonly parts: DriverParts;
  readonly tokens: TaskTokens;
  readonly #options: RunTableOptions;
  readonly #listeners: RunListener[] = [];
  readonly #runs = new Map<ExecutionId, DurableRun>();
  readonly #loading = new Map<ExecutionId, Promise<DurableRun | null>>();
  /** The longest idle first. */
  readonly #idle = new Set<DurableRun>();
  readonly #stuck = new Map<ExecutionId, Stuck>();
  /** Running executions, in memory or not. */
  #running: number;
  /** True when some are about to leave. */
  #isShrinking = false;
  #mayCall = true;
  #isClosed = false;

  constructor(options: RunTableOptions) {
    this.ports = options.ports;
    this.parts = options.parts;
    this.tokens = options.tokens;
    this.#options = options;
    this.#running = options.running;
  }

  listen(listener: RunListener): void {
    this.#listeners.push(listener);
  }

  get size(): number {
    return this.#runs.size;
  }

  get mayCall(): boolean {
    return this.#mayCall;
  }

  /** Those in memory now. */
  values(): IterableIterator<DurableRun> {
    return this.#runs.values();
  }

  peek(id: ExecutionId): DurableRun | undefined {
    return this.#runs.get(id);
  }

  stuck(id: ExecutionId): Stuck | undefined {
    return this.#stuck.get(id);
  }

  /** @throws {ApiError} `ResourceThrottled` when as many executions run as may. */
  refuseFull(): void {
    const { runningMax } = this.#options;
    if (runningMax === null || this.#running < runningMax) return;
    const message = `${runningMax} executions are running, which is the limit (limits.standardExecutions). Retry when some have ended.`;
    throw new ApiError('ResourceThrottled', message);
  }

  /** A run that was made and not loaded: of a new execution, or of one that runs again. */
  add(run: DurableRun): void {
    this.#runs.set(run.record.id, run);
    this.#running++;
  }

  /** The store has an execution whose start was refused. */
  countFound(): void {
    this.#running++;
  }

  /** A stuck execution was stopped; false when it was not stuck. */
  freed(id: ExecutionId): boolean {
    if (!this.#stuck.delete(id)) return false;
    this.#running--;
    return true;
  }

  /**
   * The run of an execution, loaded if need be; null when the execution has ended, does not exist, or is stuck. The run
   * remains in memory for the rest of the turn, and a caller uses it within that.
   */
  get(id: ExecutionId): Promise<DurableRun | null> {
    const run = this.#runs.get(id);
    if (run !== undefined) return Promise.resolve(run);
    const underWay = this.#loading.get(id);
    if (underWay !== undefined) return underWay;
    const loading = this.#load(id).finally(() => this.#loading.delete(id));
    this.#loading.set(id, loading);
    return loading;
  }

  async #load(id: ExecutionId): Promise<DurableRun | null> {
    if (this.#stuck.has(id)) return null;
    const { store, loader, flowId } = this.#options;
    const record = await store.get(id);
    if (record === null || record.status !== 'Running') return null;
    const isDeleted = (await flowId(record.flowName)) !== record.flowId;
    const execution = await loader.load(record).catch((error: unknown) => {
      // A store that cannot be read now can be read later. A journal that makes no sense will not make sense later.
      if (!(error instanceof ExecutionUnreadable)) throw error;
      this.#setStuck(id, error);
      return null;
    });
    if (execution === null || this.#isClosed) return null;
    const run = new DurableRun(this, record, execution, { kind: 'loaded' });
    this.#runs.set(id, run);
    if (isDeleted) run.stopAfterState(flowDeleted(record.flowName));
    run.begin(record.stop === null ? { kind: 'continue' } : { kind: 'stop', failure: record.stop });
    return run;
  }

  /** No task is called any more: the next start of the server calls it. */
  stopCalling(): void {
    this.#mayCall = false;
  }

  close(): void {
    this.#isClosed = true;
    this.#mayCall = false;
    for (const run of this.#runs.values()) run.evict();
    this.#runs.clear();
    this.#idle.clear();
  }

  commit(run: DurableRun): void {
    this.#options.queue.add(run);
  }

  busy(run: DurableRun): void {
    this.#idle.delete(run);
  }

  idle(run: DurableRun, wakeMs: number | null): void {
    if (wakeMs === null) return;
    for (const listener of this.#listeners) listener.asleep?.(wakeMs);
    this.#idle.add(run);
    if (this.#isShrinking || this.#idle.size <= this.#options.idleMax) return;
    this.#isShrinking = true;
    // In a later turn: a caller that was given a run in this one may still use it.
    this.ports.scheduler.soon(() => this.#shrink());
  }

  #shrink(): void {
    this.#isShrinking = false;
    for (const run of this.#idle) {
      if (this.#idle.size <= this.#options.idleMax) return;
      this.#drop(run);
      run.evict();
    }
  }

  orphaned(run: DurableRun, events: readonly number[]): void {
    for (const listener of this.#listeners) listener.orphaned?.(run, events);
  }

  ended(run: DurableRun): void {
    this.#drop(run);
    this.#running--;
    this.#reportEnd(run);
    for (const listener of this.#listeners) listener.ended?.(run);
  }

  aborted(run: DurableRun): void {
    this.#drop(run);
    this.#running--;
    for (const listener of this.#listeners) listener.aborted?.(run);
  }

  broke(run: DurableRun, error: unknown): void {
    this.#drop(run);
    this.#setStuck(run.record.id, error);
  }

  #reportEnd({ record, execution }: DurableRun): void {
    const { status, failure, startedMs, stoppedMs } = execution;
    this.ports.observer.executionEnded?.({
      mode: 'Standard',
      flowName: record.flowName,
      executionName: record.name,
      status,
      error: failure?.error ?? '',
      tookMs: stoppedMs - startedMs,
      warnings: [],
    });
  }

  #drop(run: DurableRun): void {
    this.#runs.delete(run.record.id);
    this.#idle.delete(run);
  }

  #setStuck(id: ExecutionId, error: unknown): void {
    this.#stuck.set(id, { sinceMs: this.ports.clock.nowMs(), error });
    this.ports.observer.executionStuck?.({ execution: id, error });
    // Awake, so that the next start of the server tries it again, and no timer wakes it in vain before.
    this.#options.queue.addChange({ id, wakeMs: null });
  }
}
