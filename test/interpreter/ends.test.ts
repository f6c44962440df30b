/** The ends that do not come from the flow: a stop, the time limit, the limit of events. The cause that a failed state gives. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/base/json.ts';
import { ByHand } from './by-hand.ts';

const HTTP = { Type: 'Task', Action: 'HTTP:Request', Parameters: { url: 'http://x.invalid/', method: 'GET' } };
const STOP = { kind: 'stop', failure: { error: 'Stopped.ByHand', cause: 'no longer wanted' } } as const;
const LIMIT = { error: 'FnF.EventLimitExceeded', cause: 'The execution has reached its limit of 20 events.' };

function branch(...States: JsonObject[]): JsonObject {
  return { StartAt: States[0]?.['Name'] as string, States };
}

/** Two calls under way, one of them a Parallel deeper than the other. */
const NESTED: JsonObject = {
  StartAt: 'All',
  States: [
    {
      ...{ Type: 'Parallel', Name: 'All', End: true },
      Branches: [
        branch({ ...HTTP, Name: 'First', End: true }),
        branch({
          Type: 'Parallel',
          Name: 'Inner',
          End: true,
          Branches: [branch({ ...HTTP, Name: 'Deep', End: true })],
        }),
      ],
    },
  ],
};

/** A loop that never waits, with a Catch for any failure inside it. */
const LOOP: JsonObject = {
  StartAt: 'Around',
  States: [
    {
      ...{ Type: 'Parallel', Name: 'Around', Next: 'Caught', Catch: [{ Errors: ['FnF.ALL'], Next: 'Caught' }] },
      Branches: [branch({ Type: 'Pass', Name: 'Loop', Next: 'Loop' })],
    },
    { Type: 'Pass', Name: 'Caught', End: true },
  ],
};

test('a stop aborts every state, innermost first, and ends the execution with the failure of the stop', () => {
  const run = new ByHand(NESTED);
  const before = run.events.length;
  run.nowMs = 5_000;
  run.takeRebuilt(STOP);
  assert.deepEqual(
    run.lines.slice(before).map((line) => line.replace(/^\d+ \d+ /u, '')),
    [
      'StateAborted Deep !Stopped.ByHand',
      'StateAborted Inner !Stopped.ByHand',
      'StateAborted First !Stopped.ByHand',
      'StateAborted All !Stopped.ByHand',
      'ExecutionStopped !Stopped.ByHand',
    ],
  );
  const { execution } = run;
  assert.deepEqual([execution.status, execution.failure, execution.stoppedMs], ['Stopped', STOP.failure, 5_000]);
  assert.deepEqual([execution.commands.size, execution.threads.size], [0, 0]);
  const causes = new Set(run.events.slice(before, -1).map(({ facts }) => facts?.failure?.cause));
  assert.deepEqual([...causes], ['The execution was stopped.']);
});

test('the first cause of an end decides it', () => {
  const stopped = new ByHand(NESTED).take(STOP, 0).take({ kind: 'execution-timed-out' });
  assert.deepEqual([stopped.execution.status, stopped.execution.failure?.error], ['Stopped', 'Stopped.ByHand']);
  const late = new ByHand(NESTED).take({ kind: 'execution-timed-out' }, 0).take(STOP);
  assert.deepEqual([late.execution.status, late.execution.failure?.error], ['TimedOut', 'FnF.ExecutionTimeout']);
  const events = late.events.length;
  late.take(STOP);
  assert.equal(late.events.length, events);
});

test('inputs that arrive while the execution ends change nothing', () => {
  const run = new ByHand(NESTED).take(STOP, 0);
  const { id } = run.command('First');
  const before = run.events.length;
  run.take({ kind: 'task-succeeded', id, output: 1 }, 0).take({ kind: 'task-failed', id, failure: STOP.failure });
  assert.deepEqual(
    [...new Set(run.events.slice(before).map(({ type }) => type))],
    ['StateAborted', 'ExecutionStopped'],
  );
});

test('a stop between two states ends the execution at once', () => {
  const run = new ByHand({ StartAt: 'Loop', States: [{ Type: 'Pass', Name: 'Loop', Next: 'Loop' }] });
  while (run.events.at(-1)?.type !== 'StateSucceeded') run.take({ kind: 'continue' }, 0);
  const before = run.events.length;
  run.takeRebuilt(STOP);
  assert.deepEqual(
    run.events.slice(before).map(({ type }) => type),
    ['ExecutionStopped'],
  );
});

test('the last event of the limit ends the execution, even inside a Catch for all errors', () => {
  const run = new ByHand(LOOP, {}, { events: 20 });
  assert.equal(run.events.length, 20);
  assert.equal(run.events.at(-1)?.type, 'ExecutionFailed');
  assert.deepEqual(run.execution.failure, LIMIT);
  const rebuilt = new ByHand(LOOP, {}, { events: 20 });
  rebuilt.takeRebuilt({ kind: 'continue' });
  assert.deepEqual(rebuilt.lines, run.lines);
});

test('an execution that ends with the last event of its limit has succeeded', () => {
  const flow = { StartAt: 'P', States: [{ Type: 'Pass', Name: 'P', End: true }] };
  const one = new ByHand(flow, {}, { events: 5 });
  assert.deepEqual([one.execution.status, one.events.length], ['Succeeded', 5]);
  const other = new ByHand(flow, {}, { events: 4 });
  assert.deepEqual([other.execution.status, other.events.length], ['Failed', 4]);
});

