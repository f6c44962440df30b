/** Rounds of purges: when they begin, what the settings mean in them, and that none is forgotten. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import type { TestEngine } from '../../../src/testing/test-engine.ts';
import { oneState } from './definitions.ts';

const MINUTE_MS = 60_000;
const ROUND_MS = 10 * MINUTE_MS;

async function engineWith(t: TestContext, settings: string, purged: number[] = []): Promise<TestEngine> {
  const observe = { executionsPurged: ({ executions }: { executions: number }) => void purged.push(executions) };
  const engine = await startTestEngine(t, { settings, observe });
  for (const flow of ['noisy', 'quiet']) await engine.createFlow(flow, oneState(flow, 'Type: Pass'));
  return engine;
}

async function run(engine: TestEngine, flow: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await engine.start(flow, { name });
    await engine.ended(flow, name);
    await engine.time.pass(1);
  }
}

async function names(engine: TestEngine, flow: string): Promise<readonly unknown[]> {
  const { Executions } = await engine.call('ListExecutions', { FlowName: flow });
  return (Executions as unknown as readonly { Name: string }[]).map(({ Name }) => Name);
}

test('the settings of flows hold by age and by number, every ten minutes', async (t) => {
  const engine = await engineWith(t, 'history: {keep: 25m, flows: {noisy: {executions: 2}, q*: {keep: forever}}}');
  await run(engine, 'noisy', ['a', 'b', 'c', 'd']);
  await run(engine, 'quiet', ['a']);
  await engine.time.pass(ROUND_MS - MINUTE_MS);
  assert.deepEqual(await names(engine, 'noisy'), ['d', 'c', 'b', 'a']);
  await engine.time.pass(2 * MINUTE_MS);
  assert.deepEqual(await names(engine, 'noisy'), ['d', 'c']);
  await engine.time.pass(2 * ROUND_MS);
  assert.deepEqual(await names(engine, 'noisy'), []);
  assert.deepEqual(await names(engine, 'quiet'), ['a']);
});

test('a round deletes more than one step can, and is reported once', async (t) => {
  const purged: number[] = [];
  const engine = await engineWith(t, 'history: {executions: 10}', purged);
  await run(
    engine,
    'noisy',
    Array.from({ length: 250 }, (_, i) => `e${i}`),
  );
  await engine.time.pass(3 * ROUND_MS);
  assert.deepEqual(purged, [240]);
  assert.deepEqual(
    await names(engine, 'noisy'),
    Array.from({ length: 10 }, (_, i) => `e${249 - i}`),
  );
});

test('a flow that is deleted during a round has its executions deleted soon', async (t) => {
  const engine = await engineWith(t, 'history: {keep: 1m}');
  await run(
    engine,
    'noisy',
    Array.from({ length: 450 }, (_, i) => `e${i}`),
  );
  await run(engine, 'quiet', ['a']);
  const { id } = (await engine.stores.flows.get('quiet')) ?? {};
  // The second step of the round.
  await engine.time.pass(ROUND_MS - engine.time.monotonicMs() + 150);
  const left = (await names(engine, 'noisy')).length;
  assert.ok(left > 0 && left < 450, `${left} are left`);
  await engine.call('DeleteFlow', { Name: 'quiet' });
  await engine.time.pass(3_000);
  assert.equal(await engine.stores.executions.find(id ?? '', 'a'), null);
  await engine.time.pass(3_000);
  assert.deepEqual(await names(engine, 'noisy'), []);
});
