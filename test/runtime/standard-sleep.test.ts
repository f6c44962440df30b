/** Executions that only wait leave memory; time or a callback loads them again, once, even if the wall clock jumps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskResult } from '../../src/actions/action.ts';
import { standInActions } from '../../src/testing/stand-ins.ts';
import { flowRecord, startTestEngine } from '../../src/testing/test-engine.ts';
import type { TestEngine } from '../../src/testing/test-engine.ts';
import { fileEnd } from '../support/at-end.ts';

const WAIT = `
Type: StateMachine
SpecVersion: v1
Name: wait
StartAt: W
States:
  - { Type: Wait, Name: W, Seconds: 300, End: true }
`;

const ASK = `
Type: StateMachine
SpecVersion: v1
Name: ask
StartAt: A
States:
  - { Type: Task, Name: A, Action: "Test:Ask", TaskMode: WaitForCustomCallback, Timeout: 86400, End: true }
`;

async function started(
  definition: string,
  flowName: string,
  count: number,
  tokens: string[] = [],
): Promise<TestEngine> {
  const world = await startTestEngine(fileEnd, {
    actions: standInActions((call) => {
      tokens.push(call.taskToken ?? '');
      return Promise.resolve({ ok: true, output: {} });
    }),
  });
  await world.stores.flows.create(flowRecord(flowName, definition, 'Standard'));
  for (let i = 0; i < count; i++) {
    await world.executions.start({
      flowName,
      executionName: `e${i}`,
      inputText: '',
      input: {},
      qualifier: '',
      callbackToken: '',
    });
  }
  return world;
}

test('thousands of waiting executions leave memory, and all continue in time', async () => {
  const count = 3_000;
  const world = await started(WAIT, 'wait', count);
  const beganMs = world.time.elapsedMs;
  // A run that a caller has obtained remains in memory for the turn.
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(world.durable.inMemory <= 1_000, `${world.durable.inMemory} in memory`);
  const ends = await Promise.all(
    Array.from({ length: count }, (_, i) => world.executions.describe('wait', `e${i}`, 310_000)),
  );
  assert.deepEqual(new Set(ends.map(({ status }) => status)), new Set(['Succeeded']));
  assert.ok(world.time.elapsedMs - beganMs < 302_000);
  assert.deepEqual(world.troubles, []);
  world.durable.close();
});

test('a callback wakes an execution of an earlier process', async () => {
  const tokens: string[] = [];
  const world = await started(ASK, 'ask', 1, tokens);
  await world.executions.describe('ask', 'e0', 1_000);
  const again = await world.restart();
  assert.equal(again.durable.inMemory, 0, 'sleeping executions remain asleep');
  await again.executions.report(tokens[0] ?? '', { ok: true, output: { yes: 1 } });
  assert.equal((await again.executions.describe('ask', 'e0', 60_000)).output, '{"yes":1}');
  assert.equal(tokens.length, 1, 'work that was accepted is not called again');
  again.durable.close();
});

for (const [what, hours] of [
  ['set on', 1],
  ['set back', -1],
] as const) {
  test(`a wall clock that is ${what} by an hour makes nothing fire twice or wait for ever`, async () => {
    const world = await started(WAIT, 'wait', 1_200);
    world.time.jump(hours * 3_600_000);
    const ends = await Promise.all(
      Array.from({ length: 1_200 }, (_, i) => world.executions.describe('wait', `e${i}`, 700_000)),
    );
    assert.deepEqual(new Set(ends.map(({ status }) => status)), new Set(['Succeeded']));
    for (const i of [0, 600, 1_199]) {
      const { events } = await world.executions.history('wait', `e${i}`, 1, 100);
      assert.equal(events.length, 5);
      const times = events.map(({ timeMs }) => timeMs);
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      );
    }
    world.durable.close();
  });
}

test('an execution does not sleep while this process works for it, and a restart does that work again', async () => {
  const invoke =
    '"FC:InvokeFunction", Parameters: { resourceArn: "acs:fc:::functions/f/LATEST", invocationType: Async }';
  const definition = ASK.replace('"Test:Ask"', invoke).replace('WaitForCustomCallback', 'WaitForSystemCallback');
  const ends: ((result: TaskResult) => void)[] = [];
  const world = await startTestEngine(fileEnd, {
    actions: standInActions(() => {
      const completion = new Promise<TaskResult>((resolve) => ends.push(resolve));
      return Promise.resolve({ ok: true, output: {}, completion });
    }),
  });
  await world.stores.flows.create(flowRecord('ask', definition, 'Standard'));
  const start = { flowName: 'ask', executionName: 'e', inputText: '', input: {}, qualifier: '', callbackToken: '' };
  await world.executions.start(start);
  await world.executions.describe('ask', 'e', 1_000);
  assert.equal((await world.stores.executions.get(1))?.wakeMs, null);
  const again = await world.restart();
  await again.executions.describe('ask', 'e', 1_000);
  assert.equal(ends.length, 2);
  ends[1]?.({ ok: true, output: { done: true } });
  assert.equal((await again.executions.describe('ask', 'e', 60_000)).output, '{"done":true}');
  again.durable.close();
});
