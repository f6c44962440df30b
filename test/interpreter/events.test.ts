/** The events of an execution, their order and their causes (rules.md 13.2–13.4). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByHand } from './by-hand.ts';

const HTTP = { Type: 'Task', Action: 'HTTP:Request', Parameters: { url: 'http://x.invalid/', method: 'GET' } };

test('a line of states: each event is caused by the one before it', () => {
  const run = new ByHand(
    {
      StartAt: 'A',
      States: [
        { Type: 'Pass', Name: 'A', InputConstructor: { a: 1 }, OutputConstructor: { 'b.$': '$Output.a' }, Next: 'B' },
        { Type: 'Choice', Name: 'B', Branches: [{ Condition: '$Input.b == 1', Next: 'C' }], Default: 'D' },
        { Type: 'Succeed', Name: 'C' },
        { Type: 'Succeed', Name: 'D' },
      ],
    },
    { x: 0 },
  );
  assert.deepEqual(run.lines, [
    '1 0 ExecutionStarted {"x":0}',
    '2 1 StateEntered A {"x":0}',
    '3 2 StateStarted A {"a":1}',
    '4 3 StateSucceeded A {"b":1} → B',
    '5 4 StateEntered B {"b":1}',
    '6 5 StateStarted B {"b":1}',
    '7 6 StateSucceeded B {"b":1} → C',
    '8 7 StateEntered C {"b":1}',
    '9 8 StateStarted C {"b":1}',
    '10 9 StateSucceeded C {"b":1}',
    '11 10 ExecutionSucceeded {"b":1}',
  ]);
});

test('a task is retried after its delay, then caught; its end is caused by its TaskScheduled', () => {
  const run = new ByHand({
    StartAt: 'Call',
    States: [
      {
        ...HTTP,
        Name: 'Call',
        Retry: [{ Errors: ['X'], MaxAttempts: 1, IntervalSeconds: 3 }],
        Catch: [{ Errors: ['FnF.ALL'], OutputConstructor: { 'code.$': '$Context.Current.Error.Code' }, Next: 'End' }],
        End: true,
      },
      { Type: 'Pass', Name: 'End', End: true },
    ],
  });
  run.take({ kind: 'task-failed', id: 4, failure: { error: 'X', cause: '' } });
  run.take({ kind: 'task-failed', id: 4, failure: { error: 'X', cause: 'again' } });
  run.take({ kind: 'timer-due', id: 5 });
  run.take({ kind: 'timer-due', id: 5 });
  run.take({ kind: 'task-failed', id: 6, failure: { error: 'X', cause: '' } });
  const parameters = '{"url":"http://x.invalid/","method":"GET"}';
  assert.deepEqual(run.lines, [
    '1 0 ExecutionStarted {}',
    '2 1 StateEntered Call {}',
    '3 2 StateStarted Call {}',
    `4 3 TaskScheduled Call ${parameters}`,
    '5 4 TaskFailed Call !X retry 3s',
    `6 5 TaskScheduled Call ${parameters}`,
    '7 6 TaskFailed Call !X',
    '8 7 StateFailed Call !X {"code":"X"} → End',
    '9 8 StateEntered End {"code":"X"}',
    '10 9 StateStarted End {"code":"X"}',
    '11 10 StateSucceeded End {"code":"X"}',
    '12 11 ExecutionSucceeded {"code":"X"}',
  ]);
});

test('branches are opened by their state, and the first failure aborts the threads that are in a state, innermost first', () => {
  const inner = {
    Type: 'Parallel',
    Name: 'Inner',
    End: true,
    Branches: [{ StartAt: 'Deep', States: [{ ...HTTP, Name: 'Deep', End: true }] }],
  };
  const run = new ByHand({
    StartAt: 'All',
    States: [
      {
        Type: 'Parallel',
        Name: 'All',
        End: true,
        Branches: [
          { StartAt: 'First', States: [{ ...HTTP, Name: 'First', End: true }] },
          { StartAt: 'Inner', States: [inner] },
        ],
      },
    ],
  } as never);
  assert.deepEqual(run.lines.slice(3, 5), ['4 3 BranchEntered All #0 {}', '5 3 BranchEntered All #1 {}']);
  const scheduled = run.events.find((event) => event.type === 'TaskScheduled' && event.thread === 4);
  run.take({ kind: 'task-failed', id: scheduled?.id ?? 0, failure: { error: 'X', cause: '' } });
  const after = run.lines.slice(-6);
  assert.match(after[0] ?? '', /TaskFailed First !X$/u);
  assert.match(after[1] ?? '', /StateFailed First !X$/u);
  assert.match(after[2] ?? '', /StateAborted Deep !X$/u);
  assert.match(after[3] ?? '', /StateAborted Inner !X$/u);
  assert.match(after[4] ?? '', /StateFailed All !X$/u);
  assert.match(after[5] ?? '', /ExecutionFailed !X$/u);
  assert.equal(run.execution.commands.size, 0);
  assert.equal(run.execution.threads.size, 0);
});

test('items begin when others end, and their results are in the order of the items', () => {
  const run = new ByHand(
    {
      StartAt: 'Each',
      States: [
        {
          Type: 'Map',
          Name: 'Each',
          ItemsPath: '$Input.items',
          MaxConcurrency: 2,
          End: true,
          Processor: { StartAt: 'Call', States: [{ ...HTTP, Name: 'Call', End: true }] },
        },
      ],
    },
    { items: ['a', 'b', 'c'] },
  );
  const calls = (): number[] => [...run.execution.commands.keys()];
  assert.equal(calls().length, 2);
  run.take({ kind: 'task-succeeded', id: calls()[1] as number, output: 'second' });
  assert.equal(calls().length, 2);
  run.take({ kind: 'task-succeeded', id: calls()[1] as number, output: 'third' });
  run.take({ kind: 'task-succeeded', id: calls()[0] as number, output: 'first' });
  assert.equal(run.execution.status, 'Succeeded');
  assert.deepEqual(run.execution.output, { Items: ['first', 'second', 'third'] });
  assert.deepEqual(
    run.lines.filter((line) => line.includes('Iteration')).map((line) => line.replace(/^\d+ \d+ /u, '')),
    [
      'IterationEntered Each #0 "a"',
      'IterationEntered Each #1 "b"',
      'IterationExited Each #1 "second"',
      'IterationEntered Each #2 "c"',
      'IterationExited Each #2 "third"',
      'IterationExited Each #0 "first"',
    ],
  );
});

test('a timeout of the execution aborts every state and ends with ExecutionTimedOut', () => {
  const run = new ByHand({ StartAt: 'W', Timeout: 5, States: [{ Type: 'Wait', Name: 'W', Seconds: 20, End: true }] });
  run.take({ kind: 'execution-timed-out' });
  assert.deepEqual(run.lines.slice(3), [
    '4 3 StateAborted W !FnF.ExecutionTimeout',
    '5 4 ExecutionTimedOut !FnF.ExecutionTimeout',
  ]);
  assert.equal(run.execution.status, 'TimedOut');
  assert.deepEqual([run.execution.commands.size, run.execution.threads.size], [0, 0]);
});

test('stale, repeated and foreign inputs give no events', () => {
  const run = new ByHand({ StartAt: 'Call', States: [{ ...HTTP, Name: 'Call', Timeout: 3, End: true }] });
  const before = run.events.length;
  run.take({ kind: 'start' });
  run.take({ kind: 'continue' });
  run.take({ kind: 'timer-due', id: 4 });
  run.take({ kind: 'task-succeeded', id: 3, output: {} });
  run.take({ kind: 'task-succeeded', id: 99, output: {} });
  assert.equal(run.events.length, before);
  run.take({ kind: 'task-timed-out', id: 4 });
  assert.equal(run.execution.failure?.error, 'FnF.TaskTimeout');
  const ended = run.events.length;
  run.take({ kind: 'task-succeeded', id: 4, output: {} });
  run.take({ kind: 'execution-timed-out' });
  assert.equal(run.events.length, ended);
});
