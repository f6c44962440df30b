/** The journal: events are read as they were written, also those of every earlier version. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_DEPTH, parseJson, stringifyJson } from '../../src/base/json.ts';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import { ExecutionEvent } from '../../src/interpreter/event.ts';
import { decodeEvents, encodeEvents } from '../../src/interpreter/journal.ts';
import { planOf } from '../support/flows.ts';
import { ByHand } from './by-hand.ts';

const PASS = { Type: 'Pass', End: true };

/** Texts that version 0.1 has written. They must stay readable: add to them, and never change one. */
const WRITTEN = [
  '[1,[0,1700000000000,1,0,-1,{"n":12345678901234567890},-1,{"version":"3","alias":"live"}],' +
    '[-7,0,1,1,0,null,-1,null,"é /"],[-8,0,1,1,0,null],' +
    '[12,5,1,1,0,{},-1,{"action":"HTTP:Request","mode":"WaitForCustomCallback","attempt":1,"timeoutSeconds":null}]]',
  '[1,[0,1700000000000,1,0,-1,{}],[-8,0,1,1,0,null,-1,{"warnings":["the path $Input.x leads nowhere"]},"é /"]]',
  '[5,[13,1700000000009,1,1,0,{"Code":202},-1,null,"é /"],[14,0,2,1,0,null,-1,{"failure":{"error":"E","cause":""}}],' +
    '[9,1,1,1,0,{"a":1},3,{"failure":{"error":"E","cause":""},"caught":"Next"}],[2,0,1,1,-1,null],[5,0,1,1,-1,{},-1,{"undone":[7,8]}]]',
  '[4,[23,1700000000000,1,1,0,{"MapRunName":"ab"},-1,{"mapRun":{"name":"ab","concurrency":null,"toleratedCount":2,' +
    '"toleratedPercentage":null,"maxItems":null,"items":[1,{"n":12345678901234567890}],"continues":[4]}},"Each"],' +
    '[24,9,1,1,0,{"Items":[]}],[25,0,2,1,0,null,-1,{"failure":{"error":"E","cause":""}}]]',
];

test('every text ever written stays readable', () => {
  const [first, warned, second, mapRuns] = WRITTEN.map((text) => decodeEvents(text));
  assert.deepEqual(
    first?.map(({ event, stepName }) => [event.id, event.cause, event.type, event.timeMs, event.state, stepName]),
    [
      [1, 0, 'ExecutionStarted', 1_700_000_000_000, -1, ''],
      [2, 1, 'StateEntered', 1_700_000_000_000, 0, 'é /'],
      [3, 2, 'StateStarted', 1_700_000_000_000, 0, 'é /'],
      [4, 3, 'TaskScheduled', 1_700_000_000_005, 0, 'é /'],
    ],
  );
  assert.deepEqual(
    first?.map(({ event }) => stringifyJson(event.value)),
    ['{"n":12345678901234567890}', '{"n":12345678901234567890}', '{"n":12345678901234567890}', '{}'],
  );
  const warnings = [{ path: '', message: 'the path $Input.x leads nowhere' }];
  assert.deepEqual(warned?.at(-1)?.event.facts, { warnings });
  assert.deepEqual(
    second?.map(({ event, stepName }) => [event.cause, event.type, event.next, event.facts?.caught, stepName]),
    [
      [4, 'TaskSubmitted', -1, undefined, 'é /'],
      [4, 'TaskSubmitFailed', -1, undefined, 'é /'],
      [6, 'StateFailed', 3, 'Next', 'é /'],
      [7, 'ExecutionFailed', -1, undefined, ''],
      [8, 'ExecutionRedriven', -1, undefined, ''],
    ],
  );
  assert.deepEqual(
    mapRuns?.map(({ event, stepName }) => [event.id, event.cause, event.type, stringifyJson(event.value), stepName]),
    [
      [4, 3, 'MapRunStarted', '{"MapRunName":"ab"}', 'Each'],
      [5, 4, 'MapRunSucceeded', '{"Items":[]}', 'Each'],
      [6, 4, 'MapRunFailed', 'null', 'Each'],
    ],
  );
  const { items = null, ...spec } = mapRuns?.[0]?.event.facts?.mapRun ?? {};
  assert.equal(stringifyJson(items), '[1,{"n":12345678901234567890}]');
  assert.deepEqual(
    { ...spec },
    {
      ...{
        name: 'ab',
        concurrency: null,
        toleratedCount: 2,
        toleratedPercentage: null,
        maxItems: null,
        continues: [4],
      },
    },
  );
});

test('each type has the number that it always had', () => {
  const numbers = Array.from({ length: 26 }, (_, code) => decodeEvents(`[1,[${code},0,1,1,-1,null]]`)[0]?.event.type);
  assert.deepEqual(numbers, [
    ...['ExecutionStarted', 'ExecutionSucceeded', 'ExecutionFailed', 'ExecutionTimedOut', 'ExecutionStopped'],
    ...['ExecutionRedriven', 'StateEntered', 'StateStarted', 'StateSucceeded', 'StateFailed', 'StateTimedOut'],
    ...['StateAborted', 'TaskScheduled', 'TaskSubmitted', 'TaskSubmitFailed', 'TaskSucceeded', 'TaskFailed'],
    ...['TaskTimedOut', 'BranchEntered', 'BranchExited', 'IterationEntered', 'IterationExited'],
    ...['StateExited', 'MapRunStarted', 'MapRunSucceeded', 'MapRunFailed'],
  ]);
});

