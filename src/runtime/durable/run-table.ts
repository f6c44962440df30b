/**
 * The Standard executions in memory, and the number of all running ones. The table loads an execution only once at a time;
 * further callers share the load. Runs that only wait leave memory when there are too many, the longest idle first.
 */
import { apiError, memoryThrottled } from '../../api/error.ts';
import type { StartSource } from '../../base/observer.ts';
import type { Ports } from '../../base/ports.ts';
import type { Failure } from '../../interpreter/event.ts';
import type { Execution } from '../../interpreter/execution.ts';
import { flowDeleted } from '../../interpreter/failure.ts';
import type { ExecutionId, ExecutionRecord, ExecutionStore, RunningCounts } from '../../store/executions.ts';
import type { DriverParts } from '../driver/driver.ts';
import type { StartOrigin } from '../start-origin.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { NodeNumber } from '../../store/nodes.ts';
import type { CommitQueue, Dropped } from './commit-queue.ts';
import { IdleRuns } from './idle-runs.ts';
import { ExecutionUnreadable } from './loader.ts';
import type { ExecutionLoader } from './loader.ts';
import { nodeGone } from './not-accepting.ts';
import { Releases } from './releases.ts';
import type { DurableEnd, RunListener } from './run-listener.ts';
import { RunningLimit } from './running-limit.ts';
import type { Entrant, RunningMax } from './running-limit.ts';
import type { RunDefect, RunHost } from './run-host.ts';
import { DurableRun } from './run.ts';
import { isolated } from '../../base/isolated.ts';
import type { SteadyClock } from './steady-clock.ts';
import type { TaskTokens } from './tokens.ts';

export interface RunTableOptions {
  readonly ports: Ports;
  readonly parts: DriverParts;
  readonly store: Pick<ExecutionStore, 'claim'>;
  /** This node. */
  readonly node: NodeNumber;
  readonly cluster: Pick<Cluster, 'size' | 'rank' | 'holdsLease'>;
  /** True if other nodes may use the store: an execution that leaves memory is for any of them. */
  readonly isShared: boolean;
  readonly clock: SteadyClock;
  readonly tokens: TaskTokens;
  readonly queue: CommitQueue;
  readonly loader: ExecutionLoader;
  /** Id of the flow of a name; null when there is none. */
  readonly flowId: (name: string) => Promise<string | null>;
  /** How many executions in the store are running. */
  readonly running: RunningCounts;
  /** How many may run (`limits.standardExecutions`, `limits.mapExecutions`); null: no limit. */
  readonly runningMax: RunningMax;
  /** How many waiting executions remain in memory, for callbacks that come soon. */
  readonly idleMax: number;
  /** Memory that the plans of waiting executions may take, an estimate. */
  readonly idlePlanBytes: number;
}

/** A running execution that another node owns. */
export class Elsewhere {
  readonly owner: NodeNumber;

  constructor(owner: NodeNumber) {
    this.owner = owner;
  }
}

/** Since when and why an execution cannot continue. */
export interface Stuck {
  readonly flowName: string;
  readonly executionName: string;
  readonly sinceMs: number;
  readonly error: unknown;
  /** The state at work when a defect broke it; empty when it is not known. */
  readonly state: string;
}

/** The reading of an execution from the store. */
interface Load {
  /** True when a run of the execution was added meanwhile, by its start or a redrive: what was read may be out of date. */
  isOvertaken: boolean;
  run: Promise<DurableRun | Elsewhere | null>;
}

/** A running execution as the store has it. */
interface ReadExecution {
  readonly record: ExecutionRecord;
  readonly execution: Execution;
  readonly isFlowDeleted: boolean;
}

export class RunTable implements RunHost<DurableRun> {
  readonly ports: Ports;
  readonly parts: DriverParts;
  readonly clock: SteadyClock;
  readonly tokens: TaskTokens;
  readonly #options: RunTableOptions;
  readonly #listeners: RunListener[] = [];
  readonly #runs = new Map<ExecutionId, DurableRun>();
  readonly #loads = new Map<ExecutionId, Load>();
  readonly #idle: IdleRuns;
  readonly #stuck = new Map<ExecutionId, Stuck>();
  /** Executions whose start was aborted while the store failed: the store may have them. */
  readonly #doubtful = new Map<ExecutionId, StartSource>();
  readonly #limit: RunningLimit;
  readonly #releases: Releases;
  /** The last load that waits for its turn. */
  #turn: Promise<void> = Promise.resolve();
  /** True when {@link #shrink} is scheduled. */
  #isShrinking = false;
  readonly #ignoreFull: () => void;
  #mayCall = true;
  #isClosed = false;

