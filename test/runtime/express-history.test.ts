/** The history of Express executions: while they run, after their end, within its limits, and in stable pages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import type { TaskResult } from '../../src/actions/action.ts';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import type { ExecutionStatus } from '../../src/interpreter/execution.ts';
import type { Plan } from '../../src/language/plan.ts';
import { ExpressHistory } from '../../src/runtime/express/history/express-history.ts';
import type { ExpressHistoryOptions } from '../../src/runtime/express/history/express-history.ts';
import type { ExpressRuntime, SyncResult } from '../../src/runtime/express/express.ts';
import type { ExpressSource, RetainedExecution } from '../../src/runtime/express/history/retained-execution.ts';
import { weighValue } from '../../src/runtime/express/history/value-weight.ts';
import type { ExecutionQuery } from '../../src/store/executions.ts';
import type { FlowRecord } from '../../src/store/flows.ts';
import { planOf, runtimeOf, startOf } from '../support/flows.ts';
import { standInActions } from '../../src/testing/stand-ins.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const none = standInActions(() => Promise.reject(new Error('no task is expected')));
const PASS = planOf({ StartAt: 'A', States: [{ Type: 'Pass', Name: 'A', End: true }] });
const WAITING = planOf({
  StartAt: 'A',
  States: [
    { Type: 'Pass', Name: 'A', Next: 'Wait' },
    { Type: 'Wait', Name: 'Wait', Seconds: 5, End: true },
  ],
});
const FAILING = planOf({ StartAt: 'F', States: [{ Type: 'Fail', Name: 'F', Code: 'Broken', Detail: 'on purpose' }] });
const CALL = { Type: 'Task', Action: 'HTTP:Request', Parameters: { url: 'http://x.invalid/', method: 'GET' } };

function sourceOf(plan: Plan, changes: Partial<FlowRecord> = {}, version = ''): ExpressSource {
  const flow: FlowRecord = {
    name: 'test',
    id: 'flow-1',
    definition: 'the definition',
    description: '',
    type: 'FDL',
    executionMode: 'Express',
    roleArn: 'a role',
    externalStorageLocation: '',
    environment: [{ name: 'a', value: 'b', description: '' }],
    resourceGroupId: '',
    createdMs: 0,
    lastModifiedMs: 0,
    revision: 1,
    ...changes,
  };
  return { flow, plan, version };
}

const EVERYTHING: ExecutionQuery = {
  flowId: 'flow-1',
  status: null,
  startedAfterMs: null,
  startedBeforeMs: null,
  namePrefix: '',
  version: null,
  alias: null,
  after: null,
  limit: 1000,
  metadataOnly: true,
  textUnits: Number.POSITIVE_INFINITY,
};

class House {
  readonly clock = new VirtualTime();
  readonly history: ExpressHistory;
  readonly runtime: ExpressRuntime;

  constructor(limits: Partial<ExpressHistoryOptions> = {}, actions = none) {
    const nowMs = () => this.clock.nowMs();
    this.history = new ExpressHistory({ executions: 1000, ageMs: 3_600_000, bytes: 2 ** 26, nowMs, ...limits });
    this.runtime = runtimeOf(this.clock, actions, {}, { history: this.history });
  }

  run(source: ExpressSource, name: string, input: JsonObject = {}, alias = ''): Promise<SyncResult> {
    const inputText = JSON.stringify(input);
    const flowName = source.flow.name;
    const origin = { source, alias, inputText };
    return this.runtime.run({ ...startOf(source.plan, input, name), flowName, origin });
  }

  find(name: string): RetainedExecution {
    const kept = this.history.find('flow-1', name);
    assert.ok(kept !== null, name);
    return kept;
  }

  names(query: Partial<ExecutionQuery> = {}): string[] {
    return this.history.list({ ...EVERYTHING, ...query }).executions.map(({ name }) => name);
  }
}

function types(kept: RetainedExecution, fromEvent = 1, limit = 1000): string[] {
  return kept.events(fromEvent, limit).events.map(({ type }) => type);
}

test('an ended execution is shown with its input, output and events', async () => {
  const house = new House();
  const result = await house.run(sourceOf(PASS), 'one', { a: 1 });
  const kept = house.find('one');
  assert.deepEqual(kept.view(false), {
    flowName: 'test',
    name: 'one',
    status: 'Succeeded',
    startedMs: result.startedMs,
    stoppedMs: result.stoppedMs,
    input: '{"a":1}',
    output: result.output,
    definition: 'the definition',
    roleArn: 'a role',
    environment: [{ name: 'a', value: 'b', description: '' }],
  });
  const { input, output, definition } = kept.view(true);
  assert.deepEqual([input, output, definition], ['', '', '']);
  assert.deepEqual(types(kept), [
    'ExecutionStarted',
    'StateEntered',
    'StateStarted',
    'StateSucceeded',
    'ExecutionSucceeded',
  ]);
  const { events } = kept.events(1, 5);
  assert.deepEqual(
    events.map((event) => [event.id, kept.stepName(event)]),
    [
      [1, ''],
      [2, 'A'],
      [3, 'A'],
      [4, 'A'],
      [5, ''],
    ],
  );
  assert.equal(house.history.find('flow-2', 'one'), null);
  assert.equal(house.history.find('flow-1', 'two'), null);
  await kept.whenEnded().ended;
});

test('events come in pages, also beyond the last event', async () => {
  const house = new House();
  await house.run(sourceOf(PASS), 'one');
  const kept = house.find('one');
  assert.deepEqual(kept.events(1, 2).nextEvent, 3);
  assert.deepEqual(
    kept.events(3, 2).events.map(({ id }) => id),
    [3, 4],
  );
  assert.deepEqual(kept.events(3, 2).nextEvent, 5);
  assert.deepEqual(kept.events(5, 2).nextEvent, null);
  assert.deepEqual(kept.events(6, 2), { events: [], nextEvent: null });
  assert.deepEqual(kept.events(2 ** 50, 2), { events: [], nextEvent: null });
});

test('a running execution is shown with its events so far, and its end wakes waiting callers', async () => {
  const house = new House();
  const result = house.run(sourceOf(WAITING), 'one', {}, 'prod');
  const kept = house.find('one');
  assert.equal(kept.status, 'Running');
  assert.equal(kept.stoppedMs, 0);
  assert.equal(kept.view(false).output, '');
  assert.equal(types(kept).at(-1), 'StateStarted');
  assert.equal(kept.events(1, 100).nextEvent, null);
  assert.deepEqual(house.names({ status: 'Running', alias: 'prod' }), ['one']);
  const impatient = kept.whenEnded();
  impatient.forget();
  await impatient.ended;
  assert.equal(kept.status, 'Running');
  await kept.whenEnded().ended;
  assert.equal(house.clock.elapsedMs, 5_000);
  assert.equal(kept.status, 'Succeeded');
  await result;
  assert.equal(house.find('one'), kept);
  assert.deepEqual(house.names({ status: 'Running' }), []);
  assert.equal(types(kept).at(-1), 'ExecutionSucceeded');
});

test('the newest ended executions are retained, up to a number', async () => {
  const house = new House({ executions: 3 });
  const slow = house.run(sourceOf(WAITING), 'slow');
  for (let i = 0; i < 3; i++) await house.run(sourceOf(PASS), `a${i}`);
  assert.equal(house.find('a0').name, 'a0');
  for (let i = 0; i < 2; i++) await house.run(sourceOf(PASS), `b${i}`);
  assert.equal(house.history.find('flow-1', 'a0'), null);
  assert.deepEqual(house.names(), ['b1', 'b0', 'a2', 'slow']);
  await slow;
  assert.deepEqual(house.names(), ['b1', 'b0', 'slow']);
  assert.equal(house.history.find('flow-1', 'a2'), null);
});

test('they are retained for a time', async () => {
  const house = new House({ ageMs: 10_000 });
  await house.run(sourceOf(PASS), 'first');
  await house.run(sourceOf(WAITING), 'second');
  await house.run(sourceOf(WAITING), 'third');
  assert.deepEqual(house.names(), ['third', 'second', 'first']);
  house.clock.jump(1);
  assert.deepEqual(house.names(), ['third', 'second']);
  assert.equal(house.history.find('flow-1', 'first'), null);
  house.clock.jump(60_000);
  assert.deepEqual(house.names(), []);
  assert.equal(house.history.bytes, 0);
});

/** Builds a new value of 60 KB in every state, in an endless loop. */
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

