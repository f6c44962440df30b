/**
 * The state of one execution: `apply` changes it; `decide` and the runtime read it.
 *
 * I1: only `apply` changes it. It is never stored: folding the events gives it again.
 */
import { jsonBytes, memberOf } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import { assert } from '../base/assert.ts';
import type { Plan, Scope } from '../language/plan.ts';
import type { CallCommand, Command, MapCommand } from './commands.ts';
import type { Ending, Failure, Warning } from './event.ts';
import type { MapRunSpec } from './map-run-spec.ts';
import type { Thread } from './thread.ts';

/** The circumstances of a start. They never change. */
export interface ExecutionStart {
  /** The whole name: `$Context.Execution.Name`. */
  readonly name: string;
  /** `$context.flow.name` of the classic dialect. */
  readonly flowName: string;
  /** An object, except for an item of a Map run, which may be any value. */
  readonly input: JsonValue;
  readonly roleArn: string;
  /** `$Environment`. */
  readonly environment: JsonObject;
  /** Key that wrote the flow (rules.md 3.13), for the runtime; absent or null: its tasks may start everything. */
  readonly writer?: string | null;
  /** The version and the alias that the caller asked for; `''` for none. */
  readonly version?: string;
  readonly alias?: string;
  /** Longest life in this mode, seconds; the flow's own Timeout may be shorter. */
  readonly longestSeconds: number;
  /** Set for a child of a Map run: it runs the processor of the Map, not the flow. */
  readonly mapItem?: MapItemStart;
}

export interface MapItemStart {
  /** Index of the Map in the plan. */
  readonly state: number;
  /** Position of the item, or of the batch, in its Map run. */
  readonly index: number;
}

/** Limits of one execution. Those of data are in bytes of JSON text (rules.md 12.6). */
export interface ExecutionLimits {
  readonly stateDataBytes: number;
  readonly globalKeyBytes: number;
  readonly globalValueBytes: number;
  /** Items of one Map at once. */
  readonly mapConcurrency: number;
  /** Open Map runs; null: no limit. */
  readonly mapRuns: number | null;
  /** Longest Wait of the mode, `WAIT_SECONDS` of the language. */
  readonly waitSeconds: number;
  /**
   * Events of one execution, counted anew after each redrive; at least two, Infinity for no limit. The last one ends the
   * execution with `FnF.EventLimitExceeded`.
   */
  readonly events: number;
}

export type ExecutionStatus = 'Running' | 'Succeeded' | 'Failed' | 'TimedOut' | 'Stopped';

/** The start of a child execution that a redrive has undone. */
export interface UndoneCall {
  /** Id of its TaskScheduled event. */
  readonly id: number;
  readonly thread: number;
  /** Index of the state in the plan. */
  readonly state: number;
}

/** A Map run that a redrive has undone. */
export interface UndoneRun extends UndoneCall {
  readonly run: MapRunSpec;
}

/** Warnings that one execution retains; a loop must not fill the memory with them. */
export const WARNINGS_MAX = 100;

/** A warning with the name of the state that had it; empty for a mapping of the flow. */
export type ExecutionWarning = Warning & { readonly state: string };

/**
 * Branches and items that run at once in one execution. Beyond this number a state begins another only when none of its own
 * runs, so that Maps inside Maps cannot fill the memory and each of them still advances.
 */
export const THREADS_MAX = 10_000;

