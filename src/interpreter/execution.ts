/**
 * The state of one execution: what `apply` changes and `decide` and `pending` read.
 *
 * I1: nothing but `apply` changes it. It is never stored: it is what folding the events gives.
 *
 * A thread is one activation of a scope: the flow itself, a branch, an item. It stands in one state at a time; its
 * `phase` says what is to happen next, so that an execution can be taken up after any single event.
 */
import { jsonBytes, memberOf } from '../base/json.ts';
import type { JsonArray, JsonObject, JsonValue } from '../base/json.ts';
import type { ChildMode, Plan, Scope, State, TaskState } from '../language/plan.ts';
import type { Ending, Failure } from './event.ts';

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

/**
 * What a thread does next. Runnable: `enter` the state; `entered`, build its input; `schedule` its task call; `spawn` the
 * next branch or item; `leaving`, exit from a state whose end is decided (classic); `joined`, all branches or items ended; `result`, build its output; `failing`, recover or fail;
 * `aborting`, stop what still runs inside, then fail; `exit` the scope. Blocked: on a `task`, a `timer` (Wait), a `retry`
 * delay, its `children`. `dead` threads are never looked at again.
 */
export type Phase =
  | 'enter'
  | 'entered'
  | 'schedule'
  | 'spawn'
  | 'joined'
  | 'result'
  | 'failing'
  | 'leaving'
  | 'aborting'
  | 'exit'
  | 'task'
  | 'timer'
  | 'retry'
  | 'children'
  | 'dead';

export class Thread {
  /** Id of the event that opened it. */
  readonly id: number;
  readonly scope: Scope;
  readonly parent: Thread | null;
  /** Branch or item index in the parent's state. */
  readonly index: number;
  state: State;
  phase: Phase = 'enter';
  /** True while it stands in the execution's queue. */
  queued = false;
  /** Last event of this thread, the cause of its next one. */
  lastEvent: number;
  /** The value handed over by the state before; classic: the input of the scope. */
  handed: JsonValue;
  /** Classic: what the states of the scope have put out so far. */
  local: JsonObject = {};
  /** The event with which the current state was entered. */
  entered = 0;
  /** Index of the state that comes after the current one, once that is decided; -1: the scope ends. */
  next = -1;
  /** After InputConstructor; the handed value until then. */
  input: JsonValue;
  /** True once InputConstructor has run: a retry does not run it again. */
  started = false;
  /** The raw result; null until there is one. */
  output: JsonValue = null;
  failure: Failure | null = null;
  /** True when the retry rules were looked at for `failure` already, by the event that ended the call. */
  retryDecided = false;
  /** Event that opened what the thread is blocked on; stale outcomes name another. */
  waitingFor = 0;
  /** Calls of the current state so far. */
  attempt = 0;
  /** Retries of the current state by rule; null until the first. */
  retries: number[] | null = null;
  retryCount = 0;
  // Parallel, Map and Switch only.
  /** Of a Switch: the branch taken. */
  branch = -1;
  children: Thread[] | null = null;
  items: JsonArray | null = null;
  results: JsonValue[] | null = null;
  spawned = 0;
  done = 0;
  /** Bytes of `results` as JSON text. */
  resultBytes = 0;

  constructor(id: number, scope: Scope, parent: Thread | null, index: number, handed: JsonValue) {
    this.id = id;
    this.scope = scope;
    this.parent = parent;
    this.index = index;
    this.state = scope.start;
    this.lastEvent = id;
    this.handed = handed;
    this.input = handed;
  }
}

export type ExecutionStatus = 'Running' | 'Succeeded' | 'Failed' | 'TimedOut' | 'Stopped';

/** What all commands have: `id` is the event that opened it. */
interface CommandBase {
  readonly id: number;
  readonly thread: number;
  /** When its time began, milliseconds since 1970: at its event, or at a redrive after it. */
  readonly openedMs: number;
}

interface Call extends CommandBase {
  readonly state: TaskState;
  readonly parameters: JsonObject;
  readonly attempt: number;
  readonly timeoutSeconds: number | null;
  /** True once the service has accepted the work of a callback task: the runtime waits for its end and does not call again. */
  readonly submitted: boolean;
}

/** Call a service. */
export interface TaskCommand extends Call {
  readonly kind: 'task';
}

/** Start a flow of this engine. */
export interface ChildCommand extends Call {
  readonly kind: 'child';
  readonly mode: ChildMode;
}

/** Wait. */
export interface TimerCommand extends CommandBase {
  readonly kind: 'timer';
  readonly seconds: number;
}

export type CallCommand = TaskCommand | ChildCommand;

/** Something that the runtime must do, and answer to. */
export type Command = CallCommand | TimerCommand;

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
