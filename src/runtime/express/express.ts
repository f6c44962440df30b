/**
 * The express runtime: drives executions in memory and answers when they have ended.
 *
 * An execution that never waits runs to its end inside `run`, without a promise or a timer of its own. One that waits
 * is an entry in a map and a few handles; one that computes without waiting is given turns (`base/turns.ts`), so that
 * it cannot hold up the others.
 */
import { assert } from '../../base/assert.ts';
import type { Clock } from '../../base/clock.ts';
import type { Ids } from '../../base/ids.ts';
import { stringifyJson } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';
import { Turns } from '../../base/turns.ts';
import type { ActionCatalog, TaskResult } from '../../actions/action.ts';
import { decide } from '../../interpreter/decide.ts';
import type { Input, Moment } from '../../interpreter/input.ts';
import type { ExecutionEvent, Failure } from '../../interpreter/event.ts';
import { Execution } from '../../interpreter/execution.ts';
import type { CallCommand } from '../../interpreter/commands.ts';
import type { ExecutionLimits } from '../../interpreter/execution.ts';
import { RUNTIME_ERROR } from '../../interpreter/failure.ts';
import { WAIT_SECONDS } from '../../language/limits.ts';
import type { Plan } from '../../language/plan.ts';
import { Admission } from './admission.ts';
import type { AdmissionLimits } from './admission.ts';
import type { ExpressHistory } from './history/express-history.ts';
import type { ExpressOrigin, KeptExecution } from './history/kept-execution.ts';

export interface SyncStart {
  readonly flowName: string;
  /** Empty when the flow has none. */
  readonly roleArn: string;
  /** `$Environment`. */
  readonly environment: JsonObject;
  readonly plan: Plan;
  /** The whole name of the execution (decisions.md 4.2). */
  readonly name: string;
  readonly input: JsonObject;
  /** Sync executions above this one; 0 for one started through the API. */
  readonly depth: number;
  /** What its history says beside its events; absent: none is kept. */
  readonly origin?: ExpressOrigin;
}

export interface SyncResult {
  readonly name: string;
  readonly status: 'Succeeded' | 'Failed' | 'TimedOut' | 'Stopped';
  /** Empty on success. */
  readonly errorCode: string;
  readonly errorMessage: string;
  /** JSON text; empty unless it succeeded. */
  readonly output: string;
  readonly startedMs: number;
  readonly stoppedMs: number;
  /** What was odd and no error: paths that lead nowhere, conditions that are no boolean. The first hundred. */
  readonly warnings: readonly string[];
}

export interface ExpressRuntime {
  /** Executions under way. */
  readonly running: number;
  /**
   * Runs an execution to its end. A failed execution is a result, not an error.
   * @throws {ApiError} `ResourceThrottled` when as many run as may, or start as fast as they may.
   */
  run(start: SyncStart): Promise<SyncResult>;
  /** Stops what runs of a flow, each execution after the state that the flow is in (decisions.md 4.10). */
  stop(flowName: string, why: Failure): void;
  /** Resolves when nothing runs any more, or after `limitMs`. */
  drain(limitMs: number): Promise<void>;
}

export interface ExpressOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly actions: ActionCatalog;
  readonly limits: Omit<ExecutionLimits, 'waitSeconds' | 'events'> &
    AdmissionLimits & { readonly expressTimeoutSeconds: number };
  /** Told of an action that threw, which is a defect of the action. */
  readonly onDefect: (error: unknown, where: string) => void;
  /** Where executions with an origin can be read back; absent or null: nowhere. */
  readonly history?: ExpressHistory | null;
  /** Sees every event of every execution as it happens. */
  readonly onEvent?: (execution: Execution, event: ExecutionEvent) => void;
}

/** `setTimeout` counts in 31 bits; no express execution lives that long. */
const LONGEST_TIMER_MS = 2_147_483_647;

export function createExpressRuntime(options: ExpressOptions): ExpressRuntime {
  return new Runtime(options);
}

class Runtime implements ExpressRuntime {
  readonly options: ExpressOptions;
  readonly limits: ExecutionLimits;
  readonly moment: Moment;
  readonly turns: Turns;
  readonly #admission: Admission;
  readonly #drained: (() => void)[] = [];
  /** Executions that wait or have yet to go on, by flow. */
  readonly #underWay = new Map<string, Set<Run>>();

