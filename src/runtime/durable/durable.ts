/**
 * The durable runtime: Standard executions, each event on disk before anything acts on it (DESIGN.md 4). In memory are those
 * that compute or call something, and the latest of those that only wait; the others are rows in the store until their
 * time or a callback comes. After a crash the store alone says what has to go on.
 *
 * What is asked of an execution that has ended is answered from the store; what is under way is in `run-table.ts`, and what
 * of it is durable is settled by `commit-queue.ts`.
 */
import { ApiError, apiError, invalidArgument } from '../../api/error.ts';
import type { Clock } from '../../base/clock.ts';
import type { Ids } from '../../base/ids.ts';
import type { ActionCatalog } from '../../actions/action.ts';
import type { Failure } from '../../interpreter/event.ts';
import type { ExecutionLimits } from '../../interpreter/execution.ts';
import { WAIT_SECONDS } from '../../language/limits.ts';
import type { Dialect } from '../../language/plan.ts';
import { FenceLost } from '../../store/executions.ts';
import type {
  ExecutionChange,
  ExecutionId,
  ExecutionRecord,
  ExecutionStore,
  TaskReference,
} from '../../store/executions.ts';
import { CommitQueue } from './commit-queue.ts';
import type { Committable, StoreTrouble } from './commit-queue.ts';
import { EndWaiters } from './end-waiters.ts';
import { ExecutionLoader, ExecutionUnreadable } from './loader.ts';
import type { ExecutionWait, TaskReport } from '../executions.ts';
import { ParentReports } from './children/parent-reports.ts';
import type { Told } from './children/parent-reports.ts';
import { Purger } from './purger.ts';
import { Recovery } from './recovery.ts';
import { RunTable } from './run-table.ts';
import type { CompileFlow, RunnableFlows } from '../flows/runnable-flows.ts';
import { Sleepers } from './sleep/sleepers.ts';
import { StandardRun } from './run.ts';
import { StandardStarts } from './starts.ts';
import type { StandardStart } from './starts.ts';
import { storeWait, stuckWait, waitsOf } from './waits.ts';
import { createTaskTokens } from './tokens.ts';

export interface StandardOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly actions: ActionCatalog;
  readonly store: ExecutionStore;
  readonly flows: RunnableFlows;
  readonly compile: CompileFlow;
  /** Id of the flow of that name; null when there is none. */
  readonly flowId: (name: string) => Promise<string | null>;
  readonly limits: Omit<ExecutionLimits, 'waitSeconds'> & {
    /** Running executions; null: not limited. */
    readonly standardExecutions: number | null;
  };
  /** How long ended executions are kept; null: for ever. */
  readonly keepMs: number | null;
  /** Waiting executions that stay in memory, for callbacks that come soon; 1,000 when absent. */
  readonly idleMax?: number;
  readonly log: StandardLog;
}

/** What the server's log is told. */
export interface StandardLog {
  /** An action that threw, or a part of this engine. */
  defect(error: unknown, where: string): void;
  /** The store fails and executions wait for it; null: it works again. */
  storeTrouble(trouble: StoreTrouble | null): void;
  /** An execution that cannot go on before another version of the server is started, or it is stopped. */
  stuck(id: ExecutionId, error: unknown): void;
  /** Another process has taken the store over; this one does nothing more. */
  ownershipLost(): void;
}

export interface StandardRuntime {
  /** Tasks that are being called. */
  readonly calls: number;
  /** Executions in memory: those under way, and some of those that only wait. */
  readonly inMemory: number;
  /** The record as it was started, durable. @throws {ApiError} as `Executions.start`. */
  start(start: StandardStart): Promise<ExecutionRecord>;
  /** The task of a token. @throws {ApiError} `InvalidArgument` for a text that is none. */
  taskOf(token: string): TaskReference;
  stop(record: ExecutionRecord, failure: Failure): Promise<ExecutionRecord>;
  report(token: string, report: TaskReport): Promise<number>;
  redrive(record: ExecutionRecord): Promise<ExecutionRecord>;
  waits(record: ExecutionRecord): Promise<readonly ExecutionWait[]>;
  /** The dialect of its definition; null for one that this version cannot read. */
  dialect(record: ExecutionRecord): Promise<Dialect | null>;
  /** Resolves when the execution has ended, or after `waitMs`. The caller looks at the store before and after. */
  whenEnded(id: ExecutionId, waitMs: number): Promise<void>;
  /** Nothing of the flow enters a state any more. */
  flowDeleted(flowName: string, why: Failure): void;
  /** Resolves when what was under way at the start has been taken up. */
  recovered(): Promise<void>;
  /** Calls no more tasks; resolves when those under way have ended and all is durable, or after `limitMs`. */
  drain(limitMs: number): Promise<void>;
  /** Lets go of everything in memory; what was under way is taken up by the next start. */
  close(): void;
}

