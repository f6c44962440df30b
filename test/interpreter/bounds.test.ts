/** Bounds of one execution in memory, and of the work of one decision. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/base/json.ts';
import { THREADS_MAX, WARNINGS_MAX } from '../../src/interpreter/execution.ts';
import { ByHand } from './by-hand.ts';

const CALL = { Type: 'Task', Action: 'Test:Call' };
const FORTY = Array.from({ length: 40 }, (_, i) => i);

/** A Map of forty items around a state. */
function fortyTimes(name: string, inner: JsonObject): JsonObject {
  return {
    Type: 'Map',
    Name: name,
    InputConstructor: { items: FORTY },
    ItemsPath: '$Input.items',
    Processor: { StartAt: inner['Name'] as string, States: [inner] },
    End: true,
  };
}

/** Continues until every thread waits or the execution has ended. */
function settle(run: ByHand): void {
  while (run.execution.canContinue) run.take({ kind: 'continue' });
}

test('Maps inside Maps hold a bounded number of items at once, and all items are done', () => {
  const inner = {
    ...{ Type: 'Wait', Name: 'W', Seconds: 1, End: true, OutputConstructor: {} },
    GlobalConstructor: { 'n.$': 'intAdd($Global.n, 1)' },
  };
  const first = { Type: 'Pass', Name: 'First', GlobalConstructor: { n: 0 }, Next: 'A' };
  const small = (state: JsonObject): JsonObject => ({ ...state, OutputConstructor: {} });
  const maps = small(fortyTimes('A', small(fortyTimes('B', small(fortyTimes('C', inner))))));
  const run = new ByHand({ StartAt: 'First', States: [first, maps] });
  let most = 0;
  const continueToEnd = (): void => {
    while (run.execution.canContinue) run.take({ kind: 'continue' });
    most = Math.max(most, run.execution.threads.size);
    run.events.length = 0;
  };
  for (continueToEnd(); run.execution.commands.size > 0; ) {
    // The latest first: those began when there was no room left.
    for (const id of [...run.execution.commands.keys()].reverse()) {
      run.take({ kind: 'timer-due', id });
      continueToEnd();
    }
  }
  assert.equal(run.execution.status, 'Succeeded');
  assert.equal(run.execution.global['n'], 64_000);
  // Each state around an item may run one more item beyond the bound.
  assert.ok(most >= THREADS_MAX && most <= THREADS_MAX + 40 * 40, `${most} threads`);
});

test('an ItemConstructor that always fails does not hold up the others', () => {
  const map = {
    ...fortyTimes('M', { Type: 'Pass', Name: 'P', End: true }),
    InputConstructor: { items: [...Array.from({ length: 5_000 }, () => 1), 'x'] },
    ItemConstructor: { 'n.$': 'intAdd($Item, 1)' },
    Catch: [{ Errors: ['FnF.RuntimeError'], Next: 'M' }],
  };
  const run = new ByHand({ StartAt: 'M', States: [map] });
  assert.ok(run.longestDecision(5) < 50);
});

test('expressions and the measuring of values count as work and shorten a decision', () => {
  const items = Array.from({ length: 10_000 }, () => 1);
  const loop = (OutputConstructor: JsonObject): ByHand =>
    new ByHand({ StartAt: 'P', States: [{ Type: 'Pass', Name: 'P', OutputConstructor, Next: 'P' }] }, { items });
  const plain = loop({ a: 1 }).longestDecision(3);
  assert.ok(plain > 500, `${plain} events of a loop that does nothing`);
  const measuring = loop({ 'items.$': '$Input.items' }).longestDecision(3);
  assert.ok(measuring < 100, `${measuring} events of a loop that copies`);
  const searching = loop({
    'items.$': '$Context.Execution.Input.items',
    'x.$': '2 in $Context.Execution.Input.items',
  }).longestDecision(3);
  assert.ok(searching < 50, `${searching} events of a loop that searches`);
});

test('each state has its own fuel', () => {
  const items = Array.from({ length: 10_000 }, () => 1);
  const search = Object.fromEntries(
    Array.from({ length: 35 }, (_, i) => [`x${i}.$`, '2 in $Context.Execution.Input.items']),
  );
  const states = ['A', 'B', 'C'].map((Name, i, all) => ({
    ...{ Type: 'Pass', Name, OutputConstructor: search },
    ...(i === all.length - 1 ? { End: true } : { Next: all[i + 1] as string }),
  }));
  const run = new ByHand({ StartAt: 'A', States: states }, { items });
  settle(run);
  assert.equal(run.execution.status, 'Succeeded');
});

