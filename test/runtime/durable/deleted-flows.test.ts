/** Executions of a deleted flow: those that only wait end at once, in memory or asleep, and none holds the limit of running ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { taskSucceeded } from '../../../src/testing/stand-ins.ts';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import type { TestEngine } from '../../../src/testing/test-engine.ts';
import { CALLBACK, oneState } from './definitions.ts';
import { FaultyStores } from './faulty-stores.ts';

const MANY = 3_000;
const LIMITS = { standardExecutions: MANY };

async function sleeping(t: TestContext, faulty: FaultyStores = new FaultyStores()): Promise<TestEngine> {
  const engine = await startTestEngine(t, {
    task: () => taskSucceeded(),
    stores: faulty.stores,
    limits: LIMITS,
    standIns: { idleMax: 10 },
  });
  await engine.createFlow('ask', oneState('ask', CALLBACK));
  await engine.createFlow('other', oneState('other', 'Type: Pass'));
  const starts = Array.from({ length: MANY }, (_, i) => engine.start('ask', { name: `e${i}` }));
  await Promise.all(starts);
  await engine.time.pass(100);
  return engine;
}

/** How many executions run, whether or not anyone can list them. */
async function running(engine: TestEngine): Promise<number> {
  return (await engine.stores.executions.running()).executions;
}

test('thousands that are asleep end, and no longer count against the limit', async (t) => {
  const engine = await sleeping(t);
  assert.ok(engine.durable.inMemory < 100, 'most are in the store only');
  await assert.rejects(engine.start('other', { name: 'one' }), { code: 'ResourceThrottled' });
  let longest = 0;
  await engine.call('DeleteFlow', { Name: 'ask' });
  for (let turn = 0; (await running(engine)) > 0; turn++) {
    assert.ok(turn < 100_000, `${await running(engine)} executions still run`);
    longest = Math.max(longest, engine.durable.inMemory);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(longest <= 250, `${longest} in memory at once`);
  await engine.start('other', { name: 'one' });
});

test('a crash in the middle leaves none behind', async (t) => {
  const engine = await sleeping(t);
  await engine.call('DeleteFlow', { Name: 'ask' });
  while ((await running(engine)) > MANY - 500) await new Promise((resolve) => setImmediate(resolve));
  const left = await running(engine);
  assert.ok(left > 0, 'the crash comes in the middle');
  const next = await engine.restart();
  await next.time.pass(10_000);
  assert.equal(await running(next), 0);
  await next.start('other', { name: 'one' });
});

test('a failing store delays the end, and another flow of the same name is not affected', async (t) => {
  const faulty = new FaultyStores();
  const engine = await sleeping(t, faulty);
  await engine.call('DeleteFlow', { Name: 'ask' });
  faulty.fault = 'before';
  await engine.time.pass(5_000);
  assert.equal(engine.takeTroubles()[0]?.where, 'the store fails');
  faulty.fault = 'none';
  await engine.createFlow('ask', oneState('ask', CALLBACK));
  await engine.time.pass(20_000);
  assert.equal(await running(engine), 0);
  await engine.start('ask', { name: 'new' });
  await engine.time.pass(20_000);
  assert.equal((await engine.executions.describe('ask', 'new', 0)).status, 'Running');
});

test('one that is stuck ends too', async (t) => {
  const wide = `
Type: StateMachine
SpecVersion: v1
Name: wide
StartAt: All
States:
  - Type: Parallel
    Name: All
    Branches:
      - { StartAt: A, States: [{ Name: A, ${CALLBACK}, End: true }] }
      - { StartAt: B, States: [{ Name: B, ${CALLBACK}, End: true }] }
    End: true
`;
  const faulty = new FaultyStores();
  const engine = await startTestEngine(t, { task: () => taskSucceeded(), stores: faulty.stores });
  await engine.createFlow('wide', wide);
  await engine.start('wide', { name: 'one' });
  await engine.time.pass(100);
  const { executions } = faulty.stores;
  const unreadable = Object.assign(Object.create(executions) as typeof executions, {
    snapshot: async (flowId: string, revision: number) => {
      const snapshot = await executions.snapshot(flowId, revision);
      return snapshot === null ? null : { ...snapshot, definition: 'Type: Another' };
    },
  });
  const stuck = await engine.restart({ stores: { ...faulty.stores, executions: unreadable } });
  await stuck.time.pass(100);
  await stuck.call('DeleteFlow', { Name: 'wide' });
  await stuck.time.pass(1_000);
  assert.match(stuck.takeTroubles()[0]?.where ?? '', /stuck/);
  assert.equal(await running(stuck), 0);
});