test('an unknown type is a defect', () => {
  assert.throws(() => decodeEvents('[1,[99,0,1,1,-1,null]]'), /unknown type 99/u);
  assert.throws(() => decodeEvents('[1,[-100,0,1,1,-1,null]]'), /unknown type -100/u);
});

test('every split into rows gives the same events and names', () => {
  const names = ['A', '__proto__', 'é /', '"', '1'];
  const States = names.map((Name, i) => ({
    Type: 'Pass',
    Name,
    ...(i === 4 ? { End: true } : { Next: names[i + 1] as string }),
  }));
  const map = { Type: 'Map', Name: 'M', ItemsPath: '$Input.items', End: true, Processor: { StartAt: 'A', States } };
  const input = parseJson('{"items": [null, 0, "", 98765432109876543210, {"__proto__": [1e400]}]}') as JsonObject;
  const { events, plan } = new ByHand({ StartAt: 'M', States: [map] }, input);
  const wanted = events.map((event) =>
    textOf(event, event.state === -1 ? '' : (plan.states[event.state]?.name ?? '?')),
  );
  assert.ok(events.length > 80);
  for (let size = 1; size <= events.length; size += size > 9 ? 11 : 1) {
    const rows: string[] = [];
    for (let at = 0; at < events.length; at += size) rows.push(encodeEvents(events.slice(at, at + size), plan));
    const read = rows.flatMap(decodeEvents).map(({ event, stepName }) => textOf(event, stepName));
    assert.deepEqual(read, wanted);
  }
});

function textOf(event: ExecutionEvent, stepName: string): string {
  return stringifyJson({ ...event, stepName } as unknown as JsonObject);
}

test('values of the largest depth are read', () => {
  let deep: JsonValue = 1;
  for (let i = 0; i < MAX_DEPTH; i++) deep = [deep];
  const plan = planOf({ StartAt: 'P', States: [{ ...PASS, Name: 'P' }] });
  const event = new ExecutionEvent(3, 'StateStarted', 1, 2, 1, 0, deep, -1, { items: [deep], global: { g: deep } });
  const [read] = decodeEvents(encodeEvents([event], plan));
  assert.equal(textOf(read?.event as ExecutionEvent, ''), textOf(event, ''));
});

test('a value that several events share is written once', () => {
  const input = { text: 'x'.repeat(10_000) };
  const States = ['A', 'B', 'C'].map((Name, i) => ({
    Type: 'Pass',
    Name,
    ...(i === 2 ? { End: true } : { Next: 'ABC'[i + 1] as string }),
  }));
  const { events, plan } = new ByHand({ StartAt: 'A', States }, input);
  assert.ok(encodeEvents(events, plan).length < 11_000);
});

test('no row has a gap, and none is empty', () => {
  const { events, plan } = new ByHand({ StartAt: 'P', States: [{ ...PASS, Name: 'P' }] });
  const [first, , third] = events as [ExecutionEvent, ExecutionEvent, ExecutionEvent];
  assert.throws(() => encodeEvents([first, third], plan), /gap/u);
  assert.throws(() => encodeEvents([], plan), /has an event/u);
});

test('states are numbered by the text of the definition alone: a scope in its order, then the scopes inside it', () => {
  const state = (Name: string, more: JsonObject = PASS): JsonObject => ({ ...more, Name });
  const scope = (...States: JsonObject[]): JsonObject => ({ StartAt: States.at(-1)?.['Name'] as string, States });
  const parallel = (...Branches: JsonObject[]): JsonObject => ({ Type: 'Parallel', End: true, Branches });
  const map = (Processor: JsonObject): JsonObject => ({ Type: 'Map', End: true, ItemsPath: '$Input.i', Processor });
  const definition = scope(
    state('a', parallel(scope(state('e'), state('f', map(scope(state('h'))))), scope(state('g')))),
    state('b', { ...PASS, End: false, Next: 'd' } as JsonObject),
    state('c', map(scope(state('i'), state('j')))),
    state('d', { Type: 'Choice', Branches: [{ Condition: 'true', Next: 'c' }], Default: 'a' }),
  );
  const names = 'a b c d e f h g i j'.split(' ');
  for (const mode of ['Express', 'Standard'] as const) {
    assert.deepEqual(
      planOf(definition, mode).states.map(({ name }) => name),
      names,
    );
  }
  // The order of members in the text and the other fields of a state make no difference.
  assert.deepEqual(
    planOf(backwards(definition) as JsonObject).states.map(({ name }) => name),
    names,
  );
});

/** The same value with the members of every object in the opposite order. */
function backwards(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(backwards);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, backwards(member as JsonValue)]),
  );
}
