/**
 * The express runtime: runs executions in memory and answers when they have ended.
 *
 * An execution that never waits runs to its end inside `run`, without further promises or timers. A waiting execution is an
 * entry in a set and a few handles. An execution that computes for long takes turns (`driver/turns.ts`), so that it does not
 * delay the others.
 */
import { assert } from '../../base/assert.ts';
import { stringifyJson } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import type { MemoryBudget } from '../../base/memory-budget.ts';
import type { Ports } from '../../base/ports.ts';
import { atMost } from '../../base/scheduler.ts';
import type { ActionCatalog } from '../../actions/action.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { Failure } from '../../interpreter/event.ts';
import { Execution } from '../../interpreter/execution.ts';
import type { ExecutionLimits, ExecutionWarning, MapItemStart } from '../../interpreter/execution.ts';
import { WAIT_SECONDS } from '../../language/limits.ts';
import type { Plan } from '../../language/plan.ts';
import type { ChildStarter } from '../driver/calls.ts';
import type { DriverParts } from '../driver/driver.ts';
import { entryWait } from '../driver/entry-wait.ts';
import { DecisionMoment } from '../driver/moment.ts';
import { createStepRate } from '../driver/step-rate.ts';
import { Turns } from '../driver/turns.ts';
import { Admission } from './admission.ts';
import type { AdmissionLimits } from './admission.ts';
import type { ExpressHistory } from './history/express-history.ts';
import type { RetainedExecution, RetainedFacts } from './history/retained-execution.ts';
import type { ExecutionWait } from '../executions.ts';
import { RunBroke } from '../run-broke.ts';
import { ancestryOf } from '../start-origin.ts';
import type { StartOrigin } from '../start-origin.ts';
import { ExpressRun } from './run.ts';
import type { ExpressDefect } from './run.ts';

export interface SyncStart {
  readonly flowName: string;
  /** Empty when the flow has none. */
  readonly roleArn: string;
  /** `FlowRecord.writer`; absent or null: its tasks may start everything. */
  readonly writer?: string | null;
  /** `$Environment`. */
  readonly environment: JsonObject;
  readonly plan: Plan;
  /** The full name of the execution, UUID included (rules.md 12.2). */
  readonly name: string;
  /** An object, except for an item of a Map run. */
  readonly input: JsonValue;
  /** Synchronous executions above this one; 0 for one that the API started. */
  readonly depth: number;
  readonly origin: StartOrigin;
  /** For the history; absent: no history is retained. */
  readonly facts?: RetainedFacts;
  /** Of a child of a Map run. */
  readonly mapItem?: MapItemStart;
  /** Stops the execution, its reason is the {@link Failure} of the stop. Absent: no one stops it. */
  readonly signal?: AbortSignal;
}

export interface SyncResult {
  readonly name: string;
  readonly status: 'Succeeded' | 'Failed' | 'TimedOut' | 'Stopped';
  /** Empty on success. */
  readonly errorCode: string;
  readonly errorMessage: string;
  /** JSON text; empty unless the execution succeeded. */
  readonly output: string;
  readonly startedMs: number;
  readonly stoppedMs: number;
  /** Paths without a value and conditions that are not boolean: the first hundred. */
  readonly warnings: readonly ExecutionWarning[];
}

export interface ExpressRuntime {
  /** Executions under way. */
  readonly running: number;
  /**
   * Runs an execution to its end. A failed execution is a result, not an error.
   * @throws {ApiError} `ResourceThrottled` when too many executions run, or start too fast; `InternalServerError` while this node
   *   has no lease; or a defect.
   */
  run(start: SyncStart): Promise<SyncResult>;
  /** Executions of a flow that could not end at once and run yet. */
  runningOf(flowName: string): number;
  /** The wait of a running execution that has to wait before it enters a state; null for any other. */
  entryWait(flowName: string, executionName: string): ExecutionWait | null;
  /** Stops the running executions of a flow, each after its current state (rules.md 12.11). */
  stop(flowName: string, why: Failure): void;
  /** Resolves when no execution is running, or after `limitMs`. */
  drain(limitMs: number): Promise<void>;
}

export interface ExpressOptions {
  readonly ports: Ports;
  readonly actions: ActionCatalog;
  readonly children: ChildStarter;
  readonly cluster: Cluster;
  /** The processes that share the rate of starts by callers; absent: all of the cluster. */
  readonly callers?: Pick<Cluster, 'size'>;
  /** Of the executions of both modes. */
  readonly memory: MemoryBudget;
  readonly limits: Omit<ExecutionLimits, 'waitSeconds' | 'events'> &
    AdmissionLimits & {
      readonly expressTimeoutSeconds: number;
      /** States that executions together enter in a second; null: no limit. */
      readonly expressStepsPerSecond: number | null;
    };
  /** Retains executions that have facts for it, so that callers can read them; null: no history. */
  readonly history: ExpressHistory | null;
}

export function createExpressRuntime(options: ExpressOptions): ExpressRuntime {
  return new Runtime(options);
}

class Runtime implements ExpressRuntime {
  readonly #options: ExpressOptions;
  readonly #limits: ExecutionLimits;
  readonly #parts: DriverParts;
  readonly #moment: DecisionMoment;
  readonly #admission: Admission;
  /** Resolves when no execution is running; null while no caller waits for that. */
  #drained: PromiseWithResolvers<void> | null = null;
  /** Executions that did not end within `begin`, by flow. */
  readonly #underWay = new Map<string, Set<ExpressRun>>();