/** How long a caller waits for a commit that the store does not take, before it is told so. */
const PATIENCE_MS = 10_000;

/** Takes the store over; what was under way goes on, in the background. */
export async function createStandardRuntime(options: StandardOptions): Promise<StandardRuntime> {
  const ownership = await options.store.takeOver();
  const running = await options.store.running();
  const runtime = new Runtime(options, { ...ownership, running });
  runtime.recover();
  return runtime;
}

class Runtime implements StandardRuntime {
  readonly #options: StandardOptions;
  readonly #limits: ExecutionLimits;
  readonly #loader: ExecutionLoader;
  readonly #queue: CommitQueue;
  readonly #table: RunTable;
  readonly #waiters: EndWaiters;
  readonly #sleepers: Sleepers;
  readonly #reports: ParentReports;
  readonly #purger: Purger;
  readonly #recovery: Recovery;
  readonly #tokens: ReturnType<typeof createTaskTokens>;
  readonly #starts: StandardStarts;
  /** Executions that are being loaded for a redrive. */
  readonly #redriving = new Set<ExecutionId>();
  #closing = false;

  constructor(
    options: StandardOptions,
    owned: { readonly fence: number; readonly lastId: number; readonly tokenKey: Uint8Array; readonly running: number },
  ) {
    const { clock, store, log } = options;
    const onError = (where: string) => (error: unknown) => log.defect(error, where);
    const onFenceLost = (): void => {
      log.ownershipLost();
      this.close();
    };
    this.#options = options;
    this.#limits = { ...options.limits, waitSeconds: WAIT_SECONDS.Standard };
    this.#tokens = createTaskTokens(owned.tokenKey);
    this.#waiters = new EndWaiters(clock);
    this.#loader = new ExecutionLoader({ store, compile: options.compile, limits: this.#limits });
    this.#queue = new CommitQueue({
      store,
      fence: owned.fence,
      clock,
      onTrouble: (trouble) => {
        log.storeTrouble(trouble);
        if (trouble === null) this.#recovery.lookAtDoubtful();
      },
      onFenceLost,
    });
    this.#table = new RunTable({
      ...options,
      tokens: this.#tokens,
      queue: this.#queue,
      loader: this.#loader,
      onDefect: log.defect,
      onStuck: (id, error) => {
        log.stuck(id, error);
        // Awake, so that the next start tries it and nobody wakes it in vain before.
        this.#queue.add(once({ id, wakeMs: null }));
      },
      onEnded: (run) => this.#ended(run),
      onWithdrawn: (run) => {
        this.#starts.running--;
        this.#recovery.doubt(run.record.id);
      },
      onOrphaned: (run, events) => void this.#recovery.stopChildren(run.record.id, events),
      onAsleep: (wakeMs) => this.#sleepers.add(wakeMs),
    });
    this.#reports = new ParentReports({
      store,
      clock,
      report: (task, report) => this.#reportTo(task, report),
      done: (id) => this.#queue.add(once({ id, callbackDone: true })),
      onError: onError('reporting the end of an execution to its parent'),
    });
    this.#sleepers = new Sleepers({
      store,
      clock,
      wake: async (id) => (await this.#table.get(id))?.recheck(),
      setBack: async (id, byMs) => (await this.#table.get(id))?.setBack(byMs),
      onError: onError('waking executions whose time has come'),
    });
    this.#recovery = new Recovery({
      store,
      clock,
      table: this.#table,
      reports: this.#reports,
      onFound: () => {
        this.#starts.running++;
      },
      onError: onError('taking up executions that were under way'),
    });
    this.#starts = new StandardStarts(
      {
        ...options,
        table: this.#table,
        limits: this.#limits,
        standardExecutions: options.limits.standardExecutions,
        refuseInTrouble: () => this.#refuseInTrouble(),
        kept: (run) => this.#kept(run),
        stopIfOrphan: (child) => this.#recovery.stopIfOrphan(child),
      },
      owned.lastId,
      owned.running,
    );
    const notPurged = onError('deleting old executions');
    this.#purger = new Purger({
      ...options,
      fence: owned.fence,
      onError: (error) => (error instanceof FenceLost ? onFenceLost() : notPurged(error)),
    });
  }

  recover(): void {
    void this.#recovery.run();
    void this.#sleepers.look();
  }

  recovered(): Promise<void> {
    return this.#recovery.done;
  }

  get inMemory(): number {
    return this.#table.size;
  }

  get calls(): number {
    let calls = 0;
    for (const run of this.#table.values()) calls += run.calls;
    return calls;
  }

  start(start: StandardStart): Promise<ExecutionRecord> {
    return this.#starts.start(start);
  }

  taskOf(token: string): TaskReference {
    const task = this.#tokens.read(token);
    if (task === null) throw invalidArgument('The task token is not one that this server made.');
    return task;
  }

  async stop(record: ExecutionRecord, failure: Failure): Promise<ExecutionRecord> {
    this.#refuseInTrouble();
    const run = await this.#table.get(record.id);
    if (run === null) {
      if (this.#table.stuck(record.id) === undefined) throw completed(record);
      await this.#stopStuck(record, failure);
    } else {
      const isOver = run.execution.status !== 'Running';
      run.advance({ kind: 'stop', failure });
      await this.#kept(run);
      if (isOver) throw completed(record);
    }
    return this.#read(record);
  }

  async #stopStuck(record: ExecutionRecord, failure: Failure): Promise<void> {
    const change = await this.#loader.stopUnread(record, failure, this.#options.clock.nowMs());
    await new Promise<void>((resolve) => this.#queue.add(once(change, resolve)));
    // Another call may have been quicker.
    if (!this.#table.freed(record.id)) throw completed(record);
    this.#starts.running--;
    this.#waiters.wake(record.id);
    if (record.callback === 'owed') void this.#reports.add(record.id);
  }

  async report(token: string, report: TaskReport): Promise<number> {
    const task = this.taskOf(token);
    this.#refuseInTrouble();
    const run = await this.#table.get(task.execution);
    if (run === null) {
      // A store that was put back from an old copy does not know yet what it handed out before; what is stuck goes on later.
      const isLater = task.execution > this.#starts.lastId || this.#table.stuck(task.execution) !== undefined;
      throw isLater ? apiError('TaskInvalidState') : apiError('TaskAlreadyCompleted', token);
    }
    if (task.event > run.durableEvent) throw apiError('TaskInvalidState');
    if (run.comesAgain(task.event)) throw apiError('TaskInvalidState');
    const event = run.report(task.event, report);
    // What ended the task before may not be on disk yet, and is not told before it is.
    await this.#kept(run);
    if (event === null) throw apiError('TaskAlreadyCompleted', token);
    return event;
  }

  /** A child's end. Resolves when it is on the parent's disk, or stale, or cannot be told now. */
  async #reportTo(task: TaskReference, report: TaskReport): Promise<Told> {
    const run = await this.#table.get(task.execution);
    if (run === null) return this.#table.stuck(task.execution) === undefined ? 'told' : 'stuck';
    if (run.comesAgain(task.event)) return 'later';
    run.report(task.event, report);
    await run.durable();
    return 'told';
  }

  async redrive(record: ExecutionRecord): Promise<ExecutionRecord> {
    this.#refuseInTrouble();
    const { id } = record;
    if (this.#redriving.has(id)) throw notRedrivable(record);
    this.#redriving.add(id);
    const run = await this.#redriven(record).finally(() => this.#redriving.delete(id));
    await this.#kept(run);
    return run.record;
  }

  /** One at a time for each execution: what another call had begun meanwhile is seen in the record. */
  async #redriven(asFound: ExecutionRecord): Promise<StandardRun> {
    const ending = this.#table.peek(asFound.id);
    // The store shows an end as soon as it is on disk, which is before the commit has answered.
    if (ending !== undefined && ending.execution.status !== 'Running') await ending.durable();
    const record = await this.#read(asFound);
    if (record.status === 'Running' || this.#table.peek(record.id) !== undefined) throw notRedrivable(record);
    if (record.status === 'Succeeded') {
      throw invalidArgument(`Execution '${record.name}' succeeded; there is no failed state to start again from.`);
    }
    const { execution, undone } = await this.#loader.loadEnded(record);
    const running = { ...record, status: 'Running', stoppedMs: 0, stop: null, error: '', cause: '' } as const;
    const run = new StandardRun(this.#table, running, execution, { kind: 'redriven' });
    this.#table.add(run);
    this.#starts.running++;
    run.begin({ kind: 'redrive', undone });
    return run;
  }

  async waits(record: ExecutionRecord): Promise<readonly ExecutionWait[]> {
    if (record.status !== 'Running') return [];
    const stuck = this.#table.stuck(record.id);
    if (stuck !== undefined) return [stuckWait(stuck)];
    const { trouble } = this.#queue;
    const execution = this.#table.peek(record.id)?.execution ?? (await this.#loader.load(record));
    return [...(trouble === null ? [] : [storeWait(trouble)]), ...waitsOf(execution)];
  }

  async dialect(record: ExecutionRecord): Promise<Dialect | null> {
    try {
      return await this.#loader.dialect(record);
    } catch (error) {
      if (error instanceof ExecutionUnreadable) return null;
      throw error;
    }
  }

  whenEnded(id: ExecutionId, waitMs: number): Promise<void> {
    return this.#closing ? Promise.resolve() : this.#waiters.wait(id, waitMs);
  }

  flowDeleted(flowName: string, why: Failure): void {
    for (const run of this.#table.values()) if (run.record.flowName === flowName) run.stopAfterState(why);
    this.#purger.soon();
  }

  async drain(limitMs: number): Promise<void> {
    this.#closing = true;
    this.#table.stopCalling();
    this.#waiters.wakeAll();
    let cancel = (): void => {};
    const late = new Promise<void>((resolve) => {
      cancel = this.#options.clock.after(limitMs, resolve);
    });
    await Promise.race([late, this.#settled()]);
    cancel();
  }

  /** Resolves when the calls under way have ended and what they brought is durable. */
  async #settled(): Promise<void> {
    while (this.calls > 0) {
      await Promise.race([...this.#table.values()].flatMap((run) => (run.calls > 0 ? [run.callEnded()] : [])));
    }
    await this.#queue.idle();
  }

  close(): void {
    this.#closing = true;
    this.#queue.stop();
    this.#sleepers.close();
    this.#purger.close();
    this.#reports.close();
    this.#recovery.close();
    this.#waiters.wakeAll();
    this.#table.close();
  }

  #ended(run: StandardRun): void {
    const { id, callback } = run.record;
    this.#starts.running--;
    this.#waiters.wake(id);
    if (callback === 'owed') void this.#reports.add(id);
    if (run.isStopping) this.#purger.soon();
  }

  async #read(record: ExecutionRecord): Promise<ExecutionRecord> {
    return (await this.#options.store.get(record.id)) ?? record;
  }

  #refuseInTrouble(): void {
    if (this.#queue.isStopped) throw unkept('this server has given it up');
    const { trouble } = this.#queue;
    if (trouble !== null) throw unkept(trouble.error);
  }

  /** Resolves when what the run decided is durable. @throws {ApiError} when the store does not take it in time. */
  async #kept(run: StandardRun): Promise<void> {
    let cancel = (): void => {};
    const late = new Promise<never>((_resolve, reject) => {
      cancel = this.#options.clock.after(PATIENCE_MS, () =>
        reject(unkept(this.#queue.trouble?.error ?? 'it is too slow')),
      );
    });
    try {
      await Promise.race([run.durable(), late]);
    } catch (error) {
      throw run.isBroken || error instanceof ApiError ? error : unkept(error);
    } finally {
      cancel();
    }
  }
}

function notRedrivable({ name }: ExecutionRecord): ApiError {
  return invalidArgument(`Execution '${name}' is running; only one that has ended can be redriven.`);
}

function completed({ name, flowName }: ExecutionRecord): ApiError {
  return apiError('ExecutionAlreadyCompleted', name, flowName);
}

/** The store does not take what was asked for. Whether it keeps it all the same is not known. */
function unkept(error: unknown): ApiError {
  const reason = error instanceof Error ? error.message : String(error);
  const message = `The store does not keep anything at this time (${reason}). Please retry; what was asked for may have been kept.`;
  return new ApiError('InternalServerError', message, { cause: error });
}

function once(change: ExecutionChange, committed: () => void = () => {}): Committable {
  return { takeChange: () => change, committed, withdraws: () => false, refused: () => {} };
}
