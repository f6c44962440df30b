/** The engine of the test kit: what it reports to the author of a test. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { taskFailed, taskSucceeded } from '../../src/testing/stand-ins.ts';
import { startTestEngine } from '../../src/testing/test-engine.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';

function flowOf(...states: readonly string[]): string {
  const name = /Name: (\w+)/.exec(states[0] ?? '')?.[1];
  return `Type: StateMachine\nSpecVersion: v1\nName: f\nStartAt: ${name}\nStates:\n${states.map((state) => `  - {${state}}\n`).join('')}`;
}
const CALL = flowOf('Name: Call, Type: Task, Action: "Shop:Price", Parameters: {item.$: $Input.item}, End: true');
const WAIT = flowOf('Name: W, Type: Wait, Seconds: 300, End: true');

test('tasks get the function of the test, in Standard and in Express flows', async (t) => {
  const engine = await startTestEngine(t, {
    task: ({ parameters }) => (parameters['item'] === 'tea' ? taskSucceeded({ price: 4 }) : taskFailed('NoSuchItem')),
  });
  await engine.createFlow('standard', CALL);
  await engine.createFlow('express', CALL, 'Express');
  await engine.start('standard', { name: 'e', input: { item: 'tea' } });
  assert.equal((await engine.ended('standard', 'e')).output, '{"price":4}');
  const { status, errorCode } = await engine.run('express', { input: { item: 'silk' } });
  assert.deepEqual([status, errorCode], ['Failed', 'NoSuchItem']);
  assert.equal((await engine.call('ListFlows', { Limit: 1 }))['NextToken'], 'standard');
});

test('a definition with an error is refused with its place', async (t) => {
  const engine = await startTestEngine(t);
  await assert.rejects(engine.createFlow('f', flowOf('Name: P, Type: Pas, End: true')), {
    code: 'InvalidArgument',
    message: /6:.*did you mean "Pass"/,
  });
});

test('an execution that does not end in time is an error that says what it waits for', async (t) => {
  const engine = await startTestEngine(t);
  await engine.createFlow('f', WAIT);
  await engine.start('f', { name: 'e' });
  await assert.rejects(engine.ended('f', 'e'), /^Error: f\/e still runs after 60000 ms of virtual time\nW: /);
  assert.equal((await engine.ended('f', 'e', 300_000)).status, 'Succeeded');
});

test('a restart continues the executions on the same time', async (t) => {
  const engine = await startTestEngine(t);
  await engine.createFlow('f', WAIT);
  await engine.start('f', { name: 'e' });
  const next = await engine.restart();
  await next.ended('f', 'e', 301_000);
  assert.equal(next.time, engine.time);
  assert.ok(next.time.elapsedMs >= 300_000 && next.time.elapsedMs < 301_000);
});

test('a trouble fails the test unless the test takes it', async () => {
  const hooks: (() => unknown)[] = [];
  const inner: CleanUp = { after: (work) => void hooks.push(work) };
  const engine = await startTestEngine(inner);
  await engine.createFlow('f', CALL);
  const run = async (name: string): Promise<void> => {
    await engine.start('f', { name, input: { item: 'tea' } });
    assert.equal((await engine.ended('f', name)).status, 'Failed');
  };
  await run('taken');
  assert.match(String(engine.takeTroubles()[0]?.error), /the test gave no function that answers tasks/);
  assert.deepEqual(engine.takeTroubles(), []);
  await run('left');
  await assert.rejects(async () => {
    for (const hook of hooks) await hook();
  }, /the engine reported troubles that the test did not take:\n.*the test gave no function/);
});

test('virtual time waits for a store that works in another thread', async (t) => {
  const time = new VirtualTime();
  const stores = createMemoryStores();
  const slow = {
    ...stores.executions,
    commit: async (...parameters: Parameters<typeof stores.executions.commit>) => {
      await time.outside(twentyTurns());
      return stores.executions.commit(...parameters);
    },
  };
  const engine = await startTestEngine(t, { time, stores: { ...stores, executions: slow } });
  await engine.createFlow('f', flowOf('Name: P, Type: Pass, End: true'));
  let isDue = false;
  time.after(1, () => (isDue = true));
  await engine.start('f', { name: 'e' });
  assert.ok(!isDue, 'no time has passed during the commit');
});

/** The work of another thread, as long as a commit takes. */
async function twentyTurns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