  constructor(options: ExpressOptions) {
    const { ports, actions, children, memory, cluster } = options;
    this.#options = options;
    // The limit of events bounds a stored history (rules.md 12.7); an Express execution has no journal.
    this.#limits = { ...options.limits, waitSeconds: WAIT_SECONDS.Express, events: Number.POSITIVE_INFINITY };
    const perSecond = options.limits.expressStepsPerSecond;
    const limit = { mode: 'Express', setting: 'limits.expressStepsPerSecond', perSecond } as const;
    const steps = createStepRate(limit, ports, cluster);
    this.#parts = { ...ports, actions, children, turns: new Turns(ports), memory, mapRuns: null, steps };
    this.#moment = new DecisionMoment(ports);
    this.#admission = new Admission(options.limits, ports.clock, memory, cluster, options.callers);
  }

  get running(): number {
    return this.#admission.running;
  }

  async run(start: SyncStart): Promise<SyncResult> {
    const { turns } = this.#parts;
    this.#admission.enter(start.origin, start.facts?.inputText.length ?? 0);
    try {
      if (turns.isOver) await turns.later(start.flowName);
      const retained = this.#retain(start);
      const { depth, origin, facts } = start;
      const above = { depth, ancestry: ancestryOf(origin), inputText: facts?.inputText ?? '' };
      const run = new ExpressRun(this.#parts, this.#moment, this.#execution(start), above, retained);
      this.#reportStart(start);
      run.begin();
      if (run.isWaiting) await this.#ended(run, start, retained);
      if (retained !== null) this.#options.history?.end(retained);
      if (run.defect !== null) throw this.#reportDefect(start, run.defect);
      const result = resultOf(start.name, run.execution);
      this.#reportEnd(start, result, run.execution.failedState);
      return result;
    } finally {
      this.#admission.leave();
      if (this.#drained !== null && this.running === 0) {
        this.#drained.resolve();
        this.#drained = null;
      }
    }
  }

  runningOf(flowName: string): number {
    return this.#underWay.get(flowName)?.size ?? 0;
  }

  entryWait(flowName: string, executionName: string): ExecutionWait | null {
    for (const { execution, stepTurn } of this.#underWay.get(flowName) ?? []) {
      if (execution.start.name !== executionName || stepTurn === null) continue;
      return entryWait(execution, stepTurn, this.#options.ports.clock.nowMs());
    }
    return null;
  }

  stop(flowName: string, why: Failure): void {
    for (const run of this.#underWay.get(flowName) ?? []) run.stopAfterState(why);
  }

  async drain(limitMs: number): Promise<void> {
    if (this.running === 0) return;
    this.#drained ??= Promise.withResolvers();
    await atMost(this.#options.ports.scheduler, limitMs, this.#drained.promise);
  }

  #execution({
    plan,
    name,
    flowName,
    input,
    roleArn,
    writer = null,
    environment,
    facts,
    mapItem,
  }: SyncStart): Execution {
    return new Execution(
      plan,
      {
        name,
        flowName,
        input,
        roleArn,
        writer,
        environment,
        version: facts?.source.version ?? '',
        alias: facts?.alias ?? '',
        longestSeconds: this.#options.limits.expressTimeoutSeconds,
        ...(mapItem !== undefined && { mapItem }),
      },
      this.#limits,
    );
  }

  /** Null: no history is retained of this execution. */
  #retain({ name, facts }: SyncStart): RetainedExecution | null {
    return facts === undefined ? null : (this.#options.history?.begin(name, facts) ?? null);
  }

  async #ended(run: ExpressRun, { flowName, signal }: SyncStart, retained: RetainedExecution | null): Promise<void> {
    if (retained !== null) this.#options.history?.waits(retained);
    const runs = this.#underWay.get(flowName) ?? new Set();
    this.#underWay.set(flowName, runs.add(run));
    const ended = run.ended();
    const stop = (): void => run.stop(signal?.reason as Failure);
    signal?.addEventListener('abort', stop);
    if (signal?.aborted === true) stop();
    await ended;
    signal?.removeEventListener('abort', stop);
    runs.delete(run);
    if (runs.size === 0) this.#underWay.delete(flowName);
  }

  #reportStart({ flowName, name, origin }: SyncStart): void {
    this.#options.ports.observer.executionStarted?.({
      mode: 'Express',
      flowName,
      executionName: name,
      source: origin.from,
    });
  }

  /** Returns the error that the caller gets: a defect, so its reply says no more than `InternalServerError`. The execution has run. */
  #reportDefect({ flowName, name: executionName }: SyncStart, { error, state }: ExpressDefect): RunBroke {
    const where = 'an Express execution, which has ended';
    this.#options.ports.observer.defect?.({ error, where, flowName, executionName, state });
    return new RunBroke(error, state);
  }

  #reportEnd(
    { flowName, name, origin, facts }: SyncStart,
    { status, errorCode, startedMs, stoppedMs, warnings }: SyncResult,
    state: string,
  ): void {
    const { observer } = this.#options.ports;
    if (observer.executionFailed !== null && (status === 'Failed' || status === 'TimedOut')) {
      observer.executionFailed({ mode: 'Express', flowName, executionName: name, status, state, error: errorCode });
    }
    observer.executionEnded?.({
      mode: 'Express',
      flowName,
      flowId: facts?.source.flow.id ?? '',
      executionName: name,
      status,
      error: errorCode,
      startedMs,
      tookMs: stoppedMs - startedMs,
      isMapItem: origin.from === 'map',
      warnings,
    });
  }
}

function resultOf(name: string, execution: Execution): SyncResult {
  const { status } = execution;
  assert(status !== 'Running', 'only an ended execution has a result');
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