test('copies of a large object in an ItemConstructor are paid for', () => {
  const template = Object.fromEntries(Array.from({ length: 4_000 }, (_, i) => [`k${i}`, 1]));
  const run = new ByHand({
    StartAt: 'M',
    States: [
      {
        ...fortyTimes('M', { Type: 'Pass', Name: 'P', End: true }),
        InputConstructor: { items: Array.from({ length: 20_000 }, () => 1) },
        ItemConstructor: { ...template, 'item.$': '$Item' },
      },
    ],
  });
  settle(run);
  assert.equal(run.execution.failure?.error, 'FnF.RuntimeError');
  assert.match(run.execution.failure?.cause ?? '', /more work/u);
});

test('variables of $Global that are large together are paid for', () => {
  const items = Array.from({ length: 25_000 }, () => 1);
  const globals = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`g${i}.$`, '$Input.items']));
  const run = new ByHand(
    { StartAt: 'P', States: [{ Type: 'Pass', Name: 'P', GlobalConstructor: globals, End: true }] },
    { items },
  );
  settle(run);
  assert.match(run.execution.failure?.cause ?? '', /more work/u);
});

test('all of $Global together is bounded, and a variable that is written again counts once', () => {
  const quarter = 'x'.repeat(65_000);
  const write = (name: string, i: number): JsonObject => ({
    ...{
      Type: 'Pass',
      Name: `P${i}`,
      GlobalConstructor: { [`${name}.$`]: 'format("{}{}{}", $Input.t, $Input.t, $Input.t)' },
    },
    ...(i === 39 ? { End: true } : { Next: `P${i + 1}` }),
  });
  const flow = (name: (i: number) => string): ByHand => {
    const States = Array.from({ length: 40 }, (_, i) => write(name(i), i));
    const run = new ByHand({ StartAt: 'P0', States }, { t: quarter });
    settle(run);
    return run;
  };
  assert.equal(flow((i) => `same${i % 2}`).execution.status, 'Succeeded');
  const many = flow((i) => `own${i}`).execution;
  assert.deepEqual(many.failure, { error: 'FnF.DataLimitExceeded', cause: '$Global is larger than 4194304 bytes.' });
});

test('conditions that are constants, rules for errors and failing expressions count as work', () => {
  const branches = Array.from({ length: 20_000 }, () => ({ Condition: false, Next: 'C' }));
  const choice = new ByHand({
    StartAt: 'C',
    States: [{ Type: 'Choice', Name: 'C', Branches: branches, Default: 'C' }],
  });
  assert.ok(choice.longestDecision(3) < 10);
  const names = Array.from({ length: 20_000 }, (_, i) => `Error${i}`);
  const fails = {
    ...fortyTimes('M', { Type: 'Fail', Name: 'F', Code: 'Other' }),
    Retry: [{ Errors: names, MaxAttempts: 1, IntervalSeconds: 1 }],
    Catch: [{ Errors: ['FnF.ALL'], Next: 'M' }],
  };
  assert.ok(new ByHand({ StartAt: 'M', States: [fails] }).longestDecision(5) < 200);
  const failing = {
    ...{ Type: 'Parallel', Name: 'P', InputConstructor: { 'x.$': 'intAdd($Input, 1)' }, End: true },
    Branches: [{ StartAt: 'A', States: [{ Type: 'Pass', Name: 'A', End: true }] }],
    Catch: [{ Errors: ['FnF.RuntimeError'], Next: 'P' }],
  };
  assert.ok(new ByHand({ StartAt: 'P', States: [failing] }).longestDecision(3) < 50);
});

test('a large constant is paid for by each state that builds it', () => {
  const constant = Object.fromEntries(Array.from({ length: 9_000 }, (_, i) => [`k${i}`, 1]));
  const run = new ByHand({
    StartAt: 'P',
    States: [
      { Type: 'Pass', Name: 'P', OutputConstructor: { deep: { constant } }, GlobalConstructor: constant, Next: 'P' },
    ],
  });
  assert.ok(run.longestDecision(3) < 20);
});

test('$Global has a bounded number of variables', () => {
  const write = (from: number): JsonObject =>
    Object.fromEntries(Array.from({ length: 6_000 }, (_, i) => [`g${from + i}`, 1]));
  const flow = (second: number): ByHand => {
    const run = new ByHand({
      StartAt: 'A',
      States: [
        { Type: 'Pass', Name: 'A', GlobalConstructor: write(0), Next: 'B' },
        { Type: 'Pass', Name: 'B', GlobalConstructor: write(second), End: true },
      ],
    });
    settle(run);
    return run;
  };
  assert.equal(flow(3_000).execution.status, 'Succeeded');
  assert.deepEqual(flow(6_000).execution.failure, {
    error: 'FnF.DataLimitExceeded',
    cause: '$Global has more than 10000 variables.',
  });
});