test('a flow that builds large values endlessly remains within its share; its beginning and its end are retained', async () => {
  const limit = 4 * 2 ** 20;
  const clock = new VirtualTime({ busyTurnMs: 10 });
  const history = new ExpressHistory({ executions: 1000, ageMs: 1e9, bytes: limit, nowMs: () => clock.nowMs() });
  const runtime = runtimeOf(clock, none, {}, { history });
  const input = { seed: 'x'.repeat(30_000) };
  const running = Array.from({ length: 20 }, (_, i) => {
    const origin = { source: sourceOf(GROWING), alias: '', inputText: JSON.stringify(input) };
    return runtime.run({ ...startOf(GROWING, input, `e${i}`), origin });
  });
  const seen = setInterval(() => assert.ok(history.bytes <= limit), 1);
  const results = await Promise.all(running);
  clearInterval(seen);
  assert.ok(results.every(({ status }) => status === 'TimedOut'));
  assert.ok(history.bytes <= limit, `${history.bytes} bytes`);
  const kept = history.list(EVERYTHING).executions;
  assert.ok(kept.length >= 5, `${kept.length} kept`);
  // Executions that began while there was no room have only their end.
  const one = kept.find((each) => types(each)[0] === 'ExecutionStarted');
  assert.ok(one !== undefined);
  assert.ok(one.bytes <= history.share + 70_000, `${one.bytes} bytes`);
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
  assert.deepEqual(types(one, last, 10), ['ExecutionTimedOut']);
  assert.deepEqual(one.events(ids.length + 1, 10).events.length, 1);
});