test('an execution with room only for its end does not wait', () => {
  const call = { StartAt: 'Call', States: [{ ...HTTP, Name: 'Call', End: true }] };
  const run = new ByHand(call, {}, { events: 5 });
  assert.deepEqual(run.events.at(-1)?.type, 'ExecutionFailed');
  assert.deepEqual([run.execution.commands.size, run.events.length], [0, 5]);
  assert.equal(new ByHand(call, {}, { events: 6 }).execution.status, 'Running');
  const two = { StartAt: 'First', States: [{ ...HTTP, Name: 'First', Next: 'Call' }, ...call.States] };
  const cut = new ByHand(two, {}, { events: 10 });
  cut.takeRebuilt({ kind: 'task-succeeded', id: cut.command('First').id, output: {} });
  assert.deepEqual([cut.execution.status, cut.events.length], ['Failed', 10]);
});

test('an execution that is ending when it reaches the limit has that end', () => {
  for (const [input, type] of [
    [STOP, 'ExecutionStopped'],
    [{ kind: 'execution-timed-out' }, 'ExecutionTimedOut'],
  ] as const) {
    const events = new ByHand(NESTED).events.length + 3;
    const run = new ByHand(NESTED, {}, { events });
    run.takeRebuilt(input);
    assert.deepEqual(
      run.events.slice(-3).map((event) => event.type),
      ['StateAborted', 'StateAborted', type],
    );
    assert.equal(run.events.length, events);
    assert.equal(run.execution.failure?.error, type === 'ExecutionStopped' ? 'Stopped.ByHand' : 'FnF.ExecutionTimeout');
  }
});

test('the limit is reached while siblings are being aborted', () => {
  const events = new ByHand(NESTED).events.length + 4;
  const run = new ByHand(NESTED, {}, { events });
  run.takeRebuilt({ kind: 'task-failed', id: run.command('First').id, failure: { error: 'X', cause: '' } });
  assert.deepEqual(
    run.events.slice(-4).map(({ type }) => type),
    ['TaskFailed', 'StateFailed', 'StateAborted', 'ExecutionFailed'],
  );
  assert.equal(run.execution.failure?.error, 'FnF.EventLimitExceeded');
});

test('the times of events never go backwards, even when the clock does', () => {
  const run = new ByHand(NESTED);
  run.nowMs = 9_000;
  run.takeRebuilt({ kind: 'task-succeeded', id: run.command('First').id, output: 1 });
  run.nowMs = 2_000;
  run.takeRebuilt({ kind: 'task-succeeded', id: run.command('Deep').id, output: 2 });
  assert.equal(run.execution.status, 'Succeeded');
  assert.deepEqual([run.execution.startedMs, run.execution.stoppedMs], [1_000, 9_000]);
  assert.deepEqual([...new Set(run.events.map(({ timeMs }) => timeMs))], [1_000, 9_000]);
});

test('commands and the execution say when they end without an answer', () => {
  const wait = { Type: 'Wait', Name: 'Wait', Seconds: 20, End: true };
  const run = new ByHand({
    ...{ StartAt: 'Call', Timeout: 100 },
    States: [
      {
        ...HTTP,
        Name: 'Call',
        Timeout: 4,
        Retry: [{ Errors: ['X'], MaxAttempts: 1, IntervalSeconds: 3 }],
        Next: 'Wait',
      },
      wait,
    ],
  });
  const due = (state: string): number | null => run.execution.dueMs(run.command(state));
  assert.equal(due('Call'), 5_000);
  run.nowMs = 2_000;
  run.take({ kind: 'task-failed', id: run.command('Call').id, failure: { error: 'X', cause: '' } });
  assert.equal(due('Call'), 5_000);
  run.nowMs = 6_000;
  run.take({ kind: 'timer-due', id: run.command('Call').id });
  assert.equal(due('Call'), 10_000);
  run.take({ kind: 'task-succeeded', id: run.command('Call').id, output: {} });
  assert.equal(due('Wait'), 26_000);
  assert.equal(run.execution.deadlineMs, 101_000);
  assert.equal(new ByHand(NESTED).execution.deadlineMs, 301_000);
  const first = new ByHand(NESTED);
  assert.equal(first.execution.dueMs(first.command('First')), null);
});

test('ExecutionStarted has the version and the alias that the caller asked for', () => {
  const facts = (start: JsonObject): unknown => new ByHand(NESTED, {}, {}, { start }).events[0]?.facts;
  assert.equal(facts({}), null);
  assert.equal(facts({ version: '', alias: '' }), null);
  assert.deepEqual(facts({ version: '3', alias: '' }), { version: '3' });
  assert.deepEqual(facts({ version: '3', alias: 'live' }), { version: '3', alias: 'live' });
});

test('a value in the cause of a failure is cut between characters', () => {
  const definition: JsonObject = {
    StartAt: 'Long',
    States: [{ Type: 'Wait', Name: 'Long', 'Seconds.$': '$Input.text', End: true }],
  };
  const { execution } = new ByHand(definition, { text: `${'x'.repeat(98)}😀` });
  assert.match(execution.failure?.cause ?? '', new RegExp(`not "${'x'.repeat(98)}…$`));
});
