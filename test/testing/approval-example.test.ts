/** Tests of examples/approval.yaml, a flow that waits at most a day for an approval. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { startTestEngine, taskSucceeded } from '../../src/testing/index.ts';

const APPROVAL = readFileSync(new URL('../../examples/approval.yaml', import.meta.url), 'utf8');
const DAY_MS = 86_400_000;

test('an approved order is placed', async (t) => {
  let token = '';
  const engine = await startTestEngine(t, {
    task(call) {
      assert.equal(call.action, 'HTTP:Request');
      assert.deepEqual(call.parameters['body'], { order: 'order-1', item: 'tea' });
      token = call.taskToken ?? '';
      return taskSucceeded({ Code: 202 });
    },
  });
  await engine.createFlow('approval', APPROVAL);
  await engine.start('approval', { name: 'order-1', input: { item: 'tea' } });

  await engine.time.pass(DAY_MS / 2);
  await engine.call('ReportTaskSucceeded', { TaskToken: token, Output: { by: 'Ada' } });

  const { status, output } = await engine.ended('approval', 'order-1');
  assert.equal(status, 'Succeeded');
  assert.deepEqual(JSON.parse(output), { text: 'tea is ordered, as Ada wished' });
});

test('an order without an answer fails after a day', async (t) => {
  const engine = await startTestEngine(t, { task: () => taskSucceeded({ Code: 202 }) });
  await engine.createFlow('approval', APPROVAL);
  await engine.start('approval', { name: 'order-2', input: { item: 'tea' } });

  const { status } = await engine.ended('approval', 'order-2', DAY_MS + 1_000);
  assert.equal(status, 'Failed');

  const events = await engine.events('approval', 'order-2');
  assert.ok(events.some(({ type }) => type === 'TaskTimedOut'));
});
