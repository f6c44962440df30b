/** A redrive continues from the state that failed, with the results of the states that succeeded, and counts time and events anew. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/base/json.ts';
import type { Input } from '../../src/interpreter/input.ts';
import { eventsToUndo } from '../../src/interpreter/redrive.ts';
import { ByHand } from './by-hand.ts';

const CALL: JsonObject = {
  ...{ Type: 'Task', Action: 'HTTP:Request' },
  Parameters: { url: 'http://x.invalid/', method: 'GET', 'body.$': '$Input' },
};
const FAILURE = { error: 'X', cause: 'why' };

function branch(...States: JsonObject[]): JsonObject {
  return { StartAt: States[0]?.['Name'] as string, States };
}

function parallel(Name: string, Branches: readonly JsonObject[], more: JsonObject = {}): JsonObject {
  return { Type: 'Parallel', Name, Branches, End: true, ...more };
}

function call(Name: string, more: JsonObject = { End: true }): JsonObject {
  return { ...CALL, Name, ...more };
}

function fail(run: ByHand, state: string): void {
  run.takeRebuilt({ kind: 'task-failed', id: run.command(state).id, failure: FAILURE });
}

function succeed(run: ByHand, state: string, output: JsonObject | number = {}): void {
  run.takeRebuilt({ kind: 'task-succeeded', id: run.command(state).id, output });
}

function undone(run: ByHand): string[] {
  const ids = new Set(run.events.flatMap(({ facts }) => facts?.undone ?? []));
  return run.lines.filter((_, i) => ids.has(i + 1)).map((line) => line.replace(/ \{.*\}/u, ''));
}

test('a failed task is called again with the input that it had, and the states before it do not run again', () => {
  const run = new ByHand(branch(call('A', { Next: 'B' }), call('B')), { n: 1 });
  succeed(run, 'A', { a: 1 });
  fail(run, 'B');
  assert.equal(run.execution.status, 'Failed');
  run.nowMs = 50_000;
  run.redrive();
  assert.deepEqual(undone(run), [
    '8 7 StateStarted B',
    '9 8 TaskScheduled B',
    '10 9 TaskFailed B !X',
    '11 10 StateFailed B !X',
    '12 11 ExecutionFailed !X',
  ]);
  assert.deepEqual(run.lines.slice(12), [
    '13 12 ExecutionRedriven {"n":1}',
    '14 7 StateStarted B {"a":1}',
    '15 14 TaskScheduled B {"url":"http://x.invalid/","method":"GET","body":{"a":1}}',
  ]);
  const { execution } = run;
  assert.deepEqual([execution.startedMs, execution.beganMs, execution.deadlineMs], [1_000, 50_000, 350_000]);
  succeed(run, 'B', 2);
  assert.deepEqual([run.execution.status, run.execution.output, run.execution.redrives], ['Succeeded', 2, 1]);
  assert.equal(run.execution.failure, null);
});

test('retries begin anew, and variables have their values from before the failed state', () => {
  const retry = { Retry: [{ Errors: ['X'], MaxAttempts: 1, IntervalSeconds: 1 }], End: true };
  const run = new ByHand(
    branch(
      { Type: 'Pass', Name: 'Set', GlobalConstructor: { g: 1 }, Next: 'Both' },
      parallel('Both', [
        branch({ Type: 'Pass', Name: 'Over', GlobalConstructor: { g: 2 }, Next: 'C' }, call('C', retry)),
      ]),
    ),
  );
  const attempts = (): number[] =>
    run.events.flatMap(({ type, facts }) => (type === 'TaskScheduled' ? [facts?.attempt ?? 0] : []));
  fail(run, 'C');
  run.takeRebuilt({ kind: 'timer-due', id: run.command('C').id });
  fail(run, 'C');
  assert.equal(run.execution.status, 'Failed');
  run.redrive();
  fail(run, 'C');
  assert.deepEqual(attempts(), [1, 2, 1]);
  assert.deepEqual(run.execution.global, { g: 2 });
  run.takeRebuilt({ kind: 'timer-due', id: run.command('C').id });
  succeed(run, 'C');
  assert.equal(run.execution.status, 'Succeeded');
});

/** One branch done, one failed two levels down, one waiting for a callback, one in a Wait. */
function deep(): ByHand {
  const callback = { TaskMode: 'WaitForCustomCallback', Timeout: 100, End: true };
  const run = new ByHand(
    branch(
      parallel('All', [
        branch(call('Done')),
        branch(parallel('Inner', [branch(call('Bad')), branch(call('Open'))])),
        branch(call('Callback', callback)),
        branch({ Type: 'Wait', Name: 'Wait', Seconds: 9, End: true }),
      ]),
    ),
    {},
    {},
    { mode: 'Standard' },
  );
  succeed(run, 'Done', 1);
  run.takeRebuilt({ kind: 'task-submitted', id: run.command('Callback').id, output: {} });
  return run;
}

