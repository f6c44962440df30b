/** The rate at which executions enter states: how long they take, who comes first, and what ends a wait (rules.md 4.6). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createObserver } from '../../../src/base/observer.ts';
import { createStepRate } from '../../../src/runtime/driver/step-rate.ts';
import { ALONE } from '../../../src/cluster/cluster.ts';
import type { StepRate } from '../../../src/runtime/driver/step-rate.ts';
import { taskFailed, taskSucceeded } from '../../../src/testing/stand-ins.ts';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import type { TestEngine } from '../../../src/testing/test-engine.ts';
import { VirtualTime } from '../../../src/testing/virtual-time.ts';

const CLOUD = 'limits: cloud\nhistory: { keep: forever }\n';

const head = (start: string): string => `Type: StateMachine\nSpecVersion: v1\nName: f\nStartAt: ${start}\nStates:\n`;

/** States that are entered one after the other. */
function chain(length: number): string {
  const states = Array.from({ length }, (_, i) => {
    const next = i === length - 1 ? 'End: true' : `Next: S${i + 1}`;
    return `  - { Type: Pass, Name: S${i}, ${next} }\n`;
  });
  return head('S0') + states.join('');
}

/** A Map and one state for each item of `$Input.items`. */
const MAP = `${head('Each')}  - Type: Map
    Name: Each
    ItemsPath: $Input.items
    Processor: { StartAt: One, States: [{ Type: Pass, Name: One, End: true }] }
    End: true
`;

const items = (length: number) => ({ items: Array.from({ length }, (_, i) => i) });

/** Milliseconds from the first event of an execution to its last one. */
async function took(engine: TestEngine, flowName: string, name: string): Promise<number> {
  const { startedMs, stoppedMs, status } = await engine.ended(flowName, name);
  assert.equal(status, 'Succeeded');
  return stoppedMs - startedMs;
}

/** When each event of a type happened, milliseconds since the first event of the execution. */
async function timesOf(engine: TestEngine, flowName: string, name: string, type: string): Promise<number[]> {
  const events = await engine.events(flowName, name);
  const from = events[0]?.timeMs ?? 0;
  return events.filter((event) => event.type === type).map((event) => event.timeMs - from);
}

interface Wait {
  readonly Kind: string;
  readonly StepName: string;
  readonly EventId: number;
  readonly UntilTime: string;
  readonly Reason: string;
}

async function waitsOf(engine: TestEngine, FlowName: string, ExecutionName: string) {
  const reply = await engine.call('DescribeExecutionWaits', { FlowName, ExecutionName });
  return { explanation: reply['Explanation'], waits: reply['Waits'] as unknown as readonly Wait[] };
}

