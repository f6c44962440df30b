/**
 * The events of an execution as the browser has them: once, in an array by id. The detail of an event is JSON text until something
 * shows it, so that a history of 5,000 events costs no parsing. The few facts that the model needs are read from the text.
 */
import type { StreamedEvent } from '../../../../../src/console/protocol.ts';
import { isObject, parseJson } from '../../../parts/json.ts';
import type { JsonValue } from '../../../parts/json.ts';

export type { StreamedEvent } from '../../../../../src/console/protocol.ts';
/** A path that led nowhere, or another oddity that an expression met. */
export type Warning = NonNullable<StreamedEvent['warnings']>[number];

/** The type of an event with the names of state machines: classic flows say `StepEntered` for `StateEntered`. */
export function stateType(type: string): string {
  return type.startsWith('Step') ? `State${type.slice(4)}` : type;
}

const NO_MEMBERS: ReadonlyMap<string, JsonValue> = new Map();

/** All members of the detail. */
export function detailOf({ detail }: Pick<StreamedEvent, 'detail'>): ReadonlyMap<string, JsonValue> {
  const value = parseJson(detail);
  return isObject(value) ? value : NO_MEMBERS;
}

/** A member of the detail; undefined if it has none of this name. */
export function memberOf(event: Pick<StreamedEvent, 'detail'>, name: string): JsonValue | undefined {
  return detailOf(event).get(name);
}

const INDEX = /^\{"index":(\d+)/;

/** The position that BranchEntered, IterationEntered and their exits carry, which is their first member. */
export function indexOfItem(event: Pick<StreamedEvent, 'detail'>): number {
  const found = INDEX.exec(event.detail)?.[1] ?? memberOf(event, 'index');
  return Number(found ?? 0);
}

export interface FailureFacts {
  readonly error: string;
  readonly cause: string;
  /** Seconds until the next attempt; null if none follows. */
  readonly retrySeconds: number | null;
  /** The state that a catch rule leads to; null if none caught the failure. */
  readonly caughtBy: string | null;
}

/** The error of a failed or aborted event, and the way that the flow takes from it. */
export function failureOf(event: Pick<StreamedEvent, 'detail'>): FailureFacts {
  const detail = detailOf(event);
  const text = (name: string): string | null => {
    const value = detail.get(name);
    return typeof value === 'string' ? value : null;
  };
  const seconds = detail.get('retryAfterSeconds');
  return {
    error: text('error') ?? '',
    cause: text('cause') ?? '',
    retrySeconds: typeof seconds === 'number' ? seconds : null,
    caughtBy: text('next'),
  };
}

export interface CallFacts {
  /** The action, or the resource of a classic step. */
  readonly called: string;
  readonly mode: string;
  readonly attempt: number;
}

const CALL = /^\{"(?:action|resourceArn)":"((?:[^"\\]|\\.)*)","mode":"(\w+)"/;
const ATTEMPT = /"attempt":(\d+)\}$/;

/** The facts of a TaskScheduled, without its parameters. */
export function callOf(event: Pick<StreamedEvent, 'detail'>): CallFacts {
  const head = CALL.exec(event.detail);
  const attempt = ATTEMPT.exec(event.detail)?.[1];
  if (head !== null && attempt !== undefined) {
    const [, called = '', mode = ''] = head;
    return { called: JSON.parse(`"${called}"`) as string, mode, attempt: Number(attempt) };
  }
  const detail = detailOf(event);
  const called = detail.get('action') ?? detail.get('resourceArn');
  return {
    called: typeof called === 'string' ? called : '',
    mode: String(detail.get('mode') ?? ''),
    attempt: Number(detail.get('attempt') ?? 1),
  };
}

/** True for a task that starts another flow. */
export function startsFlow(called: string): boolean {
  return /^fnf:start/i.test(called) || /^acs:fnf:.*:flow\//i.test(called);
}

export interface ExecutionName {
  readonly flow: string;
  readonly execution: string;
}

/** The execution that a task has started, from the answer of the start; null if the event names none. */
export function startedBy(event: Pick<StreamedEvent, 'detail'>): ExecutionName | null {
  const output = memberOf(event, 'output');
  if (!isObject(output)) return null;
  const flow = output.get('FlowName');
  const execution = output.get('ExecutionName') ?? output.get('Name');
  return typeof flow === 'string' && typeof execution === 'string' ? { flow, execution } : null;
}
