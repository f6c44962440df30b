/** Starts of Standard executions: a start is durable when it is answered, and a name belongs to one execution. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taskSucceeded } from '../../../src/testing/stand-ins.ts';
import type { TaskResult } from '../../../src/testing/stand-ins.ts';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import { stateOf } from '../../support/flows.ts';
import { TWO_TASKS, refused } from './definitions.ts';

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
