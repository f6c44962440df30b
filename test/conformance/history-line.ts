/** The lines of execution that the judge of histories follows, and questions about them. */
import { type JsonObject, type JsonValue, stringifyJson } from '../../src/base/json.ts';
import type { MapState, ParallelState, Scope, State } from '../../src/language/plan.ts';
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
  | 'result'
  | 'children'
  /** The results of its lines are too large together. */
  | 'overfull'
  /** What failed is told; only the state's own end may follow. */
  | 'failing'
  | 'retry';

/** One activation of a state. */
export interface Visit {
  readonly state: State;
  /** Id of its StateEntered. */
  readonly entered: number;
  /** As handed over, then as built. */
  input: JsonValue;
  phase: Phase;
  /** The raw result, once there is one. */
  raw: JsonValue;
  failure: Failure | null;
  attempt: number;
  /** Id of its TaskScheduled. */
  scheduled: number;
  /** Id of the event that caused it. */
  scheduledBy: number;
  /** A retry or the end of a Wait is not earlier. */
  notBeforeMs: number;
  /** Lines inside it, and what those that exited gave. */
  inside: Line[];
  opened: number;
  exits: JsonValue[];
  exited: number;
  /** A line inside it failed: the others are aborted, then it fails itself. */
  aborting: boolean;
  /** What it failed with, or will, came from inside it. */
  failedInside: boolean;
}

export interface Line {
  readonly scope: Scope;
  /** The visit of a Parallel or Map that it runs in; null for the flow. */
  readonly outer: { readonly line: Line; readonly visit: Visit } | null;
  readonly index: number;
  /** The event that the next one in a straight line is caused by. */
  last: number;
  /** States of which one comes next; empty: the scope ends. */
  expected: readonly State[];
  handed: JsonValue;
  visit: Visit | null;
}

/** A state that ended with the execution and would go on in a redrive. */
export interface Fallen {
  readonly line: Line;
  readonly visit: Visit;
  readonly last: number;
  readonly own: boolean;
}

export function newLine(scope: Scope, outer: Line['outer'], index: number, last: number, handed: JsonValue): Line {
  return { scope, outer, index, last, expected: [scope.start], handed, visit: null };
}

export function newVisit(state: State, event: HistoryEvent): Visit {
  return {
    state,
    entered: event.id,
    input: event.detail['input'] as JsonValue,
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
  };
}

export function isOutcome({ type }: HistoryEvent): boolean {
  return ['TaskSubmitted', 'TaskSubmitFailed', 'TaskSucceeded', 'TaskFailed', 'TaskTimedOut'].includes(type);
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

/** The states that may come after the success of one; none when it ends its scope. */
export function following(state: State): readonly State[] {
  if (state.type === 'Choice') return [...state.branches.map((branch) => branch.next), state.default];
  return state.next === null ? [] : [state.next];
}

export function joined(state: ParallelState | MapState, visit: Visit): JsonObject {
  if (state.type === 'Map') return { Items: visit.exits };
  return Object.fromEntries(Array.from(visit.exits, (value, index) => [`Branch${index}`, value ?? null]));
}

export function atOnce(state: MapState): number {
  return Math.min(state.maxConcurrency ?? 40, 40);
}

/** The line and the lines inside it that stand in a state. */
export function standing(line: Line): Line[] {
  return line.visit === null ? [] : [line, ...line.visit.inside.flatMap(standing)];
}

export function hasInside(line: Line): boolean {
  return line.visit?.inside.some((inner) => inner.visit !== null) ?? false;
}

export function isInside(line: Line, visit: Visit): boolean {
  for (let outer = line.outer; outer !== null; outer = outer.line.outer) if (outer.visit === visit) return true;
  return false;
}

/** True while a Parallel or Map around the line is aborting what runs inside it. */
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