test('siblings continue where they were: calls are open, submitted ones are waited for, timers begin again', () => {
  const run = deep();
  const before = [run.command('Open').id, run.command('Callback').id, run.command('Wait').id];
  fail(run, 'Bad');
  assert.equal(run.execution.status, 'Failed');
  run.nowMs = 70_000;
  run.redrive();
  assert.deepEqual([run.command('Open').id, run.command('Callback').id, run.command('Wait').id], before);
  for (const command of run.execution.commands.values()) assert.equal(command.openedMs, 70_000);
  const callback = run.command('Callback');
  assert.ok(callback.kind === 'task' && callback.submitted);
  assert.deepEqual([run.execution.dueMs(callback), run.execution.dueMs(run.command('Wait'))], [170_000, 79_000]);
  run.takeRebuilt({ kind: 'timer-due', id: run.command('Wait').id });
  for (const state of ['Callback', 'Bad', 'Open']) succeed(run, state, { state });
  assert.deepEqual(run.execution.output, {
    Branch0: 1,
    Branch1: { Branch0: { state: 'Bad' }, Branch1: { state: 'Open' } },
    Branch2: { state: 'Callback' },
    Branch3: {},
  });
});

test('results that came while inner states were stopped remain', () => {
  const run = deep();
  // The failure and the first abort, and then an answer for a branch that is not being aborted yet.
  run.take({ kind: 'task-failed', id: run.command('Bad').id, failure: FAILURE }, 0);
  run.take({ kind: 'continue' }, 0);
  run.take({ kind: 'task-succeeded', id: run.command('Callback').id, output: 'valid' }, 0);
  run.takeRebuilt({ kind: 'continue' });
  assert.equal(run.execution.status, 'Failed');
  const answer = run.events.findLast(({ type }) => type === 'TaskSucceeded')?.id ?? 0;
  assert.ok(!eventsToUndo(run.events).includes(answer));
  run.redrive();
  run.takeRebuilt({ kind: 'timer-due', id: run.command('Wait').id });
  for (const state of ['Bad', 'Open']) succeed(run, state);
  assert.equal((run.execution.output as JsonObject)['Branch2'], 'valid');
});

test('an execution that was stopped or over its time continues where it was, with its whole time', () => {
  for (const input of [{ kind: 'stop', failure: FAILURE }, { kind: 'execution-timed-out' }] as const) {
    const run = deep();
    const before = [...run.execution.commands.keys()];
    run.takeRebuilt(input);
    assert.notEqual(run.execution.status, 'Running');
    run.nowMs = 400_000;
    run.redrive();
    assert.deepEqual([...run.execution.commands.keys()], before);
    assert.equal(run.execution.ending, null);
    assert.equal(run.execution.deadlineMs, 700_000);
    run.takeRebuilt(input);
    assert.notEqual(run.execution.status, 'Running');
    run.redrive();
    assert.deepEqual([...run.execution.commands.keys()], before);
    assert.equal(run.execution.redrives, 2);
  }
});

test('a call whose work ended with the execution is made again, as a new task', () => {
  const child = {
    ...{ Type: 'Task', Action: 'FNF:StartExecution', TaskMode: 'WaitForSystemCallback', End: true },
    Parameters: { resourceArn: 'acs:fnf:::flow/child', input: { 'token.$': '$Context.Current.TaskToken' } },
  };
  const inputs = [
    (run: ByHand): Input => ({ kind: 'task-failed', id: run.command('Bad').id, failure: FAILURE }),
    (): Input => ({ kind: 'stop', failure: FAILURE }),
  ];
  for (const input of inputs) {
    const branches = ['Ended', 'Called', 'Submitted'].map((Name) => branch({ ...child, Name }));
    const run = new ByHand(branch(parallel('All', [...branches, branch(call('Bad'))])), {}, {}, { mode: 'Standard' });
    for (const state of ['Ended', 'Submitted']) {
      run.takeRebuilt({ kind: 'task-submitted', id: run.command(state).id, output: null });
    }
    succeed(run, 'Ended');
    const bad = run.command('Bad').id;
    const before = [...run.execution.commands.keys()];
    run.takeRebuilt(input(run));
    run.redrive();
    const after = [run.command('Called'), run.command('Submitted')];
    for (const command of after) {
      assert.ok(
        command.kind !== 'timer' && command.kind !== 'map' && !command.submitted && !before.includes(command.id),
      );
      assert.deepEqual(command.parameters['input'], { token: `token ${command.id}` });
    }
    // A plain call is repeated as the same task, unless it is the one that failed.
    assert.equal(run.command('Bad').id === bad, input === inputs[1]);
    for (const state of ['Submitted', 'Called', 'Bad']) succeed(run, state);
    assert.equal(run.execution.status, 'Succeeded');
  }
});