describe('Standard executions', () => {
  test('enter a hundred states at once and then a hundred a second with `limits: cloud`', async (t) => {
    const engine = await startTestEngine(t, { settings: CLOUD });
    await engine.createFlow('map', MAP);
    await engine.start('map', { name: 'a', input: items(250) });
    // 251 entries.
    assert.equal(await took(engine, 'map', 'a'), 1_510);
    const entries = await timesOf(engine, 'map', 'a', 'StateEntered');
    assert.equal(entries.filter((ms) => ms === 0).length, 100);
    assert.deepEqual(
      entries.slice(100),
      Array.from({ length: 151 }, (_, i) => (i + 1) * 10),
    );
    await engine.time.pass(1_000);
    await engine.start('map', { name: 'b', input: items(99) });
    assert.equal(await took(engine, 'map', 'b'), 0);
  });

  test('are not limited by default', async (t) => {
    const engine = await startTestEngine(t);
    await engine.createFlow('map', MAP);
    await engine.start('map', { name: 'a', input: items(250) });
    assert.equal(await took(engine, 'map', 'a'), 0);
  });

  test('take turns: one with many branches delays another by no more than itself', async (t) => {
    const engine = await startTestEngine(t, { limits: { stepsPerSecond: 10 } });
    await engine.createFlow('map', MAP);
    await engine.createFlow('chain', chain(3));
    await engine.start('map', { name: 'large', input: items(60) });
    await engine.start('chain', { name: 'small' });
    // Both enter in turns, from the second token on.
    assert.equal(await took(engine, 'chain', 'small'), 600);
    assert.deepEqual(await timesOf(engine, 'chain', 'small', 'StateEntered'), [200, 400, 600]);
    // 61 and 3 entries, of which ten at once.
    assert.equal(await took(engine, 'map', 'large'), 5_400);
  });

  test('say what they wait for', async (t) => {
    const engine = await startTestEngine(t, { limits: { stepsPerSecond: 1 } });
    await engine.createFlow('chain', chain(3));
    await engine.start('chain', { name: 'a' });
    await engine.start('chain', { name: 'b' });
    const { explanation, waits } = await waitsOf(engine, 'chain', 'b');
    assert.equal(explanation, 'It waits.');
    assert.equal(waits.length, 1);
    const { Kind, StepName, EventId, UntilTime, Reason } = waits[0] as Wait;
    assert.deepEqual([Kind, StepName, EventId], ['Rate', 'S0', 1]);
    assert.equal(Date.parse(UntilTime), engine.time.nowMs() + 2_000);
    assert.equal(
      Reason,
      'It waits to enter the state: all Standard executions together enter at most 1 state in a second (limits.stepsPerSecond). 1 entry comes before it, and it enters at 2026-01-01T00:00:02.000Z at the latest.',
    );
    assert.match((await waitsOf(engine, 'chain', 'a')).waits[0]?.Reason ?? '', /\. It is the next, and it enters at /);
    await engine.time.pass(2_001);
    assert.deepEqual(await timesOf(engine, 'chain', 'b', 'StateEntered'), [2_000]);
  });

  test('wait for entries alone: a task that has answered ends its branch, and the call of a retry is made', async (t) => {
    let calls = 0;
    const engine = await startTestEngine(t, {
      limits: { stepsPerSecond: 1 },
      task: async () => {
        await engine.time.pass(100);
        return calls++ === 0 ? taskFailed('E') : taskSucceeded({});
      },
    });
    const call = 'Type: Task, Action: HTTP:Request, Parameters: { url: "http://a", method: GET }';
    await engine.createFlow(
      'both',
      `${head('P')}  - Type: Parallel
    Name: P
    End: true
    Branches:
      - { StartAt: A, States: [{ Name: A, ${call}, Retry: [{ Errors: [E], IntervalSeconds: 0, MaxAttempts: 1 }], End: true }] }
      - { StartAt: B, States: [{ Name: B, Type: Pass, End: true }] }
      - { StartAt: C, States: [{ Name: C, Type: Pass, End: true }] }
`,
    );
    await engine.start('both', { name: 'a' });
    assert.equal(await took(engine, 'both', 'a'), 3_000);
    assert.deepEqual(await timesOf(engine, 'both', 'a', 'StateEntered'), [0, 1_000, 2_000, 3_000]);
    assert.deepEqual(await timesOf(engine, 'both', 'a', 'TaskScheduled'), [1_000, 1_100]);
    assert.deepEqual(await timesOf(engine, 'both', 'a', 'BranchExited'), [1_200, 2_000, 3_000]);
  });

  test('end at once when they are stopped or their flow is deleted, and leave their places to others', async (t) => {
    const engine = await startTestEngine(t, { limits: { stepsPerSecond: 1 } });
    for (const name of ['stopped', 'deleted', 'other']) await engine.createFlow(name, chain(2));
    await engine.start('other', { name: 'first' });
    await engine.start('stopped', { name: 'a' });
    await engine.start('deleted', { name: 'a' });
    await engine.start('other', { name: 'last' });
    const before = engine.time.elapsedMs;
    await engine.call('StopExecution', { FlowName: 'stopped', ExecutionName: 'a' });
    assert.equal((await engine.ended('stopped', 'a')).status, 'Stopped');
    const [record] = (await engine.stores.executions.list({ ...LIST, flowId: await idOf(engine, 'deleted') }))
      .executions;
    await engine.call('DeleteFlow', { Name: 'deleted' });
    while ((await engine.stores.executions.get(record?.id ?? 0))?.status === 'Running') await engine.time.pass(1);
    assert.ok(engine.time.elapsedMs - before < 100, 'both have ended without a token');
    // The queue was first, stopped, deleted, last.
    assert.equal(await took(engine, 'other', 'last'), 3_000);
    assert.deepEqual(await timesOf(engine, 'other', 'first', 'StateEntered'), [0, 1_000]);
    assert.deepEqual(await timesOf(engine, 'other', 'last', 'StateEntered'), [2_000, 3_000]);
  });

  test('continue after a restart of the server', async (t) => {
    const engine = await startTestEngine(t, { limits: { stepsPerSecond: 1 } });
    await engine.createFlow('chain', chain(4));
    await engine.start('chain', { name: 'a' });
    await engine.time.pass(500);
    const next = await engine.restart();
    assert.equal((await next.ended('chain', 'a')).status, 'Succeeded');
    // The new server has a full bucket.
    assert.deepEqual(await timesOf(next, 'chain', 'a', 'StateEntered'), [0, 500, 1_500, 2_500]);
  });
});

