/** Starts of Standard executions: a start is durable when it is answered, and a name belongs to one execution. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taskSucceeded } from '../../../src/testing/stand-ins.ts';
import type { TaskResult } from '../../../src/testing/stand-ins.ts';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import { stateOf } from '../../support/flows.ts';
import { CALLBACK, TWO_TASKS, oneState, refused } from './definitions.ts';

test('a Standard execution runs through its tasks, and its history is durable', async (t) => {
  const engine = await startTestEngine(t, { task: ({ parameters }) => taskSucceeded(parameters) });
  await engine.createFlow('two', TWO_TASKS);
  const started = await engine.start('two', { name: 'one', input: { a: 1 } });
  assert.equal(started.status, 'Running');
  assert.equal(started.input, '{"a":1}');
  const ended = await engine.ended('two', 'one');
  assert.equal(ended.status, 'Succeeded');
  assert.equal(ended.output, '{"last":"b"}');
  const events = await engine.events('two', 'one');
  assert.deepEqual(
    events.map(({ id }) => id),
    events.map((_event, i) => i + 1),
  );
  assert.equal(events.at(-1)?.type, 'ExecutionSucceeded');
});

test('a second start returns the running execution, and is refused once the execution has ended', async (t) => {
  const { promise: answer, resolve } = Promise.withResolvers<TaskResult>();
  const engine = await startTestEngine(t, {
    task: (call) => (stateOf(call) === 'A' ? answer : taskSucceeded(call.parameters)),
  });
  await engine.createFlow('two', TWO_TASKS);
  const start = (n: number) => engine.start('two', { name: 'one', input: { n } });
  const [one, other] = await Promise.all([start(1), start(2)]);
  assert.equal(one.input, other.input);
  assert.equal((await start(3)).input, '{"n":1}');
  resolve(taskSucceeded());
  await engine.ended('two', 'one');
  await refused(start(4), 'ExecutionAlreadyExists');
});

test('a start with the token of a task that has ended is refused, and nothing is started', async (t) => {
  const tokens: string[] = [];
  const engine = await startTestEngine(t, {
    task(call) {
      tokens.push(call.taskToken ?? '');
      return taskSucceeded();
    },
  });
  await engine.createFlow('ask', oneState('ask', `${CALLBACK}, Timeout: 50`));
  await engine.createFlow('work', oneState('work', 'Type: Pass'));
  for (const name of ['reported', 'timed-out', 'stopped', 'open']) await engine.start('ask', { name });
  await engine.time.pass(100);
  const [reported = '', timedOut = '', stopped = '', open = ''] = tokens;
  await engine.executions.report(reported, { ok: true, output: {} });
  await engine.executions.stop('ask', 'stopped', { error: 'E', cause: '' });
  const start = (name: string, callbackToken: string) => engine.start('work', { name, callbackToken });
  for (const token of [reported, stopped]) await refused(start('late', token), 'InvalidArgument', /task has ended/);
  await start('in-time', open);
  await engine.time.pass(60_000);
  await refused(start('late', timedOut), 'InvalidArgument', /task has ended/);
  await refused(engine.executions.describe('work', 'late', 0), 'ExecutionNotExists');
  // A caller that repeats a start learns what has become of it.
  await refused(start('in-time', open), 'ExecutionAlreadyExists');
});
