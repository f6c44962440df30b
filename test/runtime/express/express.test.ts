/** The express runtime on virtual time: many executions at once, limits, loops that never wait, actions with defects. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Subscriber } from '../../../src/base/observer.ts';
import type { ActionCatalog } from '../../../src/actions/action.ts';
import { ApiError } from '../../../src/api/error.ts';
import type { TaskResult } from '../../../src/actions/action.ts';
import { planOf, startOf, stateOf } from '../../support/flows.ts';
import { standInActions, taskSucceeded } from '../../../src/testing/stand-ins.ts';
import { VirtualTime } from '../../../src/testing/virtual-time.ts';
import { recordingRuntime, runtimeOf } from './runtime.ts';

const none = standInActions(() => Promise.reject(new Error('no task is expected')));

const WAITING = planOf({
  StartAt: 'Wait',
  States: [{ Type: 'Wait', Name: 'Wait', Seconds: 7, End: true }],
});

const LOOPING = planOf({
  Timeout: 2,
  StartAt: 'A',
  States: [
    { Type: 'Pass', Name: 'A', Next: 'B' },
    { Type: 'Pass', Name: 'B', Next: 'A' },
  ],
});

const PASS = planOf({ StartAt: 'A', States: [{ Type: 'Pass', Name: 'A', End: true }] });

const TASK = planOf({
  StartAt: 'Call',
  States: [
    {
      Type: 'Task',
      Name: 'Call',
      Action: 'FC:InvokeFunction',
      Parameters: { resourceArn: 'acs:fc:::functions/f/LATEST', invocationType: 'Sync' },
      End: true,
    },
  ],
});

const CALL = { Type: 'Task', Action: 'HTTP:Request', Parameters: { url: 'http://x.invalid/', method: 'GET' } };

test('ten thousand executions wait at the same time, and all end when their wait is over', async () => {
  const time = new VirtualTime();
  const runtime = runtimeOf(time, none);
  const runs = Array.from({ length: 10_000 }, (_, i) => runtime.run(startOf(WAITING, { i }, `e${i}`)));
  assert.equal(runtime.running, 10_000);
  await assert.rejects(
    runtime.run(startOf(PASS)),
    (error) => error instanceof ApiError && error.code === 'ResourceThrottled',
  );
  const results = await Promise.all(runs);
  for (const [i, result] of results.entries()) {
    assert.equal(result.status, 'Succeeded');
    assert.equal(result.output, `{"i":${i}}`);
    assert.equal(result.stoppedMs - result.startedMs, 7_000);
  }
  assert.equal(runtime.running, 0);
  assert.equal(time.elapsedMs, 7_000);
});

test('ten thousand executions with a task each get the answer to their own task', async () => {
  const time = new VirtualTime();
  const actions = standInActions(
    (call) =>
      new Promise(
        (resolve) => void time.after(1_000, () => resolve({ ok: true, output: { name: call.executionName } })),
      ),
  );
  const runtime = runtimeOf(time, actions);
  const results = await Promise.all(Array.from({ length: 10_000 }, (_, i) => runtime.run(startOf(TASK, {}, `e${i}`))));
  for (const [i, result] of results.entries()) assert.equal(result.output, `{"name":"e${i}"}`);
});

test('a refused start has the time to retry, and the end of an execution admits another', async () => {
  const time = new VirtualTime();
  const runtime = runtimeOf(time, none, { concurrentExecutions: 1 });
  const first = runtime.run(startOf(WAITING));
  await assert.rejects(
    runtime.run(startOf(PASS)),
    (error) => error instanceof ApiError && (error.retryAfterMs ?? 0) > 0,
  );
  await first;
  assert.equal((await runtime.run(startOf(PASS))).status, 'Succeeded');
});

test('the rate of starts is a bucket that refills', async () => {
  const time = new VirtualTime();
  const runtime = runtimeOf(time, none, { startsPerSecond: 2 });
  await runtime.run(startOf(PASS));
  await runtime.run(startOf(PASS));
  await assert.rejects(runtime.run(startOf(PASS)), (error) => error instanceof ApiError && error.retryAfterMs === 500);
  await time.pass(500);
  await runtime.run(startOf(PASS));
  await assert.rejects(runtime.run(startOf(PASS)), { code: 'ResourceThrottled' });
});

test('flows that loop without waiting end by their timeout, and others are answered meanwhile', async () => {
  const time = new VirtualTime({ busyTurnMs: 50 });
  const runtime = runtimeOf(time, none);
  const loops = [runtime.run(startOf(LOOPING)), runtime.run(startOf(LOOPING))];
  let looping = true;
  const ended = Promise.all(loops).finally(() => {
    looping = false;
  });
  assert.equal((await runtime.run(startOf(PASS))).status, 'Succeeded');
  await new Promise<void>((resolve) => setImmediate(resolve));
  assert.equal((await runtime.run(startOf(PASS))).status, 'Succeeded');
  assert.equal(looping, true);
  for (const result of await ended) {
    assert.equal(result.status, 'TimedOut');
    assert.equal(result.errorCode, 'FnF.ExecutionTimeout');
    const tookMs = result.stoppedMs - result.startedMs;
    assert.ok(tookMs >= 2_000 && tookMs <= 2_100, `${tookMs} ms`);
  }
});

test('a loop over calls that are answered at once ends by its timeout, and others are answered meanwhile', async () => {
  const time = new VirtualTime({ busyTurnMs: 50 });
  const runtime = runtimeOf(
    time,
    standInActions((call) =>
      Promise.resolve(stateOf(call) === 'A' ? { ok: true, output: {} } : { ok: false, error: 'E', cause: '' }),
    ),
  );
  const call = { Type: 'Task', Action: 'Test:Call' };
  const plan = planOf({
    Timeout: 2,
    StartAt: 'A',
    States: [
      { ...call, Name: 'A', Next: 'B' },
      { ...call, Name: 'B', Catch: [{ Errors: ['E'], Next: 'A' }], End: true },
    ],
  });
  const loop = runtime.run(startOf(plan));
  assert.equal((await runtime.run(startOf(PASS))).status, 'Succeeded');
  assert.equal((await loop).status, 'TimedOut');
});

test('an action that throws fails its state and is reported as a defect', async () => {
  const defects: string[] = [];
  const actions = standInActions(() => Promise.reject(new Error('boom')));
  const runtime = runtimeOf(
    new VirtualTime(),
    actions,
    {},
    { observe: { defect: ({ error, where }) => void defects.push(`${where}: ${error}`) } },
  );
  const result = await runtime.run(startOf(TASK));
  assert.equal(result.status, 'Failed');
  assert.equal(result.errorCode, 'FnF.RuntimeError');
  assert.doesNotMatch(result.errorMessage, /boom/u);
  assert.equal(defects.length, 1);
  assert.match(defects[0] ?? '', /state Call of flow test.*boom/u);
});

test('a defect in the middle of an execution rejects its start, and other executions continue', async () => {
  const time = new VirtualTime();
  const given: string[] = [];
  const plan = planOf({
    StartAt: 'All',
    States: [
      {
        Type: 'Parallel',
        Name: 'All',
        End: true,
        Branches: [
          { StartAt: 'Hangs', States: [{ ...CALL, Name: 'Hangs', End: true }] },
          {
            StartAt: 'Wait',
            States: [
              { Type: 'Wait', Name: 'Wait', Seconds: 3, Next: 'Broken' },
              { ...CALL, Name: 'Broken', Action: 'ECS:Broken', End: true },
            ],
          },
        ],
      },
    ],
  } as never);
  const defects: object[] = [];
  const actions: ActionCatalog = {
    find(action) {
      if (action === 'ECS:Broken') throw new TypeError('a planted defect');
      return {
        run: (call, signal) =>
          new Promise(() => signal.addEventListener('abort', () => void given.push(stateOf(call)))),
      };
    },
  };
  const observe: Subscriber = {
    defect: ({ flowName, executionName, state }) => void defects.push({ flowName, executionName, state }),
  };
  const runtime = runtimeOf(time, actions, {}, { observe });
  const other = runtime.run(startOf(WAITING));
  // A schedule must not start it again (schedules/refusal.ts).
  await assert.rejects(runtime.run(startOf(plan)), { name: 'RunBroke', message: /a planted defect/u });
  assert.equal(time.elapsedMs, 3_000);
  assert.deepEqual(defects, [{ flowName: 'test', executionName: 'execution', state: 'Broken' }]);
  assert.deepEqual(given, ['Hangs']);
  assert.equal((await other).status, 'Succeeded');
  assert.equal(runtime.running, 0);
  const first = planOf({
    StartAt: 'Broken',
    States: [{ ...CALL, Name: 'Broken', Action: 'ECS:Broken', End: true }],
  } as never);
  await assert.rejects(runtime.run(startOf(first)), /a planted defect/u);
  assert.equal(runtime.running, 0);
});

test('the first failure of a branch aborts the calls of its siblings, and no others', async () => {
  const time = new VirtualTime();
  const given: string[] = [];
  const actions = standInActions((call, signal) => {
    const state = stateOf(call);
    return new Promise<TaskResult>((resolve) => {
      signal.addEventListener('abort', () => void given.push(state));
      if (state === 'Done') resolve({ ok: true, output: {} });
      if (state === 'Fails') time.after(1_000, () => resolve({ ok: false, error: 'Broken', cause: 'on purpose' }));
    });
  });
  const branch = (name: string): { StartAt: string; States: object[] } => ({
    StartAt: name,
    States: [
      {
        Type: 'Task',
        Name: name,
        Action: 'HTTP:Request',
        Parameters: { url: 'http://x.invalid/', method: 'GET' },
        End: true,
      },
    ],
  });
  const plan = planOf({
    StartAt: 'All',
    States: [{ Type: 'Parallel', Name: 'All', End: true, Branches: ['Done', 'Hangs', 'Fails', '等待'].map(branch) }],
  } as never);
  const result = await runtimeOf(time, actions).run(startOf(plan));
  assert.equal(result.errorCode, 'Broken');
  assert.equal(result.errorMessage, 'on purpose');
  assert.deepEqual(given.sort(), ['Hangs', '等待']);
});

test('drain waits for running executions, and no longer than its limit', async () => {
  const time = new VirtualTime();
  const runtime = runtimeOf(time, none);
  const run = runtime.run(startOf(WAITING));
  await runtime.drain(1_000);
  assert.equal(time.elapsedMs, 1_000);
  await runtime.drain(60_000);
  assert.equal(time.elapsedMs, 7_000);
  await run;
  await runtime.drain(1_000);
  assert.equal(time.elapsedMs, 7_000);
});

test('a stopped flow finishes its current step, with the branches inside it, and enters no other step', async () => {
  const time = new VirtualTime();
  const plan = planOf({
    StartAt: 'Both',
    States: [
      {
        Type: 'Parallel',
        Name: 'Both',
        Branches: [
          { StartAt: 'Short', States: [{ Type: 'Wait', Name: 'Short', Seconds: 1, End: true }] },
          {
            StartAt: 'Long',
            States: [
              { ...CALL, Name: 'Long', Next: 'Longer' },
              { ...CALL, Name: 'Longer', End: true },
            ],
          },
        ],
        Next: 'Never',
      },
      { Type: 'Succeed', Name: 'Never' },
    ],
  });
  const tasks = standInActions(async () => {
    await time.pass(3_500);
    return taskSucceeded();
  });
  const { runtime, run } = recordingRuntime(time, tasks);
  const why = { error: 'FnF.FlowDeleted', cause: 'why' };
  runtime.stop('test', why);
  const stopped = run(startOf(plan));
  const other = runtime.run({ ...startOf(WAITING), flowName: 'other' });
  runtime.stop('test', why);
  const { result, events } = await stopped;
  const { status, errorCode, errorMessage, output, startedMs, stoppedMs } = result;
  assert.deepEqual([status, errorCode, errorMessage, output], ['Stopped', 'FnF.FlowDeleted', 'why', '']);
  assert.equal(stoppedMs - startedMs, 7_000);
  assert.equal((await other).status, 'Succeeded');
  const types = events.map(({ type }) => type);
  assert.ok(types.includes('ExecutionStopped') && !types.includes('StateAborted'));
  assert.equal(runtime.running, 0);
});

test('a stop reaches a flow that loops without waiting', async () => {
  const runtime = runtimeOf(new VirtualTime(), none);
  const loop = runtime.run(startOf(LOOPING));
  runtime.stop('test', { error: 'FnF.FlowDeleted', cause: 'why' });
  assert.equal((await loop).status, 'Stopped');
});

/** Time in which each random number takes 20 ms, so that a test can make an expression that takes long. */
class CostlyTime extends VirtualTime {
  draws = 0;

