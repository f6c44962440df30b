/**
 * The events of an execution. GetExecutionHistory serves the same events that are folded: type, cause and value are served,
 * `next` and `facts` are for the engine.
 *
 * I4: an event holds the decision, so that folding never decides again. An event is plain JSON data: states and threads are
 * numbers in it.
 */
import type { JsonArray, JsonObject, JsonValue } from '../base/json.ts';
import type { TaskMode } from '../language/plan.ts';
import type { MapRunSpec } from './map-run-spec.ts';

export type EventType =
  | 'ExecutionStarted'
  | 'ExecutionSucceeded'
  | 'ExecutionFailed'
  | 'ExecutionTimedOut'
  | 'ExecutionStopped'
  | 'ExecutionRedriven'
  | 'StateEntered'
  | 'StateStarted'
  | 'StateSucceeded'
  | 'StateFailed'
  | 'StateTimedOut'
  | 'StateAborted'
  | 'StateExited'
  | 'TaskScheduled'
  | 'TaskSubmitted'
  | 'TaskSubmitFailed'
  | 'TaskSucceeded'
  | 'TaskFailed'
  | 'TaskTimedOut'
  | 'BranchEntered'
  | 'BranchExited'
  | 'IterationEntered'
  | 'IterationExited'
  | 'MapRunStarted'
  | 'MapRunSucceeded'
  | 'MapRunFailed';

/** Why a state or an execution failed. */
export interface Failure {
  /** `FnF.TaskTimeout`, `FC.ResourceThrottled`, a function's own error type. */
  readonly error: string;
  /** The detail, for a reader. */
  readonly cause: string;
}

/** A path that leads nowhere, or another oddity that an expression met when it ran (rules.md 9.3, 9.5). */
export type Warning = {
  /** The expression's place in the definition: `States[2].OutputConstructor.x.$`; empty when it is not known. */
  readonly path: string;
  /** A sentence without a full stop. */
  readonly message: string;
};

/** The end of an execution whose states are being aborted. */
export interface Ending extends Failure {
  readonly as: 'ExecutionTimedOut' | 'ExecutionStopped';
}

/** The members that some types of event carry. */
export interface EventFacts {
  /** BranchEntered, BranchExited, IterationEntered, IterationExited: the position. */
  readonly index?: number;
  /** BranchExited, IterationExited: size of the value as JSON text. */
  readonly bytes?: number;
  /** ExecutionStarted: the version and the alias that the caller asked for (rules.md 13.3). */
  readonly version?: string;
  readonly alias?: string;
  /** ExecutionStarted of a flow that maps its input: the result. */
  readonly mapped?: JsonValue;
  /** StateEntered, classic: the local of the scope. */
  readonly local?: JsonObject;
  /** StateStarted of a Switch: the branch taken; the number of branches for the default; -1 for none. */
  readonly branch?: number;
  /** TaskScheduled, classic: the name that the definition has for the function, flow or queue. */
  readonly resourceArn?: string;
  /** TaskScheduled: the action, and the mode, which says what ends the task. */
  readonly action?: string;
  readonly mode?: TaskMode;
  /** TaskScheduled: 1 for the first call. */
  readonly attempt?: number;
  /** TaskScheduled: null or absent when only the execution's own time limits the task. */
  readonly timeoutSeconds?: number | null;
  /** StateStarted of a Wait. */
  readonly seconds?: number;
  /** StateStarted of an inline Map. */
  readonly items?: JsonArray;
  /** MapRunStarted: what the run does. */
  readonly mapRun?: MapRunSpec;
  /**
   * The failed and aborted types; a StateStarted whose state fails at once; an exit that fails the state around it; a branch or
   * item that cannot begin, which fails that state too.
   */
  readonly failure?: Failure;
  /** A failed attempt that is repeated: the index of the retry rule, and the delay. */
  readonly retry?: { readonly rule: number; readonly seconds: number };
  /** The failed types of a state: a catch rule took the failure. The name of the state `next`, whose input is `value`. */
  readonly caught?: string;
  /** The first StateAborted of an execution that is over its time or stopped: its end. */
  readonly ending?: Ending;
  /**
   * ExecutionRedriven: ids of the events that stay in the history and are no longer folded: the failure that is undone, and the
   * events since the failed state was entered.
   */
  readonly undone?: readonly number[];
  /** ExecutionRedriven: 1 for the first redrive. */
  readonly redrive?: number;
  /**
   * Of an event with which a time begins (a task, a wait, a retry delay, the execution): the steady time, which is not set back with
   * the clock. Absent when it is the time of the event, as long as no one has set the clock back.
   */
  readonly steadyMs?: number;
  /** StateSucceeded: the variables that GlobalConstructor built. */
  readonly global?: JsonObject;
  /** Warnings of the expressions that were evaluated for this event (rules.md 9.3, 9.5). */
  readonly warnings?: readonly Warning[];
}

/** `state` of an event of the execution. */
export const NO_STATE = -1;
/** `next` of an event after which the scope ends, or which decides no next state. */
export const NO_NEXT = -1;
/** The thread of the flow itself, which the first event opens. */
export const ROOT_THREAD = 1;

export class ExecutionEvent {
  /** 1, 2, 3 … */
  readonly id: number;
  readonly type: EventType;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  /** The event that caused this one, served as `ScheduleEventId`; 0 for the first. */
  readonly cause: number;
  /** The thread of the event, by the id of the event that opened the thread. */
  readonly thread: number;
  /** Index of the state in the plan; -1 for an event of the execution. */
  readonly state: number;
  /** The input or output that the event carries; null when there is none. */
  readonly value: JsonValue;
  /** Index of the next state; -1 when the scope ends or the event decides no next state. */
  readonly next: number;
  readonly facts: EventFacts | null;

  constructor(
    id: number,
    type: EventType,
    timeMs: number,
    cause: number,
    thread: number,
    state: number,
    value: JsonValue,
    next: number,
    facts: EventFacts | null,
  ) {
    this.id = id;
    this.type = type;
    this.timeMs = timeMs;
    this.cause = cause;
    this.thread = thread;
    this.state = state;
    this.value = value;
    this.next = next;
    this.facts = facts;
  }

  /** An event of the execution as a whole, once it has started. */
  static ofExecution({
    id,
    type,
    timeMs,
    cause,
    facts,
  }: Pick<ExecutionEvent, 'id' | 'type' | 'timeMs' | 'cause' | 'facts'>): ExecutionEvent {
    return new ExecutionEvent(id, type, timeMs, cause, ROOT_THREAD, NO_STATE, null, NO_NEXT, facts);
  }
}

/** The steady time of an event with which a time begins, milliseconds since 1970. */
export function steadyMsOf({ timeMs, facts }: Pick<ExecutionEvent, 'timeMs' | 'facts'>): number {
  return facts?.steadyMs ?? timeMs;
}