  constructor(options: RunTableOptions) {
    this.ports = options.ports;
    this.parts = options.parts;
    this.clock = options.clock;
    this.tokens = options.tokens;
    this.#options = options;
    this.#releases = new Releases(options.queue, options.isShared);
    this.#limit = new RunningLimit(options.running, options.runningMax, options.cluster);
    this.#idle = new IdleRuns(options.idleMax, options.idlePlanBytes);
    this.#ignoreFull = options.parts.memory.onFull(() => this.#shrinkSoon());
  }

  listen(listener: RunListener): void {
    this.#listeners.push(listener);
  }

  /** How many executions are running, in memory or not. */
  get running(): number {
    return this.#limit.running;
  }

  /** The store has counted the running executions of all nodes. */
  recount(running: RunningCounts): void {
    this.#limit.recount(running);
  }

  get size(): number {
    return this.#runs.size;
  }

  get mayCall(): boolean {
    return this.#mayCall && this.#options.cluster.holdsLease;
  }

  /** The runs in memory. */
  values(): IterableIterator<DurableRun> {
    return this.#runs.values();
  }

  peek(id: ExecutionId): DurableRun | undefined {
    return this.#runs.get(id);
  }

  stuck(id: ExecutionId): Stuck | undefined {
    return this.#stuck.get(id);
  }

  /** All that are stuck, in the order in which they became so. */
  get allStuck(): ReadonlyMap<ExecutionId, Stuck> {
    return this.#stuck;
  }

  /** @throws {ApiError} `ResourceThrottled` at the limit of running executions, or of the memory of executions. */
  refuseFull(from: StartOrigin['from'], entrant: Entrant, inputUnits: number): void {
    if (this.parts.memory.refusesStart(from === 'api', inputUnits)) throw memoryThrottled();
    this.#limit.refuseFull(entrant);
  }

  /** Adds the run of a new or redriven execution, which also counts as running. */
  add(run: DurableRun): void {
    const { id } = run.record;
    const load = this.#loads.get(id);
    if (load !== undefined) load.isOvertaken = true;
    this.#runs.set(id, run);
    this.#limit.count(run.record, 1);
  }

