/** Events as GetExecutionHistory serves them (the table of rules.md 13.3). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringifyJson } from '../../src/base/json.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { historyEvent } from '../../src/interpreter/history.ts';
import type { StateEventNames } from '../../src/interpreter/history.ts';
import { decodeEvents, encodeEvents } from '../../src/interpreter/journal.ts';
import { ByHand } from './by-hand.ts';

const CALL = {
  ...{ Type: 'Task', Action: 'HTTP:Request', TaskMode: 'WaitForCustomCallback' },
  Parameters: { url: 'http://x.invalid/', method: 'POST' },
};
const FAILURE = { error: 'X', cause: 'why' };

/** `id cause type step detail` a line, from the journal alone. */
function served(run: ByHand, names: StateEventNames = 'state'): string[] {
  return decodeEvents(encodeEvents(run.events, run.plan)).map(({ event, stepName }) => {
    const { id, cause, type, stepName: step, detail } = historyEvent(event, stepName, names);
    return `${id} ${cause} ${type} ${step} ${stringifyJson(detail)}`;
  });
}

function standard(...States: JsonObject[]): ByHand {
  const definition = { StartAt: States[0]?.['Name'] as string, States };
  return new ByHand(definition, { a: 1 }, {}, { mode: 'Standard', start: { version: '3', alias: 'live' } });
}

test('a callback task that is refused, retried, submitted, failed and caught; a redrive', () => {
  const run = standard(
    {
      ...{ ...CALL, Name: 'Call', Timeout: 60, Next: 'Last' },
      Retry: [{ Errors: ['X'], MaxAttempts: 1, IntervalSeconds: 2 }],
      Catch: [{ Errors: ['X'], OutputConstructor: { 'code.$': '$Context.Current.Error.Code' }, Next: 'Last' }],
    },
    { Type: 'Fail', Name: 'Last', Code: 'Y', Detail: 'no' },
  );
  run.take({ kind: 'task-submit-failed', id: 4, failure: FAILURE });
  run.take({ kind: 'timer-due', id: 5 });
  run.take({ kind: 'task-submitted', id: 6, output: { Code: 202 } });
  run.take({ kind: 'task-failed', id: 6, failure: FAILURE });
  run.redrive();
  const scheduled = (attempt: number): string =>
    '{"action":"HTTP:Request","mode":"WaitForCustomCallback","parameters":{"url":"http://x.invalid/","method":"POST"},' +
    `"timeoutSeconds":60,"attempt":${attempt}}`;
  assert.deepEqual(served(run), [
    '1 0 ExecutionStarted  {"input":{"a":1},"version":"3","alias":"live"}',
    '2 1 StateEntered Call {"input":{"a":1}}',
    '3 2 StateStarted Call {"input":{"a":1}}',
    `4 3 TaskScheduled Call ${scheduled(1)}`,
    '5 4 TaskSubmitFailed Call {"error":"X","cause":"why","retryAfterSeconds":2}',
    `6 5 TaskScheduled Call ${scheduled(2)}`,
    '7 6 TaskSubmitted Call {"output":{"Code":202}}',
    '8 6 TaskFailed Call {"error":"X","cause":"why"}',
    '9 8 StateFailed Call {"error":"X","cause":"why","next":"Last","output":{"code":"X"}}',
    '10 9 StateEntered Last {"input":{"code":"X"}}',
    '11 10 StateStarted Last {"input":{"code":"X"}}',
    '12 11 StateFailed Last {"error":"Y","cause":"no"}',
    '13 12 ExecutionFailed  {"error":"Y","cause":"no"}',
    '14 13 ExecutionStarted  {"input":{"a":1},"redrive":1}',
    '15 10 StateStarted Last {"input":{"code":"X"}}',
    '16 15 StateFailed Last {"error":"Y","cause":"no"}',
    '17 16 ExecutionFailed  {"error":"Y","cause":"no"}',
  ]);
});

const BOTH: JsonObject = {
  ...{ Type: 'Parallel', Name: 'Both', Next: 'Each' },
  Branches: [
    { StartAt: 'One', States: [{ ...CALL, Name: 'One', End: true }] },
    { StartAt: 'Two', States: [{ ...CALL, Name: 'Two', Timeout: 5, End: true }] },
  ],
};
const EACH: JsonObject = {
  ...{ Type: 'Map', Name: 'Each', ItemsPath: 'toArray(7)', End: true },
  Processor: { StartAt: 'Item', States: [{ Type: 'Pass', Name: 'Item', End: true }] },
};

