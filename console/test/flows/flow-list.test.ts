/** The list of flows as data: changes of executions show at once, and never twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  MOST_MARKS,
  applyChange,
  applyChanges,
  flowsOf,
  successPercent,
  tokensOf,
  withSummaries,
} from '../../src/pages/flows/flow-list.ts';
import type { FlowSummary } from '../../src/pages/flows/flow-list.ts';

const T0 = '2026-01-01T08:00:00.000Z';
const T1 = '2026-01-01T08:00:01.000Z';

function flowNamed(name: string, facts: Partial<FlowSummary> = {}): FlowSummary {
  return {
    Name: name,
    ExecutionMode: 'Standard',
    Dialect: 'statemachine',
    Description: '',
    LastModifiedTime: T0,
    Schedules: 0,
    Running: 0,
    Ended: 0,
    Succeeded: 0,
    P50: 0,
    P95: 0,
    SinceTime: T0,
    Last: [],
    ...facts,
  };
}

const started = { flow: 'a', execution: 'e1', status: 'Running', time: T0 } as const;
const succeeded = { ...started, status: 'Succeeded', time: T1 } as const;

test('a start adds a mark and counts; its end changes the mark in its place', () => {
  const running = applyChange(flowNamed('a'), started);
  assert.equal(running.Running, 1);
  assert.deepEqual(running.Last, [{ Name: 'e1', Status: 'Running', StartedTime: T0, StoppedTime: '' }]);
  const other = applyChange(running, { ...started, execution: 'e2' });
  const ended = applyChange(other, succeeded);
  assert.deepEqual(
    ended.Last.map(({ Name, Status }) => [Name, Status]),
    [
      ['e2', 'Running'],
      ['e1', 'Succeeded'],
    ],
  );
  assert.deepEqual([ended.Running, ended.Ended, ended.Succeeded], [1, 1, 1]);
});

test('a change that the loaded page had already changes nothing', () => {
  const running = applyChange(flowNamed('a'), started);
  assert.equal(applyChange(running, started), running);
  const ended = applyChange(running, succeeded);
  assert.equal(applyChange(ended, succeeded), ended);
});

test('a redriven execution runs again under its mark', () => {
  const failed = applyChange(applyChange(flowNamed('a'), started), { ...succeeded, status: 'Failed' });
  const again = applyChange(failed, { ...started, time: T1 });
  assert.deepEqual(again.Last, [{ Name: 'e1', Status: 'Running', StartedTime: T0, StoppedTime: '' }]);
  assert.deepEqual([again.Running, again.Ended, again.Succeeded], [1, 1, 0]);
});

test('an end without a mark counts and adds none; counts do not fall below 0', () => {
  const flow = applyChange(flowNamed('a', { Running: 0 }), { ...succeeded, status: 'Failed' });
  assert.deepEqual([flow.Running, flow.Ended, flow.Succeeded, flow.Last.length], [0, 1, 0, 0]);
});

test('there are at most as many marks as the server sends', () => {
  let flow = flowNamed('a');
  for (let i = 0; i < MOST_MARKS + 5; i++) flow = applyChange(flow, { ...started, execution: `e${i}` });
  assert.equal(flow.Last.length, MOST_MARKS);
  assert.equal(flow.Last[0]?.Name, `e${MOST_MARKS + 4}`);
  assert.equal(flow.Running, MOST_MARKS + 5);
});

test('a page without a change is the same object, and names like members of objects are names', () => {
  const parts = [
    { token: '', flows: [flowNamed('__proto__'), flowNamed('a')], next: 'b' },
    { token: 'b', flows: [flowNamed('b')], next: null },
  ];
  const changed = applyChanges(parts, [started, { ...started, flow: '__proto__' }]);
  assert.equal(changed[1], parts[1]);
  assert.deepEqual(
    flowsOf(changed).map(({ Name, Running }) => [Name, Running]),
    [
      ['__proto__', 1],
      ['a', 1],
      ['b', 0],
    ],
  );
  assert.deepEqual(tokensOf(parts, new Set(['b', 'missing'])), ['b']);
  const fresh = withSummaries(parts, [flowNamed('b', { P50: 7 }), flowNamed('new')]);
  assert.equal(fresh[0], parts[0]);
  assert.deepEqual(
    flowsOf(fresh).map(({ Name, P50 }) => [Name, P50]),
    [
      ['__proto__', 0],
      ['a', 0],
      ['b', 7],
    ],
  );
});

test('one failure among many is not a rate of 100 percent', () => {
  assert.equal(successPercent({ Ended: 0, Succeeded: 0 }), null);
  assert.equal(successPercent({ Ended: 3, Succeeded: 2 }), 67);
  assert.equal(successPercent({ Ended: 200, Succeeded: 199 }), 99.5);
  assert.equal(successPercent({ Ended: 100_000, Succeeded: 99_999 }), 99.9);
  assert.equal(successPercent({ Ended: 5, Succeeded: 5 }), 100);
});