  constructor(options: ExpressOptions) {
    const { clock, ids } = options;
    this.options = options;
    // The limit of events bounds a stored history (decisions.md 2.8); no journal is kept of an Express execution.
    this.limits = { ...options.limits, waitSeconds: WAIT_SECONDS.Express, events: Number.POSITIVE_INFINITY };
    this.moment = {
      get nowMs() {
        return clock.nowMs();
      },
      random: () => ids.random(),
    };
    this.turns = new Turns(clock);
    this.#admission = new Admission(options.limits, clock);
  }

  get running(): number {
    return this.#admission.running;
  }

  async run(start: SyncStart): Promise<SyncResult> {
    this.#admission.enter(start.depth);
    try {
      const execution = new Execution(
        start.plan,
        {
          name: start.name,
          flowName: start.flowName,
          input: start.input,
          roleArn: start.roleArn,
          environment: start.environment,
          version: start.origin?.source.version ?? '',
          alias: start.origin?.alias ?? '',
          longestSeconds: this.options.limits.expressTimeoutSeconds,
        },
        this.limits,
      );
      const kept = this.#keep(start);
      const run = new Run(this, start, execution, kept);
      run.advance({ kind: 'start' });
      if (execution.status === 'Running' && !run.isBroken) {
        kept?.waits();
        const runs = this.#runsOf(start.flowName).add(run);
        await run.ended();
        runs.delete(run);
        if (runs.size === 0) this.#underWay.delete(start.flowName);
      }
      kept?.end();
      run.throwIfBroken();
      return resultOf(start.name, execution);
    } finally {
      this.#admission.leave();
      if (this.running === 0) for (const wake of this.#drained.splice(0)) wake();
    }
  }

  /** Null when nobody keeps it. */
  #keep({ name, origin }: SyncStart): KeptExecution | null {
    return origin === undefined ? null : (this.options.history?.begin(name, origin) ?? null);
  }

  #runsOf(flowName: string): Set<Run> {
    const known = this.#underWay.get(flowName);
    if (known !== undefined) return known;
    const runs = new Set<Run>();
    this.#underWay.set(flowName, runs);
    return runs;
  }

  stop(flowName: string, why: Failure): void {
    const runs = this.#underWay.get(flowName);
    if (runs === undefined) return;
    const moment = stoppingMoment(this.moment, why);
    for (const run of runs) run.moment = moment;
  }

  drain(limitMs: number): Promise<void> {
    if (this.running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.options.clock.after(limitMs, resolve);
      this.#drained.push(() => {
        cancel();
        resolve();
      });
    });
  }
}

function stoppingMoment(moment: Moment, stop: Failure): Moment {
  return {
    get nowMs() {
      return moment.nowMs;
    },
    random: () => moment.random(),
    stop,
  };
}

function resultOf(name: string, execution: Execution): SyncResult {
  const { status } = execution;
  assert(status !== 'Running', 'a result is of an ended execution');
  return {
    name,
    status,
    errorCode: execution.failure?.error ?? '',
    errorMessage: execution.failure?.cause ?? '',
    output: status === 'Succeeded' ? stringifyJson(execution.output) : '',
    startedMs: execution.startedMs,
    stoppedMs: execution.stoppedMs,
    warnings: execution.warnings,
  };
}

/**
 * Every so many answers of an execution one waits for a turn. Some calls answer at once, such as a child
 * flow that never waits; a loop over them would otherwise run from promise to promise and never let the event loop turn.
 */
const ANSWERS_PER_TURN = 8;

/** Null when nobody wants the events. */
function recorder(
  execution: Execution,
  kept: KeptExecution | null,
  onEvent: ExpressOptions['onEvent'],
): ((event: ExecutionEvent) => void) | null {
  if (onEvent === undefined) return kept === null ? null : (event) => kept.record(event);
  return (event) => {
    kept?.record(event);
    onEvent(execution, event);
  };
}

/** One execution under way, and the handles of what it waits for. */
class Run {
  /** What its decisions are given; another one once the execution is to stop. */
  moment: Moment;
  readonly #runtime: Runtime;
  readonly #start: SyncStart;
  readonly #execution: Execution;
  readonly #record: ((event: ExecutionEvent) => void) | null;
  /** Ends what a command started: its timers, its call. */
  readonly #handles = new Map<number, () => void>();
  /** Answers that wait for a turn. */
  readonly #waiting: Input[] = [];
  #queued = false;
  #defect: { readonly error: unknown } | null = null;
  #answers = 0;
  #cancelDeadline: (() => void) | null = null;
  #wake: (() => void) | null = null;