test('branches, items and success', () => {
  const run = standard(BOTH, EACH);
  run.take({ kind: 'task-succeeded', id: run.command('One').id, output: 1 });
  run.take({ kind: 'task-succeeded', id: run.command('Two').id, output: 2 });
  assert.deepEqual(
    served(run)
      .filter((line) => /^\d+ \d+ (Branch|Iteration|\w+Succeeded)/u.test(line))
      .map((line) => line.replace(/^\d+ \d+ /u, '')),
    [
      'BranchEntered Both {"index":0,"input":{"a":1}}',
      'BranchEntered Both {"index":1,"input":{"a":1}}',
      'TaskSucceeded One {"output":1}',
      'StateSucceeded One {"output":1}',
      'BranchExited Both {"index":0,"output":1}',
      'TaskSucceeded Two {"output":2}',
      'StateSucceeded Two {"output":2}',
      'BranchExited Both {"index":1,"output":2}',
      'StateSucceeded Both {"output":{"Branch0":1,"Branch1":2}}',
      'IterationEntered Each {"index":0,"input":7}',
      'StateSucceeded Item {"output":7}',
      'IterationExited Each {"index":0,"output":7}',
      'StateSucceeded Each {"output":{"Items":[7]}}',
      'ExecutionSucceeded  {"output":{"Items":[7]}}',
    ],
  );
});

test('a timeout and the states that it aborts; with the setting, only event names of the API', () => {
  const run = standard(BOTH, EACH);
  run.take({ kind: 'task-timed-out', id: run.command('Two').id });
  const timeout = '{"error":"FnF.TaskTimeout","cause":"The task did not end within 5 seconds."}';
  const aborted = 'A sibling failed with FnF.TaskTimeout.';
  assert.deepEqual(tail(served(run)), [
    `TaskTimedOut Two ${timeout}`,
    `StateTimedOut Two ${timeout}`,
    `StateAborted One {"cause":"${aborted}"}`,
    `StateTimedOut Both ${timeout}`,
    `ExecutionFailed  ${timeout}`,
  ]);
  assert.deepEqual(tail(served(run, 'step')), [
    `TaskTimedOut Two ${timeout}`,
    `StepFailed Two ${timeout}`,
    `StepFailed One {"error":"FnF.TaskTimeout","cause":"${aborted}"}`,
    `StepFailed Both ${timeout}`,
    `ExecutionFailed  ${timeout}`,
  ]);
  const types = new Set(served(run, 'step').map((line) => line.split(' ')[2]));
  assert.ok(['StepEntered', 'StepStarted'].every((type) => types.has(type)));
  assert.ok([...types].every((type) => !type?.startsWith('State')));
});

function tail(lines: readonly string[]): string[] {
  return lines.slice(-5).map((line) => line.replace(/^\d+ \d+ /u, ''));
}

test('a stop, and a call without a timeout', () => {
  const run = standard({ ...CALL, Name: 'Call', End: true });
  run.take({ kind: 'stop', failure: { error: 'E', cause: '' } });
  assert.match(served(run)[3] as string, /"parameters":\{[^}]*\},"attempt":1\}$/u);
  assert.deepEqual(served(run).slice(4), [
    '5 4 StateAborted Call {"cause":"The execution was stopped."}',
    '6 5 ExecutionStopped  {"error":"E","cause":""}',
  ]);
});

test('the variables that GlobalConstructor has built are beside the detail, not in it', () => {
  const run = standard({
    ...{ Type: 'Pass', Name: 'Count', End: true },
    GlobalConstructor: { 'total.$': '$Input.a', long: 3 },
  });
  const events = decodeEvents(encodeEvents(run.events, run.plan)).map(({ event, stepName }) =>
    historyEvent(event, stepName, 'state'),
  );
  assert.deepEqual(
    events.flatMap(({ type, global, detail }) => (global === undefined ? [] : [[type, global, Object.keys(detail)]])),
    [['StateSucceeded', { total: 1, long: 3 }, ['output']]],
  );
  assert.ok(events.every((event) => event.type === 'StateSucceeded' || !('global' in event)));
});