export class Execution {
  readonly plan: Plan;
  readonly start: ExecutionStart;
  readonly limits: ExecutionLimits;
  status: ExecutionStatus = 'Running';
  startedMs = 0;
  /** When its time began: at its start, or at the last redrive. Steady time. */
  beganMs = 0;
  stoppedMs = 0;
  lastEvent = 0;
  /** Time of the last event. */
  lastMs = 0;
  /** Id of the last event that the execution may have. */
  eventsMax: number;
  redrives = 0;
  /** Calls of tasks that start Standard executions, undone by redrives, in the order of their events. */
  readonly undoneCalls: UndoneCall[] = [];
  /** Map runs undone by redrives that no later run has continued. */
  undoneRuns: UndoneRun[] = [];
  global: JsonObject = {};
  /** Size of the values of `global` as JSON text. */
  globalBytes = 0;
  /** Of an execution that succeeded. */
  output: JsonValue = null;
  /** Of an execution that ended without success. */
  failure: Failure | null = null;
  /** The state whose failure no rule has handled, the innermost one; empty for none. */
  failedState = '';
  /** Set while the states of an execution that is over its time or stopped are being aborted. */
  ending: Ending | null = null;
  root: Thread | null = null;
  readonly threads = new Map<number, Thread>();
  /** Threads that wait for no answer. The first one runs until it waits, ends or has had its turn, then the next. */
  readonly ready: Thread[] = [];
  /** The thread at the head, and how many events it has had since it came there. */
  turn: Thread | null = null;
  turnEvents = 0;
  /** Threads that have changed since the runtime last weighed the execution. */
  readonly touched: Thread[] = [];
  readonly warnings: ExecutionWarning[] = [];
  /** Open commands by id, a function of the events (I3). */
  readonly commands = new Map<number, Command>();
  /** Ids of commands opened and closed since the runtime last took them. After a fold, `commands` holds all that are open. */
  opened: number[] = [];
  closed: number[] = [];

  constructor(plan: Plan, start: ExecutionStart, limits: ExecutionLimits) {
    this.plan = plan;
    this.start = start;
    this.limits = limits;
    this.eventsMax = limits.events;
  }

  /** Bytes by which `$Global` grows when a variable is set; below zero when it shrinks. */
  globalGrowth(key: string, value: JsonValue): number {
    const before = memberOf(this.global, key);
    const limit = this.limits.globalValueBytes;
    return jsonBytes(value, limit) - (before === undefined ? 0 : jsonBytes(before, limit));
  }

  /** True when `decide` can continue without an answer. */
  get canContinue(): boolean {
    return this.ready.length > 0 || (this.status === 'Running' && (this.ending !== null || this.isFull));
  }

  /** True when the next event is the last one that the execution may have. */
  get isFull(): boolean {
    return this.lastEvent + 1 >= this.eventsMax;
  }

  /** The task of a token, which names its TaskScheduled or, classic, the event with which its state was entered. */
  taskOf(event: number): CallCommand | undefined {
    let command = this.commands.get(event);
    if (command === undefined) {
      for (const thread of this.threads.values()) {
        if (thread.entered === event) command = this.commands.get(thread.waitingFor);
      }
    }
    return command === undefined || command.kind === 'timer' || command.kind === 'map' ? undefined : command;
  }

  /** The Map run that an event has started; undefined when it is not under way. */
  mapRunOf(event: number): MapCommand | undefined {
    const command = this.commands.get(event);
    return command?.kind === 'map' ? command : undefined;
  }

  /** The scope that the execution runs: the flow, or for a child of a Map run the processor of the Map. */
  get scope(): Scope {
    const { mapItem } = this.start;
    if (mapItem === undefined) return this.plan.root;
    const state = this.plan.states[mapItem.state];
    assert(state?.type === 'Map', `no Map is state ${mapItem.state}`);
    return state.processor;
  }

  /** True when the task of a classic token has failed and waits to be called again, under the same token. */
  comesAgain(event: number): boolean {
    for (const { entered, phase } of this.threads.values()) if (entered === event && phase === 'retry') return true;
    return false;
  }

  /** When a command ends without an answer, by a timer or a task's timeout, steady time; null: never. */
  dueMs(command: Command): number | null {
    if (command.kind === 'map') return null;
    const seconds = command.kind === 'timer' ? command.seconds : command.timeoutSeconds;
    return seconds === null ? null : command.openedMs + seconds * 1000;
  }

  /** When the execution times out, steady time. A redrive gives it its whole time again. */
  get deadlineMs(): number {
    return this.beganMs + this.timeoutSeconds * 1000;
  }

  /** Seconds that the execution may take: the shorter of its flow's Timeout and the limit of its mode. */
  get timeoutSeconds(): number {
    // The Timeout of the flow limits the execution of the Map, which stops its children at its end.
    const own = this.start.mapItem === undefined ? this.plan.timeoutSeconds : null;
    return own === null ? this.start.longestSeconds : Math.min(own, this.start.longestSeconds);
  }
}
