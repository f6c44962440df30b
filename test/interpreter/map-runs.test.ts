/** Map runs in the interpreter: what a run does is decided once, its end is an answer, and a redrive continues it. The journal holds all of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/base/json.ts';
import type { MapRunSpec } from '../../src/interpreter/map-run-spec.ts';
import { ByHand } from './by-hand.ts';

const FAILURE = { error: 'FnF.ExceedToleratedFailureThreshold', cause: 'too many' };

function mapOf(more: JsonObject = {}, Name = 'M'): JsonObject {
  const Processor = { StartAt: 'P', States: [{ Type: 'Pass', Name: 'P', End: true }] };
  return { Type: 'Map', Name, ItemsPath: '$Input.list', MaxItems: 9, Processor, End: true, ...more };
}

function started(map: JsonObject, input: JsonObject, limits = {}): ByHand {
  return new ByHand({ StartAt: map['Name'] as string, States: [map] }, input, limits, { mode: 'Standard' });
}

/** The specification of the open run of a state. */
function runOf(run: ByHand, state = 'M'): MapRunSpec {
  const command = run.command(state);
  assert.equal(command.kind, 'map');
  return (command as Extract<typeof command, { kind: 'map' }>).run;
}

function succeed(run: ByHand, output: JsonObject, state = 'M'): void {
  run.takeRebuilt({ kind: 'map-run-succeeded', id: run.command(state).id, output, warnings: [] });
}

function fail(run: ByHand, state = 'M'): void {
  run.takeRebuilt({ kind: 'map-run-failed', id: run.command(state).id, failure: FAILURE, warnings: [] });
}

test('every field is evaluated when the run starts', () => {
  const { ItemsPath: _path, ...map } = mapOf({
    ItemReader: {
      Resource: 'OSS:GetObject',
      ReaderConfig: { InputType: 'JSON', 'MaxItems.$': '$Input.most' },
      Parameters: { Bucket: 'b', 'Key.$': '$Input.key' },
    },
    ItemBatcher: {
      'MaxItemsPerBatch.$': '$Input.most',
      MaxInputBytesPerBatch: 100,
      BatchInput: { 'k.$': '$Input.key' },
    },
    ResultWriter: { Resource: 'OSS:PutObject', Parameters: { Bucket: 'out', 'Prefix.$': '$Input.key' } },
    MaxConcurrency: 500,
    ToleratedFailureCount: 1,
    'ToleratedFailurePercentage.$': '$Input.part',
  });
  const { name, ...rest } = runOf(started(map, { most: 3, key: 'x', part: 12.5 }));
  assert.match(name, /^[0-9a-f]{32}$/);
  assert.deepEqual(JSON.parse(JSON.stringify(rest)), {
    ...{ concurrency: 500, toleratedCount: 1, toleratedPercentage: 12.5, maxItems: 3 },
    reader: { Bucket: 'b', Key: 'x' },
    batch: { maxItems: 3, maxInputBytes: 100, input: { k: 'x' } },
    writer: { Bucket: 'out', Prefix: 'x' },
  });
});

test('the end of a run is the result of the state, and the journal gives the same execution again', () => {
  const run = started(mapOf(), { list: [1, 2] });
  assert.deepEqual(runOf(run).items, [1, 2]);
  succeed(run, { Items: [3, 4] });
  const [, , , mapRun] = run.events;
  assert.deepEqual(run.lines.slice(3), [
    `4 3 MapRunStarted M {"MapRunName":"${mapRun?.facts?.mapRun?.name}"}`,
    '5 4 MapRunSucceeded M {"Items":[3,4]}',
    '6 5 StateSucceeded M {"Items":[3,4]}',
    '7 6 ExecutionSucceeded {"Items":[3,4]}',
  ]);
  assert.equal(run.execution.commands.size, 0);
});

test('a retry starts another run, a catch gets the error', () => {
  const rules = {
    Retry: [{ Errors: [FAILURE.error], MaxAttempts: 1, IntervalSeconds: 2 }],
    Catch: [{ Errors: [FAILURE.error], Next: 'After' }],
  };
  const { End: _end, ...map } = mapOf({ ...rules, Next: 'After' });
  const after = { Type: 'Pass', Name: 'After', End: true };
  const run = new ByHand({ StartAt: 'M', States: [map, after] }, { list: [1] }, {}, { mode: 'Standard' });
  const { id } = run.command('M');
  fail(run);
  const timer = run.command('M');
  assert.equal(timer.kind, 'timer');
  run.nowMs += 2_000;
  run.takeRebuilt({ kind: 'timer-due', id: timer.id });
  assert.notEqual(run.command('M').id, id);
  assert.equal(runOf(run).continues, undefined, 'it does not continue the first run');
  fail(run);
  assert.equal(run.execution.status, 'Succeeded');
});

test('a redrive of a failed Map, and of a stopped execution, continues the run with the values that it had', () => {
  for (const end of ['failed', 'stopped']) {
    const run = started(mapOf({ 'MaxItems.$': '$Input.most', MaxItems: null }), { list: [1, 2], most: 2 });
    const first = runOf(run);
    const { id } = run.command('M');
    if (end === 'failed') fail(run);
    else run.takeRebuilt({ kind: 'stop', failure: { error: 'S', cause: '' } });
    run.redrive();
    assert.deepEqual(runOf(run), { ...first, continues: [id] }, end);
    const again = run.command('M').id;
    fail(run);
    run.redrive();
    assert.deepEqual(runOf(run), { ...first, continues: [id, again] }, end);
    succeed(run, { Items: [] });
    assert.equal(run.execution.status, 'Succeeded');
    assert.deepEqual(run.execution.undoneRuns, []);
  }
});

test('an open run counts in the limit until it ends, and an answer that comes late changes nothing', () => {
  const branches = ['A', 'B'].map((name) => ({ StartAt: name, States: [mapOf({}, name)] }));
  const both = { Type: 'Parallel', Name: 'Both', Branches: branches, End: true };
  const run = new ByHand({ StartAt: 'Both', States: [both] }, { list: [1] }, { mapRuns: 1 }, { mode: 'Standard' });
  assert.equal(run.execution.status, 'Failed');
  assert.match(run.lines.join('\n'), /StateFailed B !FnF\.MapRunLimitExceeded/);
  const wide = new ByHand({ StartAt: 'Both', States: [both] }, { list: [1] }, { mapRuns: 2 }, { mode: 'Standard' });
  const { id } = wide.command('A');
  succeed(wide, { Items: [] }, 'A');
  const before = wide.events.length;
  wide.takeRebuilt({ kind: 'map-run-failed', id, failure: FAILURE, warnings: [] });
  assert.equal(wide.events.length, before);
  succeed(wide, { Items: [] }, 'B');
  assert.equal(wide.execution.status, 'Succeeded');
});