test('without any room, executions run as usual and none is retained', async () => {
  const house = new House({ bytes: 100 });
  assert.equal((await house.run(sourceOf(PASS), 'one')).status, 'Succeeded');
  const waiting = house.run(sourceOf(WAITING), 'two');
  assert.deepEqual(house.names(), []);
  await waiting;
  assert.equal(house.history.bytes, 0);
});

test('each version of a changed definition counts once', async () => {
  const house = new House({ bytes: 2 ** 20 });
  const definition = 'd'.repeat(50_000);
  const same = sourceOf(PASS, { definition });
  for (let i = 0; i < 50; i++) await house.run(same, `same${i}`);
  assert.equal(house.names().length, 50);
  for (let i = 0; i < 50; i++) {
    await house.run(sourceOf(PASS, { definition, revision: i }), `e${i}`);
    assert.ok(house.history.bytes <= 2 ** 20);
  }
  const left = house.names().length;
  assert.ok(left >= 8 && left <= 11, `${left} left`);
  for (let i = 0; i < 1000; i++) await house.run(same, `again${i}`);
  assert.ok(house.history.bytes <= 2 ** 20);
  house.history.forgetFlow('test');
  assert.equal(house.history.bytes, 0);
});

test('the estimate is not below the memory of values', () => {
  const texts: JsonObject[] = [
    { a: 1 },
    { order: { id: 'o-1024', amount: 99.5, lines: ['apples', 'pears'] }, customer: { name: 'Li Lei', level: '新' } },
    { numbers: Array.from({ length: 50 }, (_, i) => i + 0.5) },
    { [`key with a long name ${'.'.repeat(40)}`]: ['', null, true, 1e300] },
    Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`k${i}`, { i }])),
    { text: '字'.repeat(2_000), deep: [[[[[[{}]]]]]] },
  ];
  for (const value of texts) {
    const text = JSON.stringify(value);
    const copies = Math.ceil(4_000_000 / text.length);
    const parse = (): JsonValue => JSON.parse(text) as JsonValue;
    const held: JsonValue[] = new Array(copies).fill(null) as JsonValue[];
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < copies; i++) held[i] = parse();
    collect();
    const each = (process.memoryUsage().heapUsed - before) / copies;
    const weight = weighValue(held[copies - 1] as JsonValue, Number.POSITIVE_INFINITY);
    assert.ok(weight >= each, `${text.slice(0, 60)}: ${weight} for ${each.toFixed(0)} bytes`);
    assert.ok(weight <= each * 6 + 200, `${text.slice(0, 60)}: ${weight} for ${each.toFixed(0)} bytes`);
  }
});