test('an execution at its limit of events continues where it was, with as many events again', () => {
  const loop = branch({ Type: 'Pass', Name: 'Loop', Next: 'Loop' });
  const run = new ByHand(loop, {}, { events: 50 });
  for (let life = 1; life <= 4; life++) {
    assert.equal(run.execution.failure?.error, 'FnF.EventLimitExceeded');
    assert.equal(run.events.length, life * 50);
    assert.deepEqual(eventsToUndo(run.events), [life * 50]);
    run.redrive();
  }
});

test('a redrive after the limit of events, at any event, undoes only the end', () => {
  const recovery = (Next: string): JsonObject => ({
    Retry: [{ Errors: ['X'], MaxAttempts: 1, IntervalSeconds: 0 }],
    Catch: [{ Errors: ['X'], Next }],
    ...{ Next, End: false },
  });
  const flow = branch(
    parallel('Inner', [branch(call('A')), branch(call('B'))], recovery('Rest')),
    parallel('Rest', [branch(call('C'))], recovery('Last')),
    { Type: 'Pass', Name: 'Last', End: true },
  );
  /** Fails all attempts of the first call, over as many ends as the limit causes. */
  const drive = (events: number): ByHand => {
    const run = new ByHand(flow, {}, { events });
    while (run.execution.status !== 'Succeeded') {
      if (run.execution.status === 'Failed') {
        assert.equal(run.execution.failure?.error, 'FnF.EventLimitExceeded');
        assert.deepEqual(eventsToUndo(run.events), [run.events.length]);
        run.redrive();
        continue;
      }
      const [command] = [...run.execution.commands.values()];
      const { id, kind } = command as NonNullable<typeof command>;
      run.takeRebuilt(kind === 'timer' ? { kind: 'timer-due', id } : { kind: 'task-failed', id, failure: FAILURE });
    }
    return run;
  };
  const types = ({ events }: ByHand): string =>
    String(events.map(({ type }) => type).filter((type) => !['ExecutionFailed', 'ExecutionRedriven'].includes(type)));
  const whole = drive(Number.POSITIVE_INFINITY);
  for (let events = 8; events < whole.events.length; events++) {
    const run = drive(events);
    assert.equal(types(run), types(whole));
    assert.deepEqual(run.execution.output, whole.execution.output);
  }
});

test('a Fail with the name of the limit is a failure like any other', () => {
  const run = new ByHand(branch({ Type: 'Fail', Name: 'F', Code: 'FnF.EventLimitExceeded' }));
  assert.deepEqual(eventsToUndo(run.events), [3, 4, 5]);
});

test('a Map whose results are too large together begins again', () => {
  const item = call('Item');
  const map = { Type: 'Map', Name: 'Each', ItemsPath: 'toArray(1, 2, 3)', Processor: branch(item), End: true };
  const run = new ByHand(branch(map), {}, { stateDataBytes: 100 });
  const answer = (text: string): void => succeed(run, 'Item', { text });
  for (const text of ['a'.repeat(60), 'b'.repeat(60)]) answer(text);
  assert.equal(run.execution.failure?.error, 'FnF.DataLimitExceeded');
  run.redrive();
  for (const text of ['a', 'b', 'c']) answer(text);
  assert.deepEqual(run.execution.output, { Items: ['a', 'b', 'c'].map((text) => ({ text })) });
});

test('a redrive of a redriven execution undoes its own failure only', () => {
  const run = new ByHand(branch(parallel('Both', [branch(call('A')), branch(call('B', { Next: 'C' }), call('C'))])));
  fail(run, 'A');
  run.redrive();
  succeed(run, 'B');
  fail(run, 'C');
  run.redrive();
  succeed(run, 'A');
  fail(run, 'C');
  run.redrive();
  succeed(run, 'C');
  assert.equal(run.execution.status, 'Succeeded');
  const all = run.events.flatMap(({ facts }) => facts?.undone ?? []);
  assert.equal(new Set(all).size, all.length);
  const succeeded = run.events.filter(({ type }) => type === 'TaskSucceeded');
  assert.equal(succeeded.length, 3);
});

test('an input that is too large is refused again', () => {
  const run = new ByHand(
    branch({ Type: 'Pass', Name: 'P', End: true }),
    { text: 'x'.repeat(200) },
    { stateDataBytes: 100 },
  );
  const failure = run.execution.failure;
  run.redrive();
  assert.deepEqual([run.execution.status, run.execution.failure], ['Failed', failure]);
});

test('a redrive that was decided already changes nothing, nor does one of an execution that has not ended', () => {
  const run = new ByHand(branch(call('A')));
  run.take({ kind: 'redrive', undone: [1] });
  assert.equal(run.events.length, 4);
  fail(run, 'A');
  const before = eventsToUndo(run.events);
  run.take({ kind: 'redrive', undone: before });
  assert.equal(run.events.length, 7);
  run.redrive();
  const events = run.events.length;
  run.take({ kind: 'redrive', undone: before });
  assert.equal(run.events.length, events);
  assert.throws(() => eventsToUndo(run.events), /only an end without success/u);
});
