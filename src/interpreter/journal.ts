/**
 * Events as the text that is kept of them. A row of the journal holds the events of one commit; the names of states stand
 * beside their indexes, so that a history is served without the plan.
 *
 * Invariants. What was ever written stays readable: {@link TYPES} only grows, at its end, and so do the members of an
 * event. Values keep every digit (decisions.md 2.1). An index of a state means the same for ever: it follows from the text of
 * the definition alone (`language/plan.ts`), and an execution keeps that text.
 *
 * A row is `[id of the first event, event, event …]`, an event is `[type, time, cause, thread, state, value, next, facts, name]`.
 * The type is its place in TYPES, or -1 less that place when the value is the same as that of the event before: an output
 * is entered and started with by the next state, and large values would be written three times. Time and cause are
 * differences, to the time of the event before and to the event's own id, so they are almost always 0 and 1. The name is there where the state is another
 * one than in the event before. What stands at the end of an event and says nothing is left out.
 */
import { assert } from '../base/assert.ts';
import { parseJson } from '../base/json.ts';
import type { JsonValue } from '../base/json.ts';
import type { Plan } from '../language/plan.ts';
import { ExecutionEvent } from './event.ts';
import type { EventFacts, EventType } from './event.ts';

/** An event with the name of its state; the name is empty for an event of the execution. */
export interface JournalEvent {
  readonly event: ExecutionEvent;
  readonly stepName: string;
}

const TYPES: readonly EventType[] = [
  'ExecutionStarted',
  'ExecutionSucceeded',
  'ExecutionFailed',
  'ExecutionTimedOut',
  'ExecutionStopped',
  'ExecutionRedriven',
  'StateEntered',
  'StateStarted',
  'StateSucceeded',
  'StateFailed',
  'StateTimedOut',
  'StateAborted',
  'TaskScheduled',
  'TaskSubmitted',
  'TaskSubmitFailed',
  'TaskSucceeded',
  'TaskFailed',
  'TaskTimedOut',
  'BranchEntered',
  'BranchExited',
  'IterationEntered',
  'IterationExited',
  'StateExited',
];
const CODES = Object.fromEntries(TYPES.map((type, code) => [type, code])) as Record<EventType, number>;

/** JSON text of events that follow one another, at least one. */
export function encodeEvents(events: readonly ExecutionEvent[], plan: Pick<Plan, 'states'>): string {
  return encodeRow(events, plan, Number.POSITIVE_INFINITY).text;
}

/** JSON text of the first of events that follow one another: of as many as it takes to pass `unitsMax` UTF-16 units. */
export function encodeRow(
  events: readonly ExecutionEvent[],
  plan: Pick<Plan, 'states'>,
  unitsMax: number,
): { readonly text: string; readonly count: number } {
  let text = '';
  let before: ExecutionEvent | null = null;
  let count = 0;
  // Text put together by hand costs less than an array of arrays that is then turned into text.
  for (const event of events) {
    if (text.length > unitsMax) break;
    assert(before === null || event.id === before.id + 1, 'a row of the journal has no gap');
    text += text === '' ? `[${event.id},` : ',';
    text += encodeEvent(event, before, plan);
    before = event;
    count++;
  }
  assert(before !== null, 'a row of the journal has an event');
  return { text: `${text}]`, count };
}

function encodeEvent(event: ExecutionEvent, before: ExecutionEvent | null, plan: Pick<Plan, 'states'>): string {
  const { id, type, timeMs, cause, thread, state, value, next, facts } = event;
  const code = CODES[type];
  const known = before !== null && value === before.value;
  let text = `[${known ? -1 - code : code},${timeMs - (before?.timeMs ?? 0)},${id - cause},${thread},${state},`;
  text += value === null || known ? 'null' : JSON.stringify(value);
  const named = state !== -1 && state !== (before?.state ?? -1);
  if (next === -1 && facts === null && !named) return `${text}]`;
  text += `,${next}`;
  if (facts === null && !named) return `${text}]`;
  text += facts === null ? ',null' : `,${JSON.stringify(facts)}`;
  if (!named) return `${text}]`;
  const name = plan?.states[state]?.name;
  assert(name !== undefined, `no state ${state}`);
  return `${text},${JSON.stringify(name)}]`;
}

/** The events of a row. The text is our own: anything else than what {@link encodeEvents} gives is a defect. */
export function decodeEvents(text: string): JournalEvent[] {
  // Values may be as deep as values may be, and stand inside a row, an event and its facts.
  const [first, ...rows] = parseJson(text, Number.POSITIVE_INFINITY) as unknown as readonly [number, ...EncodedEvent[]];
  const events: JournalEvent[] = [];
  let id = first;
  let timeMs = 0;
  let stepName = '';
  let value: JsonValue = null;
  for (const [signedCode, laterMs, back, thread, state, own, next = -1, facts = null, name] of rows) {
    const type = TYPES[signedCode < 0 ? -1 - signedCode : signedCode];
    assert(type !== undefined, `event ${id} has the unknown type ${signedCode}`);
    timeMs += laterMs;
    if (signedCode >= 0) value = own;
    if (name !== undefined) stepName = name;
    const event = new ExecutionEvent(id, type, timeMs, id - back, thread, state, value, next, facts);
    events.push({ event, stepName: state === -1 ? '' : stepName });
    id++;
  }
  return events;
}

type EncodedEvent = readonly [
  type: number,
  laterMs: number,
  back: number,
  thread: number,
  state: number,
  value: JsonValue,
  next?: number,
  facts?: EventFacts | null,
  name?: string,
];
