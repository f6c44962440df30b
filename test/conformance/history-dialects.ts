/**
 * The dialects as the judge of histories knows them: how values pass from state to state, and how a failed step differs from an
 * aborted one, for which the classic dialect has one event. Written from rules.md 8, 10.10, 13, not from
 * the interpreter.
 */
import { type JsonObject, type JsonValue, isJsonObject } from '../../src/base/json.ts';
import type { Dialect, State, SwitchState, TaskState } from '../../src/language/plan.ts';
import type { HistoryEvent } from '../../src/runtime/executions.ts';
import type { Line, Visit } from './history-line.ts';

export interface DialectRules {
  /** True when scopes have a local, and an event of its own leaves a step. */
  readonly hasLocal: boolean;
  /** Failures that come from no task and no Fail state (rules.md 12.5, 12.6). */
  readonly ownErrors: readonly string[];
  /** Items of one Map at the same time. */
  readonly itemsAtOnce: number;
  /** The input of a state without an input constructor. */
  inputOf(line: Line): JsonValue;
  /** The raw output of a Pass, a Wait or a Succeed. */
  idleOutput(input: JsonValue): JsonValue;
  /** The raw output of a Parallel, Map or Switch. */
  joined(visit: Visit): JsonValue;
  /** The raw output of a task. */
  resultOf(state: TaskState, output: JsonValue): JsonValue;
  /** The output of a scope. */
  endOf(line: Line): JsonValue;
}

const stateMachine: DialectRules = {
  hasLocal: false,
  ownErrors: ['FnF.RuntimeError', 'FnF.DataLimitExceeded'],
  itemsAtOnce: 40,
  inputOf: (line) => line.handed,
  idleOutput: (input) => input,
  joined({ state, exits }) {
    if (state.type === 'Map') return { Items: exits };
    return Object.fromEntries(Array.from(exits, (value, index) => [`Branch${index}`, value ?? null]));
  },
  resultOf: (_state, output) => output,
  endOf: (line) => line.handed,
};

const classic: DialectRules = {
  hasLocal: true,
  ownErrors: ['FnF.RuntimeError', 'FnF.DataLimitExceeded', 'FnF.InvalidLocal'],
  itemsAtOnce: 100,
  inputOf: ({ handed, local }) => union(handed, local),
  idleOutput: () => ({}),
  joined: ({ state, exits }) => (state.type === 'Switch' ? (exits[0] ?? {}) : exits),
  resultOf({ resultMember, mode }, output) {
    if (resultMember === null || mode === 'WaitForCustomCallback') return output;
    return (isJsonObject(output) ? output[resultMember] : null) ?? null;
  },
  endOf: (line) => line.local,
};

export const RULES: Readonly<Record<Dialect, DialectRules>> = { statemachine: stateMachine, classic };

/** Both objects together. A member that both have is that of the second. */
export function union(first: JsonValue, second: JsonValue): JsonObject {
  return { ...(first as JsonObject), ...(second as JsonObject) };
}

/** The default names of the events of states in GetExecutionHistory. */
export function stateNamesOf(dialect: Dialect): 'state' | 'step' {
  return dialect === 'classic' ? 'step' : 'state';
}

/** The names of state machines for the events of classic flows. */
const OF_STATES: Readonly<Record<string, string>> = {
  StepEntered: 'StateEntered',
  StepStarted: 'StateStarted',
  StepSucceeded: 'StateSucceeded',
  StepFailed: 'StateFailed',
  StepExited: 'StateExited',
};

export function inStateNames(event: HistoryEvent, dialect: Dialect): HistoryEvent {
  const type = dialect === 'classic' ? OF_STATES[event.type] : undefined;
  return type === undefined ? event : { ...event, type };
}

/** True when a StepFailed aborts the step of the line. A failure of the step itself follows another event, or has an error of the engine. */
export function isAbortion(event: HistoryEvent, line: Line, { ownErrors }: DialectRules): boolean {
  const { visit } = line;
  const { error, cause } = event.detail;
  if (visit === null || visit.state.name !== event.stepName) return true;
  if (visit.aborting) return visit.inside.some((inner) => inner.visit !== null);
  if (visit.phase === 'failing' && visit.failure?.error === error && visit.failure?.cause === cause) return false;
  return !ownErrors.includes(error as string);
}

/** The states to which a Switch leads after its branch, or may lead when no steps ran; null: the end of its scope. */
export function afterSwitch(state: SwitchState, { branch, opened }: Visit): readonly (State | null)[] {
  const { branches, default: otherwise, next } = state;
  const ways = [...branches, ...(otherwise === null ? [] : [otherwise])];
  const taken = opened > 0 ? ways.slice(branch, branch + 1) : ways.filter((way) => way.scope === null);
  const nexts = taken.map((way) => way.next ?? next);
  return opened === 0 && otherwise === null ? [...nexts, next] : nexts;
}