  /** Executions whose start was aborted while the store failed: the store may have them. */
  get doubtful(): readonly ExecutionId[] {
    return [...this.#doubtful.keys()];
  }

  /** Loads an execution whose start was aborted, if the store has it. To be called when the store works again. */
  async loadDoubtful(id: ExecutionId): Promise<void> {
    await this.get(id);
    this.#doubtful.delete(id);
  }

  /**
   * Stops a stuck execution; the stop is durable when this resolves with its time. Null for an execution that is not stuck any more.
   */
  async stopStuck(record: ExecutionRecord, failure: Failure): Promise<number | null> {
    const { id, startedMs } = record;
    const { loader, queue } = this.#options;
    if (!this.#stuck.has(id)) return null;
    const isFlowDeleted = await this.#isFlowDeleted(record);
    const stoppedMs = this.ports.clock.nowMs();
    const change = await loader.stopUnread(record, failure, stoppedMs);
    const outcome = await queue.outcomeOf(change);
    // Another call may have stopped it first.
    if (!this.#stuck.delete(id)) return null;
    if (outcome !== 'stored') {
      this.#limit.count(record, -1);
      throw apiError('ExecutionNotExists', record.name, record.flowName);
    }
    this.#end({ record, status: 'Stopped', error: failure.error, startedMs, stoppedMs, state: '', isFlowDeleted });
    return stoppedMs;
  }

  /** The run of an execution, as `find` returns it; null also for one of another node. @throws as `find` */
  async get(id: ExecutionId): Promise<DurableRun | null> {
    const found = await this.find(id);
    return found instanceof Elsewhere ? null : found;
  }

  /**
   * The run of an execution, which is loaded if it is not in memory and no other node owns it; null when the execution has ended,
   * does not exist, or is stuck. Use the run within the same turn of the event loop; later it may have left memory.
   * @throws {ApiError} `InternalServerError` when the table is closed: it has no runs then, which says nothing about the execution
   */
  find(id: ExecutionId): Promise<DurableRun | Elsewhere | null> {
    if (this.#isClosed) return Promise.reject(nodeGone());
    const run = this.#runs.get(id);
    if (run !== undefined) return Promise.resolve(run);
    const underWay = this.#loads.get(id);
    if (underWay !== undefined) return underWay.run;
    const load: Load = { isOvertaken: false, run: Promise.resolve(null) };
    load.run = this.#load(id, load).finally(() => this.#loads.delete(id));
    this.#loads.set(id, load);
    return load.run;
  }

  /**
   * {@link get} for work that the server has to do by itself. While memory is short, loads take turns instead of being refused:
   * each begins when there is room for it.
   */
  async getInTurn(id: ExecutionId): Promise<DurableRun | null> {
    const found = await this.findInTurn(id);
    return found instanceof Elsewhere ? null : found;
  }

  /** {@link find}, in turn as {@link getInTurn}. */
  findInTurn(id: ExecutionId): Promise<DurableRun | Elsewhere | null> {
    const { memory } = this.parts;
    if (!memory.isFull || this.#runs.has(id)) return this.find(id);
    const before = this.#turn;
    const own = before.then(() => memory.room()).then(() => this.find(id));
    this.#turn = own.then(
      () => {},
      () => {},
    );
    return own;
  }

  /**
   * For a caller who can repeat the request.
   * @throws {ApiError} `ResourceThrottled` when the execution is not in memory, and memory is short.
   */
  refuseLoad(id: ExecutionId): void {
    if (this.parts.memory.isOver && !this.#runs.has(id)) throw memoryThrottled();
  }

  async #load(id: ExecutionId, load: Load): Promise<DurableRun | Elsewhere | null> {
    for (;;) {
      const read = await this.#read(id);
      if (this.#isClosed) throw nodeGone();
      const run = this.#runs.get(id);
      if (run !== undefined) return run;
      if (!load.isOvertaken) return read === null || read instanceof Elsewhere ? read : this.#run(read);
      // A run has come and gone since, and may have stored more than was read.
      load.isOvertaken = false;
    }
  }

  async #read(id: ExecutionId): Promise<ReadExecution | Elsewhere | null> {
    if (this.#stuck.has(id)) return null;
    const { store, loader, node } = this.#options;
    await this.#releases.settled(id);
    const claimed = await store.claim(node, id);
    const record = claimed?.record ?? null;
    if (claimed !== null && claimed.owner !== null && claimed.owner !== node) return new Elsewhere(claimed.owner);
    if (record === null || (record.status !== 'Running' && !this.#doubtful.has(id))) return null;
    if (this.#doubtful.has(id)) this.#findDoubtful(record, await this.#isFlowDeleted(record));
    if (record.status !== 'Running') return null;
    const execution = await loader.load(record).catch((error: unknown) => {
      // A failed read may succeed later, so the caller gets the error. An unreadable journal remains unreadable.
      const isRead = error instanceof ExecutionUnreadable;
      if (!isRead && (record.wakeMs === null || record.stop !== null)) this.#notify((each) => each.unloaded?.(id));
      if (!isRead) throw error;
      this.#setStuck(record, error, '');
      return null;
    });
    if (execution === null) return null;
    // After the load, which may take long: a DeleteFlow meanwhile stops only the executions that are in memory.
    return { record, execution, isFlowDeleted: await this.#isFlowDeleted(record) };
  }

  /** Null for an execution that broke at once. */
  #run({ record, execution, isFlowDeleted }: ReadExecution): DurableRun | null {
    let run: DurableRun;
    try {
      run = new DurableRun(this, record, execution, { kind: 'loaded' });
    } catch (error) {
      this.#setStuck(record, error, '');
      return null;
    }
    this.#runs.set(record.id, run);
    if (isFlowDeleted) run.stopAfterState(flowDeleted(record.flowName));
    run.begin(record.stop === null ? { kind: 'continue' } : { kind: 'stop', failure: record.stop });
    return run.isBroken ? null : run;
  }

  /** The store has this execution. If its start was aborted, it counts and is reported from now on. */
  #findDoubtful(record: ExecutionRecord, isFlowDeleted: boolean): void {
    const source = this.#doubtful.get(record.id);
    if (source === undefined) return;
    this.#doubtful.delete(record.id);
    this.#limit.count(record, 1);
    this.#reportStart(record, source);
    // It may have ended in the commit of its start.
    const { status, error, startedMs, stoppedMs } = record;
    if (status !== 'Running') this.#end({ record, status, error, startedMs, stoppedMs, state: '', isFlowDeleted });
  }

  async #isFlowDeleted({ flowName, flowId }: ExecutionRecord): Promise<boolean> {
    return (await this.#options.flowId(flowName)) !== flowId;
  }

  /** From now on runs call no tasks; the next start of the server calls them. */
  stopCalling(): void {
    this.#mayCall = false;
  }

  close(): void {
    this.#isClosed = true;
    this.#ignoreFull();
    this.#mayCall = false;
    for (const run of this.#runs.values()) isolated(this.ports.observer, 'the end of the runtime', () => run.abandon());
    this.#runs.clear();
    this.#idle.clear();
  }

  commit(run: DurableRun): void {
    this.#options.queue.add(run);
  }

  busy(run: DurableRun): void {
    this.#idle.delete(run);
  }

  idle(run: DurableRun, wakeMs: number): void {
    this.#notify((listener) => listener.asleep?.(wakeMs));
    this.#idle.add(run);
    if (this.#areTooManyIdle) this.#shrinkSoon();
  }

  /** While memory is short, no waiting execution remains in it, because the store can wake each. */
  get #areTooManyIdle(): boolean {
    return this.#idle.areTooMany || this.parts.memory.isFull;
  }

  /** In a later turn: a caller of `get` may still use its run in this one. */
  #shrinkSoon(): void {
    if (this.#isShrinking) return;
    this.#isShrinking = true;
    this.ports.scheduler.soon(() => this.#shrink());
  }

  #shrink(): void {
    this.#isShrinking = false;
    for (let run = this.#idle.longest; run !== undefined && this.#areTooManyIdle; run = this.#idle.longest) {
      const longest = run;
      this.#drop(longest);
      isolated(this.ports.observer, 'an execution that leaves memory', () => longest.evict());
      this.#releases.add(longest.record.id);
    }
  }

  /** A listener that throws disturbs neither the others nor the run. */
  #notify(notify: (listener: RunListener) => void): void {
    const { observer } = this.ports;
    for (const listener of this.#listeners) isolated(observer, 'news about an execution', () => notify(listener));
  }

  orphaned(run: DurableRun, events: readonly number[]): void {
    this.#notify((listener) => listener.orphaned?.(run, events));
  }

  started(run: DurableRun, source: StartSource): void {
    this.#reportStart(run.record, source);
  }

  redriven({ record }: DurableRun): void {
    this.ports.observer.executionRedriven?.({ flowName: record.flowName, executionName: record.name });
  }

  ended(run: DurableRun): void {
    this.#drop(run);
    const { record, isStopping: isFlowDeleted } = run;
    const { status, failure, startedMs, stoppedMs, failedState: state } = run.execution;
    this.#end({ record, status, error: failure?.error ?? '', startedMs, stoppedMs, state, isFlowDeleted });
  }

  dropped(run: DurableRun, outcome: Dropped): void {
    this.#drop(run);
    this.#limit.count(run.record, -1);
    if (outcome === 'absent') for (const listener of this.#listeners) listener.absent?.(run.record);
  }

  aborted(run: DurableRun, source: StartSource): void {
    this.#drop(run);
    this.#limit.count(run.record, -1);
    this.#doubtful.set(run.record.id, source);
  }

  broke(run: DurableRun, { cause, state }: RunDefect): void {
    this.#drop(run);
    this.#setStuck(run.record, cause, state);
  }

  vanished(run: DurableRun, { cause: error, state }: RunDefect): void {
    this.#drop(run);
    this.#limit.count(run.record, -1);
    const { flowName, name: executionName } = run.record;
    this.ports.observer.defect?.({
      error,
      where: 'the start or the redrive of an execution',
      flowName,
      executionName,
      state,
    });
  }

  #reportStart({ flowName, name: executionName }: ExecutionRecord, source: StartSource): void {
    this.ports.observer.executionStarted?.({ mode: 'Standard', flowName, executionName, source });
  }

  #end(end: DurableEnd): void {
    const { record, status, error, startedMs, stoppedMs } = end;
    this.#limit.count(record, -1);
    const { observer } = this.ports;
    if (status === 'Failed' || status === 'TimedOut') {
      const { flowName, name: executionName } = record;
      const failed = { mode: 'Standard', flowName, executionName, status, state: end.state, error } as const;
      isolated(observer, 'the report of a failure', () => observer.executionFailed?.(failed));
    }
    isolated(observer, 'the report of an end', () =>
      observer.executionEnded?.({
        mode: 'Standard',
        flowName: record.flowName,
        flowId: record.flowId,
        executionName: record.name,
        status,
        error,
        startedMs,
        tookMs: stoppedMs - startedMs,
        isMapItem: record.mapItem !== null,
        warnings: [],
      }),
    );
    this.#notify((listener) => listener.ended?.(end));
  }

  #drop(run: DurableRun): void {
    this.#runs.delete(run.record.id);
    this.#idle.delete(run);
  }

  #setStuck({ id, flowName, name: executionName }: ExecutionRecord, error: unknown, state: string): void {
    this.#stuck.set(id, { flowName, executionName, sinceMs: this.ports.clock.nowMs(), error, state });
    this.ports.observer.executionStuck?.({ execution: id, flowName, executionName, state, error });
    // Not asleep any more, so that the next start of the server tries it again, and no timer tries it in vain before that.
    this.#options.queue.addChange({ id, wakeMs: null });
  }
}
