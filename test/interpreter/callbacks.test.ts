/** Tasks in callback modes: their token, their submission and their ends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isJsonObject } from '../../src/base/json.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { ByHand } from './by-hand.ts';

const CALLBACK: JsonObject = {
  ...{ Type: 'Task', Name: 'Call', Action: 'HTTP:Request', TaskMode: 'WaitForCustomCallback', End: true },
  Parameters: { url: 'http://x.invalid/', method: 'POST', 'body.$': '$Context.Current.TaskToken' },
};

function callback(more: JsonObject = {}): ByHand {
  return new ByHand({ StartAt: 'Call', States: [{ ...CALLBACK, ...more }] }, {}, {}, { mode: 'Standard' });
}

/** The parameters in the last event, a TaskScheduled. */
function bodyOf({ events }: ByHand): unknown {
  const parameters = events.at(-1)?.value ?? null;
  assert.ok(isJsonObject(parameters));
  return parameters['body'];
}

const FAILURE = { error: 'X', cause: 'refused' };

test('the token in Parameters is that of the TaskScheduled with these parameters', () => {
  const run = callback();
  const scheduled = run.events.at(-1);
  assert.equal(scheduled?.type, 'TaskScheduled');
  assert.equal(bodyOf(run), `token ${scheduled?.id}`);
  assert.deepEqual(scheduled?.facts, {
    ...{ action: 'HTTP:Request', mode: 'WaitForCustomCallback', attempt: 1, timeoutSeconds: null },
  });
});

test('there is no token in other modes, nor outside the scheduling of the task', () => {
  const token = { 'token.$': '$Context.Current.TaskToken' };
  const plain = callback({ TaskMode: 'RequestComplete' });
  assert.equal(bodyOf(plain), null);
  const run = callback({ InputConstructor: token, OutputConstructor: token });
  assert.deepEqual(run.events[2]?.value, { token: null });
  run.take({ kind: 'task-succeeded', id: 4, output: {} });
  assert.deepEqual(run.execution.output, { token: null });
});

test('a catch rule sees no token', () => {
  const rule = { Errors: ['FnF.ALL'], OutputConstructor: { 'token.$': '$Context.Current.TaskToken' }, Next: 'Last' };
  const { End: _end, ...first } = CALLBACK;
  const failing = { ...(first['Parameters'] as JsonObject), 'timeout.$': 'intAdd($Input.none, 1)' };
  const last = { Type: 'Pass', Name: 'Last', End: true };
  const States = [{ ...first, Parameters: failing, Catch: [rule], Next: 'Last' }, last];
  const run = new ByHand({ StartAt: 'Call', States }, {}, {}, { mode: 'Standard' });
  assert.deepEqual(run.execution.output, { token: null });
});

test('each attempt has another token', () => {
  const run = callback({ Retry: [{ Errors: ['X'], MaxAttempts: 1, IntervalSeconds: 1 }] });
  run.take({ kind: 'task-failed', id: 4, failure: FAILURE });
  run.take({ kind: 'timer-due', id: 5 });
  assert.equal(bodyOf(run), 'token 6');
});

test('a submitted task is waited for and not called again; its report is caused by its TaskScheduled', () => {
  const run = callback();
  const called = run.command('Call');
  assert.ok(called.kind === 'task' && !called.submitted);
  run.takeRebuilt({ kind: 'task-submitted', id: 4, output: { Code: 202 } });
  const command = run.command('Call');
  assert.ok(command.kind === 'task' && command.submitted);
  run.takeRebuilt({ kind: 'task-submitted', id: 4, output: { Code: 500 } });
  run.takeRebuilt({ kind: 'task-submit-failed', id: 4, failure: FAILURE });
  run.takeRebuilt({ kind: 'task-succeeded', id: 4, output: 'done' });
  assert.deepEqual(run.lines.slice(4), [
    '5 4 TaskSubmitted Call {"Code":202}',
    '6 4 TaskSucceeded Call "done"',
    '7 6 StateSucceeded Call "done"',
    '8 7 ExecutionSucceeded "done"',
  ]);
});

