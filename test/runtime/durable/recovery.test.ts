/** The next start of an engine continues the executions of the last one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taskSucceeded } from '../../../src/testing/stand-ins.ts';
import type { TaskResult } from '../../../src/testing/stand-ins.ts';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import { stateOf } from '../../support/flows.ts';
import { TWO_TASKS } from './definitions.ts';

test('after a crash a call without an answer is made again with the same key, and no other call', async (t) => {
  const calls: string[] = [];
  let answersB = false;
  const engine = await startTestEngine(t, {
    task(call) {
      calls.push(call.idempotencyKey);
      return stateOf(call) === 'A' || answersB ? taskSucceeded() : new Promise(() => undefined);
    },
  });
  await engine.createFlow('two', TWO_TASKS);
  await engine.start('two', { name: 'one' });
  await engine.time.pass(1_000);
  answersB = true;
  const next = await engine.restart();
  assert.equal((await next.ended('two', 'one')).status, 'Succeeded');
  const steps = calls.map((key) => key.split('/').slice(-2).join('/'));
  assert.deepEqual(steps, ['A/4', 'B/9', 'B/9']);
  assert.equal(calls[1], calls[2]);
});

test('an engine that drains waits for the answers of its calls and makes no more, and the next engine continues', async (t) => {
  const answers: ((result: TaskResult) => void)[] = [];
  const engine = await startTestEngine(t, { task: () => new Promise((resolve) => answers.push(resolve)) });
  await engine.createFlow('two', TWO_TASKS);
  await engine.start('two', { name: 'one' });
  await engine.time.pass(100);
  const drained = engine.durable.drain(60_000);
  answers[0]?.(taskSucceeded());
  await drained;
  assert.equal(answers.length, 1);
  const next = await engine.restart();
  await next.time.pass(100);
  assert.equal(answers.length, 2);
  answers[1]?.(taskSucceeded());
  assert.equal((await next.ended('two', 'one')).status, 'Succeeded');
});
