/**
 * The Standard executions that are in memory. An execution is loaded once under its id, and callers that come meanwhile
 * share the load. Those that only wait may leave again, the longest idle first.
 */
import type { Clock } from '../../base/clock.ts';
import type { Ids } from '../../base/ids.ts';
import { Turns } from '../../base/turns.ts';
import type { ActionCatalog } from '../../actions/action.ts';
import { flowDeleted } from '../../interpreter/failure.ts';
import type { ExecutionId, ExecutionStore } from '../../store/executions.ts';
import type { CommitQueue } from './commit-queue.ts';
import { ExecutionUnreadable } from './loader.ts';
import type { ExecutionLoader } from './loader.ts';
import type { RunHost } from './run-host.ts';
import { StandardRun } from './run.ts';
import type { TaskTokens } from './tokens.ts';

export interface RunTableOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly actions: ActionCatalog;
  readonly store: Pick<ExecutionStore, 'get'>;
  readonly tokens: TaskTokens;
  readonly queue: CommitQueue;
  readonly loader: ExecutionLoader;
  /** Id of the flow of that name; null when there is none. */
  readonly flowId: (name: string) => Promise<string | null>;
  readonly onDefect: (error: unknown, where: string) => void;
  readonly onStuck: (id: ExecutionId, error: unknown) => void;
  readonly onEnded: (run: StandardRun) => void;
  readonly onWithdrawn: (run: StandardRun) => void;
  /** Tasks of the run that children belong to have ended, and that is durable. */
  readonly onOrphaned: (run: StandardRun, events: readonly number[]) => void;
  readonly onAsleep: (wakeMs: number) => void;
  /** Waiting executions that stay in memory; 1,000 when absent. */
  readonly idleMax?: number;
}

/** Why an execution cannot go on. */
export interface Stuck {
  readonly sinceMs: number;
  readonly error: unknown;
}

/** Waiting executions that stay in memory, for callbacks that come soon. */
const IDLE_MAX = 1_000;

export class RunTable implements RunHost<StandardRun> {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly actions: ActionCatalog;
  readonly tokens: TaskTokens;
  readonly turns: Turns;
  readonly #options: RunTableOptions;
  readonly #runs = new Map<ExecutionId, StandardRun>();
  readonly #loading = new Map<ExecutionId, Promise<StandardRun | null>>();
  /** The longest idle first. */
  readonly #idle = new Set<StandardRun>();
  readonly #stuck = new Map<ExecutionId, Stuck>();
  readonly #idleMax: number;
  /** True when some are about to leave. */
  #shrinking = false;
  /** False once no more tasks are to be called. */
  #calling = true;
  #closed = false;

  constructor(options: RunTableOptions) {
    const { clock, ids, actions, tokens } = options;
    this.#options = options;
    this.clock = clock;
    this.ids = ids;
    this.actions = actions;
    this.tokens = tokens;
    this.turns = new Turns(clock);
    this.#idleMax = options.idleMax ?? IDLE_MAX;
  }

  get size(): number {
    return this.#runs.size;
  }

  /** Those in memory now. */
  values(): IterableIterator<StandardRun> {
    return this.#runs.values();
  }

  peek(id: ExecutionId): StandardRun | undefined {
    return this.#runs.get(id);
  }

  stuck(id: ExecutionId): Stuck | undefined {
    return this.#stuck.get(id);
  }

  /** It was stopped; false when it was not stuck. */
  freed(id: ExecutionId): boolean {
    return this.#stuck.delete(id);
  }

  /** A run that was made and not loaded. */
  add(run: StandardRun): void {
    this.#runs.set(run.record.id, run);
  }

  /**
   * The run of an execution, loaded if need be; null when it has ended, is not there, or is stuck. It stays in memory for the
   * rest of the turn; what is to be asked of it is asked in that.
   */
  get(id: ExecutionId): Promise<StandardRun | null> {
    const run = this.#runs.get(id);
    if (run !== undefined) return Promise.resolve(run);
    const underWay = this.#loading.get(id);
    if (underWay !== undefined) return underWay;
    const loading = this.#load(id).finally(() => this.#loading.delete(id));
    this.#loading.set(id, loading);
    return loading;
  }

  async #load(id: ExecutionId): Promise<StandardRun | null> {
    if (this.#stuck.has(id)) return null;
    const { store, loader, flowId } = this.#options;
    const record = await store.get(id);
    if (record === null || record.status !== 'Running') return null;
    const isDeleted = (await flowId(record.flowName)) !== record.flowId;
    const execution = await loader.load(record).catch((error: unknown) => {
      // A store that cannot be read now can be read later; what was read and makes no sense stays so.
      if (!(error instanceof ExecutionUnreadable)) throw error;
      this.#setStuck(id, error);
      return null;
    });
    if (execution === null || this.#closed) return null;
    const run = new StandardRun(this, record, execution, { kind: 'loaded' });
    this.#runs.set(id, run);
    if (isDeleted) run.stopAfterState(flowDeleted(record.flowName));
    run.begin(record.stop === null ? { kind: 'continue' } : { kind: 'stop', failure: record.stop });
    return run;
  }

  /** No task is called any more: the next start of the server calls it. */
  stopCalling(): void {
    this.#calling = false;
  }

  close(): void {
    this.#closed = true;
    this.#calling = false;
    for (const run of this.#runs.values()) run.evict();
    this.#runs.clear();
    this.#idle.clear();
  }

  commit(run: StandardRun): void {
    this.#options.queue.add(run);
  }

  whenOpen(call: () => void): void {
    if (this.#calling) call();
  }

  busy(run: StandardRun): void {
    this.#idle.delete(run);
  }

  idle(run: StandardRun, wakeMs: number | null): void {
    if (wakeMs === null) return;
    this.#options.onAsleep(wakeMs);
    this.#idle.add(run);
    if (this.#shrinking || this.#idle.size <= this.#idleMax) return;
    this.#shrinking = true;
    // In a later turn: whoever was given a run in this one may count on it.
    setImmediate(() => this.#shrink());
  }

  #shrink(): void {
    this.#shrinking = false;
    for (const run of this.#idle) {
      if (this.#idle.size <= this.#idleMax) return;
      this.#drop(run);
      run.evict();
    }
  }

  orphaned(run: StandardRun, events: readonly number[]): void {
    this.#options.onOrphaned(run, events);
  }

  ended(run: StandardRun): void {
    this.#drop(run);
    this.#options.onEnded(run);
  }

  withdrawn(run: StandardRun): void {
    this.#drop(run);
    this.#options.onWithdrawn(run);
  }

  broke(run: StandardRun, error: unknown): void {
    this.#drop(run);
    this.#setStuck(run.record.id, error);
  }

  onDefect(error: unknown, where: string): void {
    this.#options.onDefect(error, where);
  }

  #drop(run: StandardRun): void {
    this.#runs.delete(run.record.id);
    this.#idle.delete(run);
  }

  #setStuck(id: ExecutionId, error: unknown): void {
    this.#stuck.set(id, { sinceMs: this.clock.nowMs(), error });
    this.#options.onStuck(id, error);
  }
}
