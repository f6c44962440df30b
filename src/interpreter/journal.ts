/**
 * The text of events in the journal. A row holds the events of one commit. The names of states are beside their indexes, so
 * that a history is served without the plan.
 *
 * Invariants. Every row ever written stays readable (I4): {@link TYPES} and the members of an event grow at their ends only. Values
 * have all their digits (rules.md 9.6). The index of a state never changes its meaning: it follows from the text of the
 * definition alone (`language/plan.ts`), which is stored with the execution.
 *
 * A row is `[id of the first event, event, event …]`, an event is `[type, time, cause, thread, state, value, next, facts, name]`.
 *
 * - type: its position in TYPES. -1 minus that position: the value is that of the event before. An output is often the input of
 *   the next state in two further events, and a large value must not be written three times.
 * - time, cause: the difference to the time of the event before, and to the event's own id; almost always 0 and 1.
 * - name: only when the state is another one than in the event before.
 *
 * Members at the end of an event that have their defaults are left out.
 */
import { assert } from '../base/assert.ts';
import { parseJson } from '../base/json.ts';
import type { JsonValue } from '../base/json.ts';
import type { Plan } from '../language/plan.ts';
import { ExecutionEvent, NO_NEXT, NO_STATE } from './event.ts';
import type { EventFacts, EventType, Warning } from './event.ts';

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
  'MapRunStarted',
  'MapRunSucceeded',
  'MapRunFailed',
];
const CODES = Object.fromEntries(TYPES.map((type, code) => [type, code])) as Record<EventType, number>;

/** JSON text of consecutive events, at least one. */
export function encodeEvents(events: readonly ExecutionEvent[], plan: Pick<Plan, 'states'>): string {
  return encodeRow(events, plan, Number.POSITIVE_INFINITY).text;
}

/** JSON text of the first `count` of consecutive events: as many as it takes to pass `unitsMax` UTF-16 units. */
export function encodeRow(
  events: readonly ExecutionEvent[],
  plan: Pick<Plan, 'states'>,
  unitsMax: number,
): { readonly text: string; readonly count: number } {
  let text = '';
  let before: ExecutionEvent | null = null;
  let count = 0;
  // Joining texts costs less than building an array of arrays and stringifying that.
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
  const named = state !== NO_STATE && state !== (before?.state ?? NO_STATE);
  if (next === NO_NEXT && facts === null && !named) return `${text}]`;
  text += `,${next}`;
  if (facts === null && !named) return `${text}]`;
  text += facts === null ? ',null' : `,${JSON.stringify(facts)}`;
  if (!named) return `${text}]`;
  const name = plan?.states[state]?.name;
  assert(name !== undefined, `no state ${state}`);
  return `${text},${JSON.stringify(name)}]`;
}

/** The events of a row that {@link encodeEvents} or {@link encodeRow} has written; any other text is a defect. */
export function decodeEvents(text: string): JournalEvent[] {
  // A value may be as deep as the limit of JSON texts allows, and it is inside a row, an event and perhaps its facts.
  const [first, ...rows] = parseJson(text, Number.POSITIVE_INFINITY, 'accept') as unknown as readonly [
    number,
    ...EncodedEvent[],
  ];
  const events: JournalEvent[] = [];
  let id = first;
  let timeMs = 0;
  let stepName = '';
  let value: JsonValue = null;
  for (const [signedCode, laterMs, back, thread, state, own, next = NO_NEXT, facts = null, name] of rows) {
    const type = TYPES[signedCode < 0 ? -1 - signedCode : signedCode];
    assert(type !== undefined, `event ${id} has the unknown type ${signedCode}`);
    timeMs += laterMs;
    if (signedCode >= 0) value = own;
    if (name !== undefined) stepName = name;
    const event = new ExecutionEvent(id, type, timeMs, id - back, thread, state, value, next, decodeFacts(facts));
    events.push({ event, stepName: state === NO_STATE ? '' : stepName });
    id++;
  }
  return events;
}

/** Rows from before warnings had a place hold them as texts. */
function decodeFacts(facts: EncodedFacts | null): EventFacts | null {
  if (facts?.warnings === undefined) return facts as EventFacts | null;
  const warnings = facts.warnings.map((each) => (typeof each === 'string' ? { path: '', message: each } : each));
  return { ...facts, warnings };
}

type EncodedFacts = Omit<EventFacts, 'warnings'> & { readonly warnings?: readonly (string | Warning)[] };

type EncodedEvent = readonly [
  type: number,
  laterMs: number,
  back: number,
  thread: number,
  state: number,
  value: JsonValue,
  next?: number,
  facts?: EncodedFacts | null,
  name?: string,
];