test('a report is accepted before the submission, which then changes nothing', () => {
  const last = { ...CALLBACK, Name: 'Last' };
  const { End: _end, ...first } = CALLBACK;
  const run = new ByHand({ StartAt: 'Call', States: [{ ...first, Next: 'Last' }, last] }, {}, {}, { mode: 'Standard' });
  run.takeRebuilt({ kind: 'task-succeeded', id: 4, output: 1 });
  const before = run.events.length;
  run.takeRebuilt({ kind: 'task-submitted', id: 4, output: {} });
  run.takeRebuilt({ kind: 'task-submit-failed', id: 4, failure: FAILURE });
  run.takeRebuilt({ kind: 'task-succeeded', id: 4, output: 2 });
  assert.equal(run.events.length, before);
  assert.ok(run.command('Last').kind === 'task');
});

test('a submission that fails is retried and caught like a failed task', () => {
  const last = { Type: 'Pass', Name: 'Last', End: true };
  const { End: _end, ...first } = CALLBACK;
  const recovery = {
    Retry: [{ Errors: ['X'], MaxAttempts: 1, IntervalSeconds: 2 }],
    Catch: [{ Errors: ['X'], Next: 'Last' }],
  };
  const States = [{ ...first, ...recovery, Next: 'Last' }, last];
  const run = new ByHand({ StartAt: 'Call', States }, {}, {}, { mode: 'Standard' });
  run.takeRebuilt({ kind: 'task-submit-failed', id: 4, failure: FAILURE });
  run.takeRebuilt({ kind: 'timer-due', id: 5 });
  run.takeRebuilt({ kind: 'task-submit-failed', id: 6, failure: FAILURE });
  assert.deepEqual(
    run.lines.slice(4).map((line) => line.replace(/ \{.*\}/u, '')),
    [
      '5 4 TaskSubmitFailed Call !X retry 2s',
      '6 5 TaskScheduled Call',
      '7 6 TaskSubmitFailed Call !X',
      '8 7 StateFailed Call !X → Last',
      '9 8 StateEntered Last',
      '10 9 StateStarted Last',
      '11 10 StateSucceeded Last',
      '12 11 ExecutionSucceeded',
    ],
  );
});

test('a callback that is never reported ends with its timeout, submitted or not', () => {
  for (const submitted of [false, true]) {
    const run = callback({ Timeout: 7 });
    if (submitted) run.takeRebuilt({ kind: 'task-submitted', id: 4, output: null });
    assert.equal(run.execution.dueMs(run.command('Call')), run.nowMs + 7_000);
    run.takeRebuilt({ kind: 'task-timed-out', id: 4 });
    assert.deepEqual(run.execution.failure, {
      error: 'FnF.TaskTimeout',
      cause: 'The task did not end within 7 seconds.',
    });
  }
});

test('an answer to the submission that is too large is left out, and the task continues', () => {
  const run = callback();
  run.takeRebuilt({ kind: 'task-submitted', id: 4, output: 'x'.repeat(70_000) });
  assert.equal(run.events.at(-1)?.value, null);
  assert.deepEqual(run.execution.warnings, [
    {
      state: 'Call',
      path: '',
      message: 'The answer of the service is larger than 65536 bytes of JSON. It is left out of the history.',
    },
  ]);
  run.takeRebuilt({ kind: 'task-succeeded', id: 4, output: 'done' });
  assert.equal(run.execution.status, 'Succeeded');
});

test('a submission changes nothing once the state is being aborted or the execution ends', () => {
  const run = callback();
  run.take({ kind: 'stop', failure: FAILURE }, 0);
  run.take({ kind: 'task-submitted', id: 4, output: {} });
  assert.deepEqual(
    run.events.slice(4).map(({ type }) => type),
    ['StateAborted', 'ExecutionStopped'],
  );
});
