/** An event as GetExecutionHistory serves it, with the members and their order of the table in rules.md 13.3. */
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { EventFacts, EventType, ExecutionEvent, Warning } from './event.ts';

/** One event as GetExecutionHistory serves it. */
export interface HistoryEvent {
  readonly id: number;
  /** As served: `StepEntered` or `StateEntered`, by dialect and setting. */
  readonly type: string;
  readonly timeMs: number;
  /** `ScheduleEventId`. */
  readonly cause: number;
  /** Empty for events of the execution. */
  readonly stepName: string;
  readonly detail: JsonObject;
  /** Warnings of the expressions that were evaluated for this event. The documented detail has no member for it. */
  readonly warnings: readonly Warning[];
  /** The variables that GlobalConstructor has built with this event; absent for none. The documented detail has no member for it either. */
  readonly global?: JsonObject;
}

/** The names of the events of states: the setting `history.stateEventNames`. */
export type StateEventNames = 'state' | 'step';

/** The API's list has one name for all failures of a step (rules.md 13.2). The `error` of a timeout or an abortion differs. */
const STEP_NAMES: { readonly [type in EventType]?: string } = {
  StateEntered: 'StepEntered',
  StateStarted: 'StepStarted',
  StateSucceeded: 'StepSucceeded',
  StateFailed: 'StepFailed',
  StateTimedOut: 'StepFailed',
  StateAborted: 'StepFailed',
  StateExited: 'StepExited',
};

/** `stepName` is the name that the journal has with the event. */
export function historyEvent(event: ExecutionEvent, stepName: string, names: StateEventNames): HistoryEvent {
  const { id, type, timeMs, cause, facts } = event;
  const warnings = facts?.warnings ?? NO_WARNINGS;
  const served = {
    id,
    type: servedType(type, names),
    timeMs,
    cause,
    stepName,
    detail: detailOf(event, names),
    warnings,
  };
  return facts?.global === undefined ? served : { ...served, global: facts.global };
}

const NO_WARNINGS: readonly Warning[] = [];

function servedType(type: EventType, names: StateEventNames): string {
  if (type === 'ExecutionRedriven') return 'ExecutionStarted';
  return names === 'step' ? (STEP_NAMES[type] ?? type) : type;
}

type Members = Record<string, JsonValue>;

function detailOf({ type, value, facts }: ExecutionEvent, names: StateEventNames): JsonObject {
  switch (type) {
    case 'ExecutionStarted':
      return started(value, facts);
    case 'ExecutionRedriven':
      return { input: value, redrive: facts?.redrive ?? 1 };
    case 'StateEntered':
      return facts?.local === undefined ? { input: value } : { input: value, local: facts.local };
    case 'StateStarted':
      return { input: value };
    case 'StateExited':
      return { local: value };
    case 'TaskScheduled':
      return scheduled(value, facts);
    case 'TaskSubmitted':
    case 'TaskSucceeded':
    case 'MapRunStarted':
    case 'MapRunSucceeded':
    case 'StateSucceeded':
    case 'ExecutionSucceeded':
      return { output: value };
    case 'BranchEntered':
    case 'IterationEntered':
      return { index: facts?.index ?? 0, input: value };
    case 'BranchExited':
    case 'IterationExited':
      return { index: facts?.index ?? 0, output: value };
    case 'StateAborted':
      return names === 'step' ? failed(value, facts) : { cause: facts?.failure?.cause ?? '' };
    default:
      return failed(value, facts);
  }
}

function started(input: JsonValue, facts: EventFacts | null): JsonObject {
  const detail: Members = { input };
  if (facts?.version !== undefined) detail['version'] = facts.version;
  if (facts?.alias !== undefined) detail['alias'] = facts.alias;
  return detail;
}

function scheduled(parameters: JsonValue, facts: EventFacts | null): JsonObject {
  const called: Members =
    facts?.resourceArn === undefined ? { action: facts?.action ?? '' } : { resourceArn: facts.resourceArn };
  const detail: Members = { ...called, mode: facts?.mode ?? 'RequestComplete', parameters };
  if (typeof facts?.timeoutSeconds === 'number') detail['timeoutSeconds'] = facts.timeoutSeconds;
  detail['attempt'] = facts?.attempt ?? 1;
  return detail;
}

function failed(value: JsonValue, facts: EventFacts | null): JsonObject {
  const detail: Members = { error: facts?.failure?.error ?? '', cause: facts?.failure?.cause ?? '' };
  if (facts?.retry !== undefined) detail['retryAfterSeconds'] = facts.retry.seconds;
  if (facts?.caught !== undefined) {
    detail['next'] = facts.caught;
    detail['output'] = value;
  }
  return detail;
}