test('warnings are retained up to their bound', () => {
  const run = new ByHand({
    StartAt: 'P',
    States: [{ Type: 'Pass', Name: 'P', OutputConstructor: { 'a.$': '$Input.b.c' }, Next: 'P' }],
  });
  run.longestDecision(3);
  assert.equal(run.execution.warnings.length, WARNINGS_MAX);
});

test('calls of a Task are numbered by attempt, and the next Task begins at one', () => {
  const retry = [{ Errors: ['FnF.ALL'], MaxAttempts: 2, IntervalSeconds: 0 }];
  const run = new ByHand({
    StartAt: 'A',
    States: [
      { ...CALL, Name: 'A', Retry: retry, Next: 'B' },
      { ...CALL, Name: 'B', End: true },
    ],
  });
  const waiting = (): number => [...run.execution.commands.keys()][0] as number;
  run.take({ kind: 'task-failed', id: waiting(), failure: { error: 'E', cause: '' } });
  run.take({ kind: 'timer-due', id: waiting() });
  run.take({ kind: 'task-succeeded', id: waiting(), output: {} });
  const attempts = run.events.filter((event) => event.type === 'TaskScheduled').map((event) => event.facts?.attempt);
  assert.deepEqual(attempts, [1, 2, 1]);
});

/** A Map of forty Maps of forty Waits, with one call that a test can fail. */
function half(): { run: ByHand; call: number } {
  const wait = {
    Type: 'Wait',
    Name: 'W',
    Seconds: 20,
    OutputConstructor: { 'a.$': 'intAdd($Context.Execution.Name, 1)' },
    End: true,
  };
  const run = new ByHand({
    StartAt: 'Both',
    States: [
      {
        ...{ Type: 'Parallel', Name: 'Both', End: true },
        Branches: [
          { StartAt: 'A', States: [fortyTimes('A', fortyTimes('B', wait))] },
          { StartAt: 'Call', States: [{ ...CALL, Name: 'Call', End: true }] },
        ],
      },
    ],
  });
  settle(run);
  const call = [...run.execution.commands.values()].find((command) => command.kind === 'task');
  assert.equal(run.execution.commands.size, 1_601);
  return { run, call: call?.id as number };
}

test('answers to a sibling that is being aborted change nothing: the first failure remains the failure', () => {
  const { run, call } = half();
  run.take({ kind: 'task-failed', id: call, failure: { error: 'First', cause: '' } });
  assert.equal(run.execution.status, 'Running');
  const before = run.events.length;
  for (const id of [...run.execution.commands.keys()].slice(0, 3)) run.take({ kind: 'timer-due', id });
  assert.deepEqual(
    new Set(run.events.slice(before).map((event) => event.type)),
    new Set(['StateAborted', 'StateFailed', 'ExecutionFailed']),
  );
  settle(run);
  assert.equal(run.execution.failure?.error, 'First');
  assert.deepEqual([run.execution.commands.size, run.execution.threads.size], [0, 0]);
});

test('the end of an execution over its time may take many decisions, and answers meanwhile change nothing', () => {
  const { run } = half();
  run.take({ kind: 'execution-timed-out' });
  assert.equal(run.execution.status, 'Running');
  assert.ok(run.execution.canContinue);
  const [open] = [...run.execution.commands.keys()];
  run.take({ kind: 'timer-due', id: open as number });
  settle(run);
  assert.equal(run.execution.status, 'TimedOut');
  assert.equal(run.execution.failure?.error, 'FnF.ExecutionTimeout');
  const aborted = run.events.filter((event) => event.type === 'StateAborted').length;
  assert.equal(aborted, 1_600 + 40 + 1 + 1 + 1);
  assert.deepEqual([run.execution.commands.size, run.execution.threads.size], [0, 0]);
});

test('no sibling takes another step once one has failed', () => {
  const branch = (...States: JsonObject[]): JsonObject => ({ StartAt: States[0]?.['Name'] as string, States });
  const run = new ByHand({
    StartAt: 'Both',
    States: [
      {
        ...{ Type: 'Parallel', Name: 'Both', End: true },
        Branches: [
          branch({ Type: 'Pass', Name: 'A', Next: 'Broken' }, { Type: 'Fail', Name: 'Broken', Code: 'Broken' }),
          branch({ Type: 'Pass', Name: 'B', Next: 'Call' }, { ...CALL, Name: 'Call', End: true }),
        ],
      },
    ],
  });
  const types = run.events.map((event) => event.type);
  const after = types.slice(types.indexOf('StateFailed') + 1);
  // The other branch had not entered a state, so none is aborted.
  assert.deepEqual(after, ['StateFailed', 'ExecutionFailed']);
});
