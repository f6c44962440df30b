/** StopExecution, and executions of a flow that is deleted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taskSucceeded } from '../../../src/testing/stand-ins.ts';
import type { TaskResult } from '../../../src/testing/stand-ins.ts';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import { TWO_TASKS, refused } from './definitions.ts';

test('StopExecution ends an execution once, and aborts its calls', async (t) => {
  let aborted = false;
  const engine = await startTestEngine(t, {
    task(_call, signal) {
      signal.addEventListener('abort', () => (aborted = true));
      return new Promise(() => undefined);
    },
  });
  await engine.createFlow('two', TWO_TASKS);
  await engine.start('two', { name: 'one' });
  const stop = () => engine.executions.stop('two', 'one', { error: 'Mine', cause: 'because' });
  assert.equal((await stop()).status, 'Stopped');
  assert.ok(aborted);
  await refused(stop(), 'ExecutionAlreadyCompleted');
  const events = await engine.events('two', 'one');
  assert.deepEqual(
    events.slice(-2).map(({ type, detail }) => [type, detail]),
    [
      ['StateAborted', { cause: 'The execution was stopped.' }],
      ['ExecutionStopped', { error: 'Mine', cause: 'because' }],
    ],
  );
});

test('an execution of a deleted flow is hidden, stops after its current state, and is deleted', async (t) => {
  const answers: ((result: TaskResult) => void)[] = [];
  const engine = await startTestEngine(t, { task: () => new Promise((resolve) => answers.push(resolve)) });
  await engine.createFlow('two', TWO_TASKS);
  await engine.start('two', { name: 'one' });
  await engine.time.pass(100);
  await engine.call('DeleteFlow', { Name: 'two' });
  await refused(engine.executions.describe('two', 'one', 0), 'FlowNotExists', /two/);
  answers[0]?.(taskSucceeded());
  const id = 1;
  await engine.durable.whenEnded(id, 60_000);
  assert.equal((await engine.stores.executions.get(id))?.status, 'Stopped');
  assert.equal(answers.length, 1);
  await engine.time.pass(30_000);
  assert.equal(await engine.stores.executions.get(id), null);
});
