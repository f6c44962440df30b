/** Callback tasks, and a stop, of an execution that is rebuilt from its journal after every event. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskCall, TaskResult } from '../../src/actions/action.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { LIMITS, planOf, stateOf } from '../support/flows.ts';
import { standInActions } from '../../src/testing/stand-ins.ts';
import { RebuiltRun, tokenOf } from '../support/rebuilt-run.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';

const NOT_WANTED = { error: 'X', cause: 'not wanted' };
const DONE: TaskResult = { ok: true, output: 'done' };

function task(Name: string, TaskMode: string): JsonObject {
  const action = TaskMode === 'WaitForSystemCallback' ? 'FNF:StartExecution' : 'HTTP:Request';
  const Parameters =
    action === 'HTTP:Request'
      ? { url: 'http://x.invalid/', method: 'POST', 'body.$': '$Context.Current.TaskToken' }
      : { resourceArn: 'acs:fnf:::flow/child', input: {} };
  return { Type: 'Task', Name, TaskMode, Action: action, Timeout: 30, Parameters };
}

function rebuilt(states: readonly JsonObject[], answer: (call: TaskCall) => TaskResult): [RebuiltRun, VirtualTime] {
  const States = states.map((state, i) => ({
    ...state,
    ...(i === states.length - 1 ? { End: true } : { Next: states[i + 1]?.['Name'] as string }),
  }));
  const time = new VirtualTime();
  const run = new RebuiltRun({
    ...{
      plan: planOf({ StartAt: states[0]?.['Name'] as string, States } as JsonObject, 'Standard'),
      time,
    },
    start: { name: 'e', flowName: 'test', input: {}, roleArn: '', environment: {}, longestSeconds: 300 },
    limits: { ...LIMITS, waitSeconds: 300 },
    actions: standInActions((call) => Promise.resolve(answer(call))),
    random: () => 0.5,
  });
  return [run, time];
}

test('a callback that is reported, before its submission and after it; one that never is', async () => {
  const states = ['Before', 'After', 'Never'].map((name) => task(name, 'WaitForCustomCallback'));
  const tokens: (string | null)[] = [];
  const [run, time] = rebuilt(states, (call) => {
    tokens.push(call.taskToken);
    assert.equal(call.parameters['body'], call.taskToken);
    const report = (): void => {
      assert.equal(run.report(call.taskToken ?? '', DONE), true);
      assert.equal(run.report(call.taskToken ?? '', DONE), false);
    };
    if (stateOf(call) === 'Before') report();
    if (stateOf(call) === 'After') time.after(1_000, report);
    return { ok: true, output: { Code: 202 } };
  });
  const { failure } = await run.run();
  assert.equal(failure?.error, 'FnF.TaskTimeout');
  const scheduled = run.events.filter(({ type }) => type === 'TaskScheduled');
  assert.deepEqual(
    tokens,
    scheduled.map(({ id }) => tokenOf(id)),
  );
  assert.deepEqual(
    run.events.filter(({ type }) => type === 'TaskSubmitted').map(({ cause }) => cause),
    scheduled.slice(1).map(({ id }) => id),
  );
});

test('the end of work in this process ends its task', async () => {
  const states = ['Good', 'Bad'].map((name) => task(name, 'WaitForSystemCallback'));
  const [run] = rebuilt(states, (call) => {
    const end: TaskResult = stateOf(call) === 'Good' ? DONE : { ok: false, ...NOT_WANTED };
    return { ok: true, output: null, completion: Promise.resolve(end) };
  });
  const { failure } = await run.run();
  assert.deepEqual(failure, NOT_WANTED);
  assert.equal(run.events.filter(({ type }) => type === 'TaskSubmitted').length, 2);
});

test('a stop while a callback is waited for', async () => {
  const [run, time] = rebuilt([task('Call', 'WaitForCustomCallback')], () => {
    time.after(2_000, () => run.stop(NOT_WANTED));
    return { ok: true, output: null };
  });
  const { status, failure } = await run.run();
  assert.deepEqual([status, failure], ['Stopped', NOT_WANTED]);
  assert.equal(run.report(tokenOf(4), DONE), false);
});
