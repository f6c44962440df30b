/**
 * The state of one execution: `apply` changes it; `decide` and the runtime read it.
 *
 * I1: only `apply` changes it. It is never stored: folding the events gives it again.
 */
import { jsonBytes, memberOf } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { Plan } from '../language/plan.ts';
import type { CallCommand, Command } from './commands.ts';
import type { Ending, Failure } from './event.ts';
import type { Thread } from './thread.ts';

/** What an execution is started with; fixed for its life. */
export interface ExecutionStart {
  /** The whole name: `$Context.Execution.Name`. */
  readonly name: string;
  /** `$context.flow.name` of the classic dialect. */
  readonly flowName: string;
  readonly input: JsonObject;
  readonly roleArn: string;
  /** `$Environment`. */
  readonly environment: JsonObject;
  /** The version and the alias that were asked for; `''` for none. */
  readonly version?: string;
  readonly alias?: string;
  /** Longest life in this mode, seconds; the flow's own Timeout may be shorter. */
  readonly longestSeconds: number;
}

/** Data limits (decisions.md 2.8), bytes of JSON text. */
export interface ExecutionLimits {
  readonly stateDataBytes: number;
  readonly globalKeyBytes: number;
  readonly globalValueBytes: number;
  /** Items of one Map at once. */
  readonly mapConcurrency: number;
  /** Longest Wait of the mode, `WAIT_SECONDS` of the language. */
  readonly waitSeconds: number;
  /**
   * Events of one execution, and again after each redrive, the last of which ends it with `FnF.EventLimitExceeded`: two at
   * least; Infinity: no limit.
   */
  readonly events: number;
}

export type ExecutionStatus = 'Running' | 'Succeeded' | 'Failed' | 'TimedOut' | 'Stopped';

/** Warnings kept of one execution; a loop must not fill the memory with them. */
export const WARNINGS_MAX = 100;

/**
 * Branches and items under way at once in one execution. Beyond it a state begins another only when none of its own is
 * under way, so that Maps inside Maps cannot fill the memory and yet all of them get on.
 */
export const THREADS_MAX = 10_000;

export class Execution {
  readonly plan: Plan;
  readonly start: ExecutionStart;
  readonly limits: ExecutionLimits;
  status: ExecutionStatus = 'Running';
  startedMs = 0;
  /** When its time began: at its start, or at the last redrive. */
  beganMs = 0;
  stoppedMs = 0;
  lastEvent = 0;
  /** Time of the last event. */
  lastMs = 0;
  /** Id of the last event that it may have. */
  eventsMax: number;
  /** How often it was redriven. */
  redrives = 0;
  global: JsonObject = {};
  /** Size of the values of `global` as JSON text. */
  globalBytes = 0;
  /** On success. */
  output: JsonValue = null;
  /** Unless it succeeded. */
  failure: Failure | null = null;
  /** Set when the execution is over its time or stopped, and its states are being aborted. */
  ending: Ending | null = null;
  root: Thread | null = null;
  readonly threads = new Map<number, Thread>();
  /** Threads that can go on, in the order in which they will: the first goes on until it blocks or ends. */
  readonly ready: Thread[] = [];
  readonly warnings: string[] = [];
  /** Commands under way by id: `pending` is a function of state (I3). */
  readonly commands = new Map<number, Command>();
  /** Ids opened and closed since the runtime last looked; a rebuilt execution reads `commands` instead. */
  opened: number[] = [];
  closed: number[] = [];

  constructor(plan: Plan, start: ExecutionStart, limits: ExecutionLimits) {
    this.plan = plan;
    this.start = start;
    this.limits = limits;
    this.eventsMax = limits.events;
  }

  /** Bytes that `$Global` grows by, or below zero shrinks, when a variable is set. */
  globalGrowth(key: string, value: JsonValue): number {
    const before = memberOf(this.global, key);
    const limit = this.limits.globalValueBytes;
    return jsonBytes(value, limit) - (before === undefined ? 0 : jsonBytes(before, limit));
  }

  /** True when there is something to decide without any input. */
  get canGoOn(): boolean {
    return this.ready.length > 0 || (this.status === 'Running' && (this.ending !== null || this.isFull));
  }

  /** True when the next event is the last one that it may have. */
  get isFull(): boolean {
    return this.lastEvent + 1 >= this.eventsMax;
  }

  /** The task that a token names: by its TaskScheduled or, classic, by the event with which its state was entered. */
  taskOf(event: number): CallCommand | undefined {
    let command = this.commands.get(event);
    if (command === undefined) {
      for (const thread of this.threads.values()) {
        if (thread.entered === event) command = this.commands.get(thread.waitingFor);
      }
    }
    return command === undefined || command.kind === 'timer' ? undefined : command;
  }

  /** True when the task that a classic token names has failed and is about to be called again, under the same token. */
  comesAgain(event: number): boolean {
    for (const { entered, phase } of this.threads.values()) if (entered === event && phase === 'retry') return true;
    return false;
  }

  /** When a command ends by itself: a timer is due, a task times out, milliseconds since 1970; null: never. */
  dueMs(command: Command): number | null {
    const seconds = command.kind === 'timer' ? command.seconds : command.timeoutSeconds;
    return seconds === null ? null : command.openedMs + seconds * 1000;
  }

  /** When it is over its time, milliseconds since 1970; a redrive gives it its whole time again. */
  get deadlineMs(): number {
    return this.beganMs + this.timeoutSeconds * 1000;
  }

  /** Seconds that the execution may take: its flow's Timeout or the mode's own limit, whichever is shorter. */
  get timeoutSeconds(): number {
    const own = this.plan.timeoutSeconds;
    return own === null ? this.start.longestSeconds : Math.min(own, this.start.longestSeconds);
  }
}