  constructor(runtime: Runtime, start: SyncStart, execution: Execution, kept: KeptExecution | null) {
    this.moment = runtime.moment;
    this.#runtime = runtime;
    this.#start = start;
    this.#execution = execution;
    this.#record = recorder(execution, kept, runtime.options.onEvent);
  }

  ended(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** True when a defect of ours ended the execution; nobody knows its state any more. */
  get isBroken(): boolean {
    return this.#defect !== null;
  }

  throwIfBroken(): void {
    if (this.#defect !== null) throw this.#defect.error;
  }

  /** Takes an input as far as it goes. A defect met on the way loses this execution and no other. */
  advance(input: Input): void {
    if (this.#execution.status !== 'Running' || this.isBroken) return;
    try {
      this.#take(input);
    } catch (error) {
      this.#defect = { error };
      for (const giveUp of this.#handles.values()) giveUp();
      this.#handles.clear();
      this.#cancelDeadline?.();
      this.#wake?.();
    }
  }

  /** Decides, then carries out what was opened and ends what was closed. */
  #take(input: Input): void {
    const execution = this.#execution;
    decide(execution, input, this.moment, this.#record);
    if (execution.closed.length > 0) this.#close(execution.closed);
    if (execution.status !== 'Running') {
      this.#cancelDeadline?.();
      this.#wake?.();
      return;
    }
    if (execution.opened.length > 0) this.#open(execution.opened);
    this.#cancelDeadline ??= this.#after(execution.timeoutSeconds, { kind: 'execution-timed-out' });
    if (execution.canGoOn) this.#queue();
  }

  #queue(): void {
    if (this.#queued) return;
    this.#queued = true;
    this.#runtime.turns.add(() => this.#goOn());
  }

  /** Takes what waits for its turn, or goes on computing. */
  #goOn(): void {
    this.#queued = false;
    if (this.#waiting.length === 0) this.advance({ kind: 'continue' });
    else for (const input of this.#waiting.splice(0)) this.advance(input);
  }

  #close(ids: number[]): void {
    for (const id of ids) {
      this.#handles.get(id)?.();
      this.#handles.delete(id);
    }
    ids.length = 0;
  }

  #open(ids: number[]): void {
    // A call may end at once and advance this run again; the list is taken before the first one starts.
    for (const id of ids.splice(0)) {
      const command = this.#execution.commands.get(id);
      if (command === undefined) continue;
      if (command.kind === 'timer') this.#handles.set(id, this.#after(command.seconds, { kind: 'timer-due', id }));
      else this.#call(command);
    }
  }

  #after(seconds: number, input: Input): () => void {
    return this.#runtime.options.clock.after(Math.min(seconds * 1_000, LONGEST_TIMER_MS), () => this.advance(input));
  }

  #call(command: CallCommand): void {
    const { id, state, timeoutSeconds } = command;
    const start = this.#start;
    const abort = new AbortController();
    const cancelTimeout = timeoutSeconds === null ? null : this.#after(timeoutSeconds, { kind: 'task-timed-out', id });
    const giveUp = (): void => {
      cancelTimeout?.();
      abort.abort();
    };
    const ended = (result: TaskResult): void => {
      // A call that has ended by itself is not told to give up.
      if (this.#handles.get(id) === giveUp) this.#handles.delete(id);
      cancelTimeout?.();
      this.#answered(id, result);
    };
    this.#handles.set(id, giveUp);
    const call = {
      action: state.action,
      parameters: command.parameters,
      idempotencyKey: `${start.flowName}/${start.name}/${encodeURIComponent(state.name)}/${id}`,
      flowName: start.flowName,
      executionName: start.name,
      roleArn: start.roleArn,
      mode: 'RequestComplete',
      taskToken: null,
      task: null,
      depth: start.depth,
    } as const;
    this.#runtime.options.actions
      .find(state.action)
      .run(call, abort.signal)
      .then(ended, (error: unknown) => {
        this.#runtime.options.onDefect(error, `${state.action} in state ${state.name} of flow ${start.flowName}`);
        ended({
          ok: false,
          error: RUNTIME_ERROR,
          cause: `The action ${state.action} failed in a way that it should not.`,
        });
      });
  }

  #answered(id: number, result: TaskResult): void {
    const input: Input = result.ok
      ? { kind: 'task-succeeded', id, output: result.output }
      : { kind: 'task-failed', id, failure: { error: result.error, cause: result.cause } };
    this.#answers++;
    if (this.#answers % ANSWERS_PER_TURN !== 0) return this.advance(input);
    this.#waiting.push(input);
    this.#queue();
  }
}