test('retained executions take no more memory than the estimate, even if short names are slices of long requests', async () => {
  const house = new House({ executions: 2_000, bytes: 2 ** 27 });
  const source = sourceOf(PASS);
  const one = async (i: number): Promise<void> => {
    // Slices, as `wire/` cuts parameters out of a body.
    const body = `${i}-a-name-of-some-length&{"a":${i},"b":"0123456789"}&${'x'.repeat(20_000)}`.split('').join('');
    const end = body.indexOf('&');
    const name = body.slice(0, end);
    const inputText = body.slice(end + 1, body.indexOf('}') + 1);
    const origin = { source, alias: '', inputText };
    await house.runtime.run({ ...startOf(PASS, JSON.parse(inputText) as JsonObject, name), origin });
  };
  for (let i = 0; i < 100; i++) await one(i);
  collect();
  const before = process.memoryUsage().heapUsed;
  const countedBefore = house.history.bytes;
  for (let i = 100; i < 1_100; i++) await one(i);
  collect();
  const grown = process.memoryUsage().heapUsed - before;
  const counted = house.history.bytes - countedBefore;
  assert.equal(house.names().length, 1000);
  // Other objects on the heap vary by half a megabyte.
  assert.ok(grown <= counted + 500_000, `${grown} bytes for ${counted} counted`);
});

test('the deletion of a flow drops its executions, running ones included', async () => {
  const house = new House();
  const other = sourceOf(PASS, { name: 'other', id: 'flow-2' });
  const running = house.run(sourceOf(WAITING), 'runs');
  await house.run(sourceOf(PASS), 'ended');
  await house.run(other, 'other');
  assert.equal(house.find('ended').name, 'ended');
  const { ended } = house.find('runs').whenEnded();
  house.history.forgetFlow('test');
  await ended;
  assert.equal(house.clock.elapsedMs, 0);
  assert.deepEqual(house.names(), []);
  assert.equal(house.history.find('flow-1', 'runs'), null);
  assert.equal(house.history.find('flow-1', 'ended'), null);
  assert.equal(house.history.find('flow-2', 'other')?.name, 'other');
  assert.equal((await running).status, 'Succeeded');
  assert.deepEqual(house.names(), []);
  const again = sourceOf(PASS, { id: 'flow-3' });
  await house.run(again, 'again');
  assert.deepEqual(house.names({ flowId: 'flow-3' }), ['again']);
  house.history.forgetFlow('test');
  house.history.forgetFlow('other');
  assert.equal(house.history.bytes, 0);
});

test('an execution that a defect ended is not retained', async () => {
  const house = new House(
    {},
    {
      find() {
        throw new TypeError('a planted defect');
      },
    },
  );
  const plan = planOf({
    StartAt: 'Wait',
    States: [
      { Type: 'Wait', Name: 'Wait', Seconds: 5, Next: 'Broken' },
      { ...CALL, Name: 'Broken', End: true },
    ],
  } as never);
  const run = house.run(sourceOf(plan), 'one');
  const { ended } = house.find('one').whenEnded();
  await assert.rejects(run, /a planted defect/u);
  await ended;
  assert.deepEqual(house.names(), []);
  assert.equal(house.history.bytes, 0);
});

