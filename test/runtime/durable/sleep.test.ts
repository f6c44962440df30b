/** Executions that only wait leave memory. Time or a report brings each back once, also when the wall clock jumps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { taskSucceeded } from '../../../src/testing/stand-ins.ts';
import type { TaskResult } from '../../../src/testing/stand-ins.ts';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import type { TestEngine } from '../../../src/testing/test-engine.ts';
import { CALLBACK, oneState } from './definitions.ts';

const ASK = oneState('ask', `${CALLBACK}, Timeout: 86400`);

/** Executions `e0`, `e1`, … of a flow that waits for five minutes. */
async function startWaiting(t: TestContext, count: number): Promise<TestEngine> {
  const engine = await startTestEngine(t);
  await engine.createFlow('wait', oneState('wait', 'Type: Wait, Seconds: 300'));
  for (let i = 0; i < count; i++) await engine.start('wait', { name: `e${i}` });
  return engine;
}

/** The statuses of all of them, each once. */
async function ends(engine: TestEngine, count: number, withinMs: number): Promise<Set<string>> {
  const all = Array.from({ length: count }, (_, i) => engine.ended('wait', `e${i}`, withinMs));
  return new Set((await Promise.all(all)).map(({ status }) => status));
}

test('thousands of waiting executions are rows in the store, and all of them end in time', async (t) => {
  const count = 3_000;
  const engine = await startWaiting(t, count);
  const beganMs = engine.time.elapsedMs;
  // A run that was just returned to a caller leaves memory in the next turn.
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(engine.durable.inMemory <= 1_000, `${engine.durable.inMemory} in memory`);
  assert.deepEqual(await ends(engine, count, 310_000), new Set(['Succeeded']));
  assert.ok(engine.time.elapsedMs - beganMs < 302_000);
});

test('a report wakes an execution of an earlier process', async (t) => {
  const tokens: string[] = [];
  const engine = await startTestEngine(t, {
    task(call) {
      tokens.push(call.taskToken ?? '');
      return taskSucceeded();
    },
  });
  await engine.createFlow('ask', ASK);
  await engine.start('ask', { name: 'one' });
  await engine.time.pass(1_000);
  const next = await engine.restart();
  assert.equal(next.durable.inMemory, 0, 'a sleeping execution remains asleep');
  await next.executions.report(tokens[0] ?? '', { ok: true, output: { yes: 1 } });
  assert.equal((await next.ended('ask', 'one')).output, '{"yes":1}');
  assert.equal(tokens.length, 1, 'accepted work is not called again');
});

for (const [direction, hours] of [
  ['forward', 1],
  ['back', -1],
] as const) {
  test(`after the wall clock was set ${direction} by an hour, every execution ends once`, async (t) => {
    const count = 1_200;
    const engine = await startWaiting(t, count);
    engine.time.jump(hours * 3_600_000);
    assert.deepEqual(await ends(engine, count, 700_000), new Set(['Succeeded']));
    for (const i of [0, 600, 1_199]) {
      const events = await engine.events('wait', `e${i}`);
      assert.equal(events.length, 5);
      const times = events.map(({ timeMs }) => timeMs);
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      );
    }
  });
}

test('work that this process does itself holds its execution in memory, and a restart does it again', async (t) => {
  const finish: ((result: TaskResult) => void)[] = [];
  const engine = await startTestEngine(t, {
    task() {
      const completion = new Promise<TaskResult>((resolve) => finish.push(resolve));
      return { ok: true, output: {}, completion };
    },
  });
  const invoke = `Type: Task, Action: "FC:InvokeFunction", TaskMode: WaitForSystemCallback, Timeout: 86400`;
  const parameters = '{ resourceArn: "acs:fc:::functions/f/LATEST", invocationType: Async }';
  await engine.createFlow('work', oneState('work', `${invoke}, Parameters: ${parameters}`));
  await engine.start('work', { name: 'one' });
  await engine.time.pass(1_000);
  assert.equal((await engine.stores.executions.get(1))?.wakeMs, null);
  const next = await engine.restart();
  await next.time.pass(1_000);
  assert.equal(finish.length, 2);
  finish[1]?.(taskSucceeded({ done: true }));
  assert.equal((await next.ended('work', 'one')).output, '{"done":true}');
});
