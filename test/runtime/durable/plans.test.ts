/** Plans of Standard executions: compiled once for all that began with the same definition, and bounded in memory. */
import assert from 'node:assert/strict';
import type { Worker } from 'node:worker_threads';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import { oneState } from './definitions.ts';

/** A flow that waits, whose definition is too large to be compiled at once. */
function largeWait(name: string, seconds: number): string {
  const values = Array.from({ length: 2_000 }, (_, i) => `v${i}: ${i}`).join(', ');
  return oneState(name, `Type: Wait, Seconds: ${seconds}, OutputConstructor: {x: {${values}}}`);
}

/** Counts the answers of the threads that start from now on. */
function countAnswers(t: TestContext): () => number {
  let answers = 0;
  const count = (worker: Worker): void => {
    worker.on('message', () => answers++);
  };
  process.on('worker', count);
  t.after(() => process.off('worker', count));
  return () => answers;
}

test('a recovery compiles a large definition once for all executions that began with it', async (t) => {
  const engine = await startTestEngine(t);
  await engine.createFlow('wait', largeWait('wait', 30));
  for (let i = 0; i < 300; i++) await engine.start('wait', { name: `e${i}` });
  const answers = countAnswers(t);
  const next = await engine.restart();
  for (let i = 0; i < 300; i++) assert.equal((await next.ended('wait', `e${i}`)).status, 'Succeeded');
  assert.equal(answers(), 1);
});

test('a check, the first start and the recovery of one definition are compiled in a thread', async (t) => {
  const answers = countAnswers(t);
  const engine = await startTestEngine(t);
  await engine.createFlow('wait', largeWait('wait', 1));
  assert.equal(answers(), 1);
  for (const name of ['one', 'two']) await engine.start('wait', { name });
  assert.equal(answers(), 2, 'the second start has the plan of the first');
  assert.equal((await engine.ended('wait', 'two')).status, 'Succeeded');
});

test('executions that only wait leave memory when their plans take too much', async (t) => {
  const engine = await startTestEngine(t, { limits: { planBytes: 500_000 } });
  const names = Array.from({ length: 12 }, (_, i) => `wait${i}`);
  for (const name of names) {
    await engine.createFlow(name, largeWait(name, 300));
    await engine.start(name, { name: 'one' });
  }
  await new Promise((resolve) => setImmediate(resolve));
  const { inMemory } = engine.durable;
  assert.ok(inMemory >= 1 && inMemory < 8, `${inMemory} in memory`);
  for (const name of names) assert.equal((await engine.ended(name, 'one', 310_000)).status, 'Succeeded');
});

test('thousands of waiting executions of one large flow share its plan and remain in memory', async (t) => {
  const engine = await startTestEngine(t, { limits: { planBytes: 500_000 } });
  await engine.createFlow('wait', largeWait('wait', 300));
  for (let i = 0; i < 100; i++) await engine.start('wait', { name: `e${i}` });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(engine.durable.inMemory, 100);
});