test('each filter of the list selects its executions', async () => {
  const house = new House();
  const times: number[] = [];
  for (const [name, source, alias] of [
    ['run-1', sourceOf(PASS), ''],
    ['run-2', sourceOf(PASS, {}, '1'), ''],
    ['x-run', sourceOf(FAILING, {}, '1'), 'prod'],
  ] as const) {
    house.clock.jump(1_000);
    times.push(house.clock.nowMs());
    await house.run(source, name, {}, alias);
  }
  assert.deepEqual(house.names(), ['x-run', 'run-2', 'run-1']);
  assert.deepEqual(house.names({ namePrefix: 'run' }), ['run-2', 'run-1']);
  assert.deepEqual(house.names({ status: 'Failed' }), ['x-run']);
  assert.deepEqual(house.names({ version: '1' }), ['x-run', 'run-2']);
  assert.deepEqual(house.names({ version: '' }), ['run-1']);
  assert.deepEqual(house.names({ alias: 'prod' }), ['x-run']);
  assert.deepEqual(house.names({ startedAfterMs: times[0] as number }), ['x-run', 'run-2']);
  assert.deepEqual(house.names({ startedBeforeMs: times[2] as number }), ['run-2', 'run-1']);
  assert.deepEqual(house.names({ flowId: 'flow-2' }), []);
});

test('a page ends when its texts are too long for one answer', async () => {
  const house = new House();
  const source = sourceOf(PASS, { definition: 'd'.repeat(10_000) });
  for (let i = 0; i < 10; i++) await house.run(source, `e${i}`);
  const query = { ...EVERYTHING, metadataOnly: false, textUnits: 25_000 };
  const first = house.history.list(query);
  assert.equal(first.executions.length, 3);
  assert.equal(house.history.list({ ...query, after: first.next }).executions[0]?.name, 'e6');
  assert.equal(house.history.list({ ...query, metadataOnly: true }).executions.length, 10);
});

/** The expected list: the names of all started executions, newest first. */
interface Model {
  readonly name: string;
  status: ExecutionStatus;
}

test('pages do not change while other executions start and end', async () => {
  const step = fc.oneof(
    fc.constant({ kind: 'pass' } as const),
    fc.constant({ kind: 'task' } as const),
    fc.record({ kind: fc.constant('answer' as const), which: fc.nat(5) }),
    fc.record({ kind: fc.constant('page' as const), limit: fc.integer({ min: 1, max: 4 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const open: { one: Model; answer: (result: TaskResult) => void; run: Promise<SyncResult> }[] = [];
      let asked: (result: TaskResult) => void = () => {};
      const house = new House(
        {},
        standInActions(
          () =>
            new Promise((resolve) => {
              asked = resolve;
            }),
        ),
      );
      const pass = sourceOf(PASS);
      const task = sourceOf(planOf({ StartAt: 'T', States: [{ ...CALL, Name: 'T', End: true }] } as never));
      const model: Model[] = [];
      let page: { after: ExecutionQuery['after']; expected: Model[] } | null = null;
      for (const [i, each] of steps.entries()) {
        if (each.kind === 'pass') {
          await house.run(pass, `e${i}`);
          model.unshift({ name: `e${i}`, status: 'Succeeded' });
        } else if (each.kind === 'task') {
          const one: Model = { name: `e${i}`, status: 'Running' };
          const run = house.run(task, one.name);
          open.push({ one, answer: asked, run });
          model.unshift(one);
        } else if (each.kind === 'answer') {
          const [found] = open.splice(each.which % Math.max(1, open.length), 1);
          if (found === undefined) continue;
          found.answer({ ok: true, output: {} });
          await found.run;
          found.one.status = 'Succeeded';
        } else {
          page ??= { after: null, expected: [...model] };
          const got = house.history.list({ ...EVERYTHING, limit: each.limit, after: page.after });
          const expected: Model[] = page.expected.splice(0, each.limit);
          assert.deepEqual(
            got.executions.map(({ name, status }) => ({ name, status })),
            expected,
          );
          assert.equal(got.next === null, page.expected.length === 0);
          page = got.next === null ? null : { after: got.next, expected: page.expected };
        }
      }
      for (const { answer } of open) answer({ ok: true, output: {} });
      await Promise.all(open.map(({ run }) => run));
    }),
    { numRuns: 60 },
  );
});
