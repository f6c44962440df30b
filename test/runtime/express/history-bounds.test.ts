/**
 * The memory that retained Express executions take: bounded by number, age and bytes. The estimates are
 * compared with figures that were measured once, because the heap of a test run holds other objects as well.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getHeapSnapshot } from 'node:v8';
import type { JsonObject } from '../../../src/base/json.ts';
import { weighValue } from '../../../src/base/value-weight.ts';
import { VirtualTime } from '../../../src/testing/virtual-time.ts';
import { planOf, startOf } from '../../support/flows.ts';
import { EVERYTHING, PASS, RetainingRuntime, WAITING, sourceOf, typesOf } from './retaining-runtime.ts';

test('the newest executions that have ended are retained, up to a number', async () => {
  const express = new RetainingRuntime({ limits: { executions: 3 } });
  const slow = express.run(sourceOf(WAITING), 'slow');
  for (let i = 0; i < 3; i++) await express.run(sourceOf(PASS), `a${i}`);
  assert.equal(express.find('a0').name, 'a0');
  for (let i = 0; i < 2; i++) await express.run(sourceOf(PASS), `b${i}`);
  assert.equal(express.history.find('flow-1', 'a0'), null);
  assert.deepEqual(express.names(), ['b1', 'b0', 'a2', 'slow']);
  await slow;
  assert.deepEqual(express.names(), ['b1', 'b0', 'slow']);
  assert.equal(express.history.find('flow-1', 'a2'), null);
});

test('executions are retained for a time', async () => {
  const express = new RetainingRuntime({ limits: { ageMs: 10_000 } });
  await express.run(sourceOf(PASS), 'first');
  await express.run(sourceOf(WAITING), 'second');
  await express.run(sourceOf(WAITING), 'third');
  assert.deepEqual(express.names(), ['third', 'second', 'first']);
  express.time.jump(1);
  assert.deepEqual(express.names(), ['third', 'second']);
  assert.equal(express.history.find('flow-1', 'first'), null);
  express.time.jump(60_000);
  assert.deepEqual(express.names(), []);
  assert.equal(express.history.bytes, 0);
});

/** Builds a new value of 60 KB in every state, until its timeout. */
const GROWING = planOf({
  Timeout: 1,
  StartAt: 'Build',
  States: [
    {
      Type: 'Pass',
      Name: 'Build',
      OutputConstructor: { 'seed.$': '$Input.seed', 'text.$': 'format("{}{}", $Input.seed, randomInt(0, 9))' },
      Next: 'Build',
    },
  ],
});

/** Calls `look` for every event, each of which reads the clock. */
class WatchedTime extends VirtualTime {
  look: () => void = () => {};

  override nowMs(): number {
    this.look();
    return super.nowMs();
  }
}

test('an execution that builds large values without end stays within its share, with its first events and its end', async () => {
  const limit = 4 * 2 ** 20;
  const time = new WatchedTime({ busyTurnMs: 10 });
  const express = new RetainingRuntime({ limits: { bytes: limit, ageMs: 1e9 }, time });
  let mostBytes = 0;
  time.look = () => {
    mostBytes = Math.max(mostBytes, express.history.bytes);
  };
  const input = { seed: 'x'.repeat(30_000) };
  const running = Array.from({ length: 20 }, (_, i) => express.run(sourceOf(GROWING), `e${i}`, input));
  for (const { status } of await Promise.all(running)) assert.equal(status, 'TimedOut');
  assert.ok(mostBytes > limit / 2 && mostBytes <= limit, `${mostBytes} bytes`);
  const retained = express.history.list(EVERYTHING).executions;
  assert.ok(retained.length >= 5, `${retained.length} executions`);
  // An execution that started when there was no room has only its end.
  const one = retained.find((each) => typesOf(each)[0] === 'ExecutionStarted');
  assert.ok(one !== undefined);
  assert.ok(one.bytes <= express.history.share + 70_000, `${one.bytes} bytes`);
  assert.equal(one.view(true).status, 'TimedOut');
  const { events, nextEvent } = one.events(1, 1_000_000);
  assert.equal(nextEvent, null);
  assert.equal(events.at(-1)?.type, 'ExecutionTimedOut');
  const ids = events.map(({ id }) => id);
  assert.deepEqual(
    ids.slice(0, -1),
    ids.slice(0, -1).map((_, i) => i + 1),
  );
  const last = ids.at(-1) as number;
  assert.ok(last > ids.length);
  assert.equal(one.events(1, ids.length - 1).nextEvent, last);
  assert.deepEqual(typesOf(one, last, 10), ['ExecutionTimedOut']);
  assert.deepEqual(one.events(ids.length + 1, 10).events.length, 1);
});

