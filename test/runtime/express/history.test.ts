/** Express executions read back, while they run and after their end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planOf } from '../../support/flows.ts';
import { CALL, PASS, RetainingRuntime, WAITING, sourceOf, typesOf } from './retaining-runtime.ts';

test('an execution that has ended is read back with its texts and events', async () => {
  const express = new RetainingRuntime();
  const result = await express.run(sourceOf(PASS), 'one', { a: 1 });
  const retained = express.find('one');
  assert.deepEqual(retained.view(false), {
    flowName: 'test',
    name: 'one',
    status: 'Succeeded',
    startedMs: result.startedMs,
    stoppedMs: result.stoppedMs,
    input: '{"a":1}',
    output: result.output,
    definition: 'the definition',
    roleArn: 'a role',
    environment: [{ name: 'a', value: 'b', description: '' }],
  });
  const { input, output, definition } = retained.view(true);
  assert.deepEqual([input, output, definition], ['', '', '']);
  const { events } = retained.events(1, 5);
  assert.deepEqual(
    events.map((event) => [event.id, event.type, retained.stepName(event)]),
    [
      [1, 'ExecutionStarted', ''],
      [2, 'StateEntered', 'A'],
      [3, 'StateStarted', 'A'],
      [4, 'StateSucceeded', 'A'],
      [5, 'ExecutionSucceeded', ''],
    ],
  );
  assert.equal(express.history.find('flow-2', 'one'), null);
  assert.equal(express.history.find('flow-1', 'two'), null);
  await retained.whenEnded().ended;
});

test('events come in pages, and a page after the last event is empty', async () => {
  const express = new RetainingRuntime();
  await express.run(sourceOf(PASS), 'one');
  const retained = express.find('one');
  assert.deepEqual(retained.events(1, 2).nextEvent, 3);
  assert.deepEqual(
    retained.events(3, 2).events.map(({ id }) => id),
    [3, 4],
  );
  assert.deepEqual(retained.events(3, 2).nextEvent, 5);
  assert.deepEqual(retained.events(5, 2).nextEvent, null);
  assert.deepEqual(retained.events(6, 2), { events: [], nextEvent: null });
  assert.deepEqual(retained.events(2 ** 50, 2), { events: [], nextEvent: null });
});

test('a running execution shows its events so far, and its end wakes the callers that wait', async () => {
  const express = new RetainingRuntime();
  const result = express.run(sourceOf(WAITING), 'one', {}, 'prod');
  const retained = express.find('one');
  assert.equal(retained.status, 'Running');
  assert.equal(retained.stoppedMs, 0);
  assert.equal(retained.view(false).output, '');
  assert.equal(typesOf(retained).at(-1), 'StateStarted');
  assert.equal(retained.events(1, 100).nextEvent, null);
  assert.deepEqual(express.names({ status: 'Running', alias: 'prod' }), ['one']);
  const impatient = retained.whenEnded();
  impatient.forget();
  await impatient.ended;
  assert.equal(retained.status, 'Running');
  await retained.whenEnded().ended;
  assert.equal(express.time.elapsedMs, 5_000);
  assert.equal(retained.status, 'Succeeded');
  await result;
  assert.equal(express.find('one'), retained);
  assert.deepEqual(express.names({ status: 'Running' }), []);
  assert.equal(typesOf(retained).at(-1), 'ExecutionSucceeded');
});

test('the deletion of a flow removes its executions, the running ones too', async () => {
  const express = new RetainingRuntime();
  const other = sourceOf(PASS, { name: 'other', id: 'flow-2' });
  const running = express.run(sourceOf(WAITING), 'runs');
  await express.run(sourceOf(PASS), 'ended');
  await express.run(other, 'other');
  assert.equal(express.find('ended').name, 'ended');
  const { ended } = express.find('runs').whenEnded();
  express.history.forgetFlow('flow-1');
  await ended;
  assert.equal(express.time.elapsedMs, 0);
  assert.deepEqual(express.names(), []);
  assert.equal(express.history.find('flow-1', 'runs'), null);
  assert.equal(express.history.find('flow-1', 'ended'), null);
  assert.equal(express.history.find('flow-2', 'other')?.name, 'other');
  assert.equal((await running).status, 'Succeeded');
  assert.deepEqual(express.names(), []);
  await express.run(sourceOf(PASS, { id: 'flow-3' }), 'again');
  assert.deepEqual(express.names({ flowId: 'flow-3' }), ['again']);
  for (const id of ['flow-2', 'flow-3']) express.history.forgetFlow(id);
  assert.equal(express.history.bytes, 0);
});

test('an execution that a defect ends is not retained', async () => {
  const states: string[] = [];
  const express = new RetainingRuntime({
    actions: {
      find() {
        throw new TypeError('a defect of ours');
      },
    },
    observe: { defect: ({ state }) => void states.push(state ?? '') },
  });
  const plan = planOf({
    StartAt: 'Wait',
    States: [
      { Type: 'Wait', Name: 'Wait', Seconds: 5, Next: 'Broken' },
      { ...CALL, Name: 'Broken', End: true },
    ],
  } as never);
  const run = express.run(sourceOf(plan), 'one');
  const { ended } = express.find('one').whenEnded();
  await assert.rejects(run, /a defect of ours/u);
  assert.deepEqual(states, ['Broken']);
  await ended;
  assert.deepEqual(express.names(), []);
  assert.equal(express.history.bytes, 0);
});