  override monotonicMs(): number {
    return super.monotonicMs() + this.draws * 20;
  }

  random(): number {
    this.draws++;
    return 0;
  }
}

const COSTLY = planOf({
  StartAt: 'A',
  States: [{ Type: 'Pass', Name: 'A', OutputConstructor: { 'n.$': 'randomInt(1, 9)' }, End: true }],
});

test('starts that compute for long take turns of the event loop, and other flows go between them', async () => {
  const time = new CostlyTime();
  const runtime = runtimeOf(time, none, {}, { ids: { uuid: () => '', random: () => time.random() } });
  const ended: string[] = [];
  const run = (flowName: string, name: string): Promise<unknown> =>
    runtime.run({ ...startOf(COSTLY, {}, name), flowName }).then(() => ended.push(name));
  const runs = [run('costly', 'c1'), run('costly', 'c2'), run('costly', 'c3'), run('other', 'o1')];
  assert.equal(time.draws, 1, 'the first start has used up the turn');
  await Promise.all(runs);
  assert.deepEqual(ended, ['c1', 'c2', 'o1', 'c3']);
  assert.equal(runtime.running, 0);
});

test('answers that lead to long computing take turns of the event loop', async () => {
  const time = new CostlyTime();
  const decided: number[] = [];
  const actions = standInActions(async () => taskSucceeded({}));
  const runtime = runtimeOf(time, actions, {}, { ids: { uuid: () => '', random: () => time.random() } });
  const plan = planOf({
    StartAt: 'Call',
    States: [{ ...CALL, Name: 'Call', OutputConstructor: { 'n.$': 'randomInt(1, 9)' }, End: true }],
  });
  const runs = ['a', 'b', 'c'].map((name) => runtime.run(startOf(plan, {}, name)));
  for (let turn = 0; turn < 8; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    decided.push(time.draws);
  }
  await Promise.all(runs);
  for (const [i, sum] of decided.entries()) {
    assert.ok(sum - (decided[i - 1] ?? 0) <= 1, `one costly decision a turn, but the sums are ${decided.join(', ')}`);
  }
  assert.equal(time.draws, 3);
});