test('without room executions run, and none is retained', async () => {
  const express = new RetainingRuntime({ limits: { bytes: 100 } });
  assert.equal((await express.run(sourceOf(PASS), 'one')).status, 'Succeeded');
  const waiting = express.run(sourceOf(WAITING), 'two');
  assert.deepEqual(express.names(), []);
  await waiting;
  assert.equal(express.history.bytes, 0);
});

test('each revision of a definition counts once', async () => {
  const express = new RetainingRuntime({ limits: { bytes: 2 ** 20 } });
  const definition = 'd'.repeat(50_000);
  const same = sourceOf(PASS, { definition });
  for (let i = 0; i < 50; i++) await express.run(same, `same${i}`);
  assert.equal(express.names().length, 50);
  for (let i = 0; i < 50; i++) {
    await express.run(sourceOf(PASS, { definition, revision: i }), `e${i}`);
    assert.ok(express.history.bytes <= 2 ** 20);
  }
  const left = express.names().length;
  assert.ok(left >= 8 && left <= 11, `${left} left`);
  for (let i = 0; i < 1000; i++) await express.run(same, `again${i}`);
  assert.ok(express.history.bytes <= 2 ** 20);
  express.history.forgetFlow('flow-1');
  assert.equal(express.history.bytes, 0);
});

/** Bytes of the heap for each of many copies of a value, measured with Node 24 on x64. */
const MEASURED: readonly (readonly [value: JsonObject, bytes: number])[] = [
  [{ a: 1 }, 32],
  [
    { order: { id: 'o-1024', amount: 99.5, lines: ['apples', 'pears'] }, customer: { name: 'Li Lei', level: '新' } },
    304,
  ],
  [{ numbers: Array.from({ length: 50 }, (_, i) => i + 0.5) }, 480],
  [{ [`key with a long name ${'.'.repeat(40)}`]: ['', null, true, 1e300] }, 128],
  [Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`k${i}`, { i }])), 2424],
  [{ text: '字'.repeat(2_000), deep: [[[[[[{}]]]]]] }, 4448],
];
/** The same for a retained execution of one state with a short input. */
const MEASURED_EXECUTION = 1104;

test('the estimate of a value is not below its measured size, and at most a few times as large', () => {
  for (const [value, bytes] of MEASURED) {
    const weight = weighValue(value, Number.POSITIVE_INFINITY);
    assert.ok(weight >= bytes && weight <= bytes * 6 + 200, `${JSON.stringify(value).slice(0, 60)}: ${weight}`);
  }
});

/** Finds a request body, and its number, among the strings of the heap. The pattern does not match its own source. */
const BODY = /~body-(\d+)~/;

/** Numbers of the request bodies that the garbage collector cannot free. */
async function heldBodies(): Promise<number[]> {
  let text = '';
  for await (const chunk of getHeapSnapshot()) text += String(chunk);
  const { strings } = JSON.parse(text) as { readonly strings: readonly string[] };
  return strings.flatMap((string) => BODY.exec(string)?.[1] ?? []).map(Number);
}

test('a retained execution counts what it takes, and holds no request body from which its texts were cut', async () => {
  const count = 100;
  const express = new RetainingRuntime();
  const source = sourceOf(PASS);
  // The wire cuts parameters out of a body. V8 represents such a part as a slice, which holds the whole body.
  const partsOf = (i: number): string[] =>
    `${i}-a-name-of-some-length&{"a":${i},"b":"0123456789"}&~body-${i}~${'x'.repeat(20_000)}`
      .split('')
      .join('')
      .split('&', 2);
  for (let i = 0; i < count; i++) {
    const [name = '', inputText = ''] = partsOf(i);
    const start = startOf(PASS, JSON.parse(inputText) as JsonObject, name);
    await express.runtime.run({ ...start, facts: { source, alias: '', inputText } });
  }
  assert.equal(express.names().length, count);
  assert.ok(express.history.bytes >= count * MEASURED_EXECUTION, `${express.history.bytes} bytes`);
  const planted = partsOf(count);
  const held = await heldBodies();
  assert.ok(held.includes(count), 'the body of the planted parts is held');
  assert.equal(planted.length, 2);
  // V8 may remember the string that was split last.
  assert.deepEqual(
    held.filter((i) => i < count - 1),
    [],
  );
});
