/** The lines of execution that the judge of histories follows. */
import { type JsonObject, type JsonValue, stringifyJson } from '../../src/base/json.ts';
import type { Scope, State } from '../../src/language/plan.ts';
import type { HistoryEvent } from '../../src/runtime/executions.ts';

export interface Failure {
  readonly error: string;
  readonly cause: string;
}

export type Phase =
  | 'entered'
  | 'started'
  | 'scheduled'
  | 'submitted'
  /** The run of a distributed Map is open. */
  | 'run'
  | 'result'
  | 'children'
  /** The results of its lines are too large together. */
  | 'overfull'
  /** A failure is in the history. Only the end of the state may follow. */
  | 'failing'
  | 'retry'
  /** Classic: the step has ended, and its output becomes a part of the local next. */
  | 'leaving';

/** One activation of a state. */
export interface Visit {
  readonly state: State;
  /** Id of its StateEntered. */
  readonly entered: number;
  /** From the state before, then as the input constructor built it. */
  input: JsonValue;
  phase: Phase;
  /** The raw result, once there is one. */
  raw: JsonValue;
  failure: Failure | null;
  attempt: number;
  /** Id of its TaskScheduled or MapRunStarted. */
  scheduled: number;
  /** Id of the event that caused it. */
  scheduledBy: number;
  /** A retry, or the end of a Wait, must not be earlier. */
  notBeforeMs: number;
  /** Lines inside it, and the outputs of those that have exited. */
  inside: Line[];
  opened: number;
  exits: JsonValue[];
  exited: number;
  /** A line inside it failed: the others are aborted, and then the state fails. */
  aborting: boolean;
  /** Its failure is that of a line inside it. */
  failedInside: boolean;
  /** Switch: the branch whose steps run; -1 while there is none. */
  branch: number;
  /** Classic: the output that becomes a part of the local, and the states that may follow. */
  output: JsonObject;
  next: readonly (State | null)[];
}

export interface Line {
  readonly scope: Scope;
  /** The visit of a Parallel or Map that it runs in; null for the flow. */
  readonly outer: { readonly line: Line; readonly visit: Visit } | null;
  readonly index: number;
  /** The event that causes the next one in a straight line. */
  last: number;
  /** The states that may come next; null: the scope may end. */
  expected: readonly (State | null)[];
  /** The output of the state before. Classic: the input of the scope, which does not change. */
  handed: JsonValue;
  /** Classic: the merged outputs of the steps so far. */
  local: JsonObject;
  visit: Visit | null;
}

/** A state that ended with the execution and would continue in a redrive. */
export interface Fallen {
  readonly line: Line;
  readonly visit: Visit;
  readonly last: number;
  readonly own: boolean;
}

export function newLine(scope: Scope, outer: Line['outer'], index: number, last: number, handed: JsonValue): Line {
  return { scope, outer, index, last, expected: [scope.start], handed, local: {}, visit: null };
}

/** @param input of the state, unless it builds its own. */
export function newVisit(state: State, event: HistoryEvent, input: JsonValue): Visit {
  return {
    state,
    entered: event.id,
    input,
    phase: 'entered',
    raw: null,
    failure: null,
    attempt: 0,
    scheduled: 0,
    scheduledBy: 0,
    notBeforeMs: 0,
    inside: [],
    opened: 0,
    exits: [],
    exited: 0,
    aborting: false,
    failedInside: false,
    branch: -1,
    output: {},
    next: [],
  };
}

const OUTCOMES = [
  ...['TaskSubmitted', 'TaskSubmitFailed', 'TaskSucceeded', 'TaskFailed', 'TaskTimedOut'],
  ...['MapRunSucceeded', 'MapRunFailed'],
];

export function isOutcome({ type }: HistoryEvent): boolean {
  return OUTCOMES.includes(type);
}

export function isCallback(state: State): boolean {
  return state.type === 'Task' && state.mode !== 'RequestComplete';
}

export function failureOf({ detail }: HistoryEvent): Failure {
  return { error: detail['error'] as string, cause: detail['cause'] as string };
}

export function answers(errors: readonly string[], { error }: Failure): boolean {
  return errors.includes(error) || errors.includes('FnF.ALL');
}

export function hasCatch(state: State, failure: Failure): boolean {
  return 'catch' in state && state.catch.some((rule) => answers(rule.errors, failure));
}

/** True for a state inside which other lines run. */
export function hasLines(state: State): boolean {
  return state.type === 'Parallel' || state.type === 'Switch' || (state.type === 'Map' && !isDistributed(state));
}

/** True for a distributed Map, whose items run in executions of their own. */
export function isDistributed(state: State): boolean {
  return state.type === 'Map' && state.distributed !== null;
}

/** The line and the lines inside it, if they are in a state. */
export function linesInStates(line: Line): Line[] {
  return line.visit === null ? [] : [line, ...line.visit.inside.flatMap(linesInStates)];
}

export function hasInside(line: Line): boolean {
  return line.visit?.inside.some((inner) => inner.visit !== null) ?? false;
}

export function isInside(line: Line, visit: Visit): boolean {
  for (let outer = line.outer; outer !== null; outer = outer.line.outer) if (outer.visit === visit) return true;
  return false;
}

/** True while a Parallel or Map around the line aborts its lines. */
export function isBesideFailure(line: Line): boolean {
  for (let outer = line.outer; outer !== null; outer = outer.line.outer) if (outer.visit.aborting) return true;
  return false;
}

export function remove(line: Line): void {
  const siblings = line.outer?.visit.inside;
  if (siblings !== undefined && siblings.includes(line)) siblings.splice(siblings.indexOf(line), 1);
}

export function text(value: JsonValue): string {
  return stringifyJson(value);
}

export function short(value: JsonValue): string {
  const all = text(value);
  return all.length <= 200 ? all : `${all.slice(0, 200)}…`;
}