describe('Express executions', () => {
  test('are not limited by `limits: cloud`, which has a thousand starts a second', async (t) => {
    const engine = await startTestEngine(t, { settings: CLOUD });
    await engine.createFlow('chain', chain(300), 'Express');
    assert.equal((await engine.run('chain')).status, 'Succeeded');
    assert.equal(engine.time.elapsedMs, 0);
  });

  test('have a rate of their own, and the time that they wait counts for their timeout', async (t) => {
    const engine = await startTestEngine(t, { limits: { expressStepsPerSecond: 2 } });
    await engine.createFlow('ends', chain(8), 'Express');
    await engine.createFlow('late', chain(8).replace('StartAt', 'Timeout: 3\nStartAt'), 'Express');
    await engine.createFlow('standard', chain(50));
    await engine.start('standard', { name: 'a' });
    assert.equal(await took(engine, 'standard', 'a'), 0);
    const ended = await engine.run('ends');
    assert.deepEqual([ended.status, ended.stoppedMs - ended.startedMs], ['Succeeded', 3_000]);
    const late = await engine.run('late');
    assert.deepEqual([late.status, late.stoppedMs - late.startedMs], ['TimedOut', 3_000]);
  });

  test('say what they wait for', async (t) => {
    const engine = await startTestEngine(t, { limits: { expressStepsPerSecond: 1 } });
    await engine.createFlow('chain', chain(3), 'Express');
    const running = engine.run('chain', { name: 'a' });
    await engine.time.pass(500);
    const { executions } = await engine.executions.list({
      ...LIST,
      ...{ flowName: 'chain', qualifier: '', mapRunName: '', nextToken: '' },
    });
    const { explanation, waits } = await waitsOf(engine, 'chain', executions[0]?.name ?? '');
    assert.deepEqual([explanation, waits[0]?.Kind, waits[0]?.StepName], ['It waits.', 'Rate', 'S1']);
    assert.match(
      waits[0]?.Reason ?? '',
      /^It waits .* Express .* at most 1 .*\(limits\.expressStepsPerSecond\)\. It is /,
    );
    await running;
  });
});

describe('the queue for entries', () => {
  function rateOf(perSecond: number): { readonly rate: StepRate; readonly time: VirtualTime } {
    const time = new VirtualTime();
    const ports = { clock: time, scheduler: time, observer: createObserver() };
    const rate = createStepRate({ mode: 'Standard', setting: 'limits.stepsPerSecond', perSecond }, ports, ALONE);
    assert.ok(rate !== null);
    return { rate, time };
  }

  test('serves in the order of arrival, and one that arrives later takes no token of those that wait', async () => {
    const { rate, time } = rateOf(10);
    for (let n = 0; n < 10; n++) assert.ok(rate.take());
    assert.ok(!rate.take());
    const served: string[] = [];
    for (const name of ['a', 'b', 'c']) rate.wait(() => served.push(`${name} ${time.elapsedMs}`));
    await time.pass(150);
    assert.deepEqual(served, ['a 100']);
    assert.ok(!rate.take());
    await time.pass(151);
    assert.deepEqual(served, ['a 100', 'b 200', 'c 300']);
    await time.pass(100);
    assert.ok(rate.take());
    assert.ok(!rate.take());
  });

  test('says how long a place has to wait, and skips one that is given up', async () => {
    const { rate, time } = rateOf(4);
    for (let n = 0; n < 4; n++) rate.take();
    const served: string[] = [];
    const [a, b, c] = ['a', 'b', 'c'].map((name) => rate.wait(() => served.push(`${name} ${time.elapsedMs}`)));
    assert.deepEqual([a?.leftMs, b?.leftMs, c?.leftMs], [250, 500, 750]);
    assert.deepEqual([a?.ahead, b?.ahead, c?.ahead], [0, 1, 2]);
    a?.cancel();
    assert.deepEqual([b?.ahead, b?.leftMs], [0, 250]);
    await time.pass(1_000);
    assert.deepEqual(served, ['b 250', 'c 500']);
    b?.cancel();
    const last = rate.wait(() => served.push('never'));
    last.cancel();
    await time.pass(1_000);
    assert.deepEqual(served, ['b 250', 'c 500']);
    assert.ok(rate.take());
  });

  test('serves a thousand in a second of time, however many there are in a millisecond', async () => {
    const { rate, time } = rateOf(1_000_000);
    while (rate.take()) {
      // Empties the bucket.
    }
    let served = 0;
    for (let n = 0; n < 5_000; n++) rate.wait(() => served++);
    await time.pass(3);
    assert.ok(served >= 2_000 && served <= 3_000, `${served}`);
    await time.pass(3);
    assert.equal(served, 5_000);
  });
});

const LIST = {
  status: null,
  startedAfterMs: null,
  startedBeforeMs: null,
  namePrefix: '',
  version: null,
  alias: null,
  mapRun: null,
  after: null,
  limit: 10,
  metadataOnly: true,
  textUnits: 1_000,
};

async function idOf({ stores }: TestEngine, flowName: string): Promise<string> {
  const flow = await stores.flows.get(flowName);
  assert.ok(flow !== null);
  return flow.id;
}
