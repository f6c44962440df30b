/**
 * The members that the EventDetail of an event has in each dialect, and the kinds of their values. Written from rules.md 13.3
 * alone, so that it can disagree with the code that renders events.
 */
import { type JsonObject, type JsonValue, isJsonObject } from '../../src/base/json.ts';
import type { Dialect } from '../../src/language/plan.ts';
import type { HistoryEvent } from '../../src/runtime/executions.ts';

type Kind = 'any' | 'object' | 'text' | 'name' | 'count' | 'index' | 'seconds' | 'mode';
type Members = Readonly<Record<string, Kind>>;
interface Form {
  readonly required: Members;
  readonly optional?: Members;
  /** True for events of the execution, whose `StepName` is empty. */
  readonly ofExecution?: true;
}

const FAILURE: Members = { error: 'name', cause: 'text' };
const FAILED_ATTEMPT: Form = { required: FAILURE, optional: { retryAfterSeconds: 'seconds' } };
const FAILED_STATE: Form = {
  required: FAILURE,
  optional: { next: 'name', output: 'any', retryAfterSeconds: 'seconds' },
};
const ENDED: Form = { ofExecution: true, required: FAILURE };
const OPENED: Form = { required: { index: 'index', input: 'any' } };
const CLOSED: Form = { required: { index: 'index', output: 'any' } };

const SHARED: Readonly<Record<string, Form>> = {
  ExecutionStarted: {
    ofExecution: true,
    required: { input: 'object' },
    optional: { version: 'name', alias: 'name', redrive: 'count' },
  },
  ExecutionSucceeded: { ofExecution: true, required: { output: 'any' } },
  ExecutionFailed: ENDED,
  ExecutionTimedOut: ENDED,
  ExecutionStopped: ENDED,
  TaskSubmitted: { required: { output: 'any' } },
  TaskSucceeded: { required: { output: 'any' } },
  TaskFailed: FAILED_ATTEMPT,
  TaskSubmitFailed: FAILED_ATTEMPT,
  TaskTimedOut: FAILED_ATTEMPT,
  BranchEntered: OPENED,
  BranchExited: CLOSED,
  IterationEntered: OPENED,
  IterationExited: CLOSED,
};

const MAP_RUNS: Readonly<Record<string, Form>> = {
  MapRunStarted: { required: { output: 'object' } },
  MapRunSucceeded: { required: { output: 'object' } },
  MapRunFailed: FAILED_ATTEMPT,
};

const CALL: Members = { mode: 'mode', parameters: 'object', attempt: 'count' };

const STATE_MACHINE: Readonly<Record<string, Form>> = {
  ...SHARED,
  ...MAP_RUNS,
  StateEntered: { required: { input: 'any' } },
  StateStarted: { required: { input: 'any' } },
  StateSucceeded: { required: { output: 'any' } },
  StateFailed: FAILED_STATE,
  StateTimedOut: FAILED_STATE,
  StateAborted: { required: { cause: 'name' } },
  TaskScheduled: { required: { action: 'name', ...CALL }, optional: { timeoutSeconds: 'seconds' } },
};

/** Steps pass objects. Their timeouts and abortions are failures, because the API has no other event (rules.md 13.2). */
const CLASSIC: Readonly<Record<string, Form>> = {
  ...SHARED,
  StepEntered: { required: { input: 'object', local: 'object' } },
  StepStarted: { required: { input: 'object' } },
  StepSucceeded: { required: { output: 'object' } },
  StepFailed: { required: FAILURE, optional: { next: 'name', output: 'object', retryAfterSeconds: 'seconds' } },
  StepExited: { required: { local: 'object' } },
  TaskScheduled: {
    required: CALL,
    optional: { action: 'name', resourceArn: 'name', timeoutSeconds: 'seconds' },
  },
};

const FORMS: Readonly<Record<Dialect, typeof SHARED>> = { statemachine: STATE_MACHINE, classic: CLASSIC };

const KINDS: Readonly<Record<Kind, (value: JsonValue) => boolean>> = {
  any: () => true,
  object: isJsonObject,
  text: (value) => typeof value === 'string',
  name: (value) => typeof value === 'string' && value !== '',
  count: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
  index: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  seconds: (value) => typeof value === 'number' && value >= 0 && Number.isFinite(value),
  mode: (value) => ['RequestComplete', 'WaitForSystemCallback', 'WaitForCustomCallback'].includes(value as string),
};

/** The faults of one event, without the events around it. */
export function* memberFaults(event: HistoryEvent, dialect: Dialect): Generator<string> {
  const forms = FORMS[dialect];
  const form = Object.hasOwn(forms, event.type) ? (forms[event.type] as Form) : null;
  if (form === null) {
    yield 'this is no type of an event';
    return;
  }
  if ((event.stepName === '') !== (form.ofExecution === true)) yield `its step is named "${event.stepName}"`;
  const optional = form.optional ?? {};
  for (const name of Object.keys(form.required)) if (!has(event.detail, name)) yield `"${name}" is missing`;
  for (const [name, value] of Object.entries(event.detail)) {
    const kind = form.required[name] ?? optional[name];
    if (kind === undefined) yield `"${name}" is no member of it`;
    else if (!KINDS[kind](value)) yield `"${name}" is no ${kind}: ${JSON.stringify(value)}`;
  }
  if (has(event.detail, 'next') !== (has(event.detail, 'output') && 'error' in event.detail)) {
    yield '"next" and "output" go together';
  }
  if (event.type === 'TaskScheduled' && has(event.detail, 'action') === has(event.detail, 'resourceArn')) {
    yield 'it names an "action" or a "resourceArn"';
  }
  if (has(event.detail, 'next') && has(event.detail, 'retryAfterSeconds')) yield 'it is both caught and retried';
}

function has(detail: JsonObject, name: string): boolean {
  return Object.hasOwn(detail, name);
}
