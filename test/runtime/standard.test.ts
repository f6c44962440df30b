/** Standard executions through the port of the operations: durability, answers, callbacks, and restarts of the server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../src/api/error.ts';
import type { JsonValue } from '../../src/base/json.ts';
import { parseJson } from '../../src/base/json.ts';
import type { TaskCall, TaskResult } from '../../src/actions/action.ts';
import { stateOf } from '../support/flows.ts';
import { standInActions } from '../../src/testing/stand-ins.ts';
import { flowRecord, startTestEngine } from '../../src/testing/test-engine.ts';
import type { TestEngine } from '../../src/testing/test-engine.ts';
import { fileEnd } from '../support/at-end.ts';

const TWO_TASKS = `
Type: StateMachine
SpecVersion: v1
Name: two
StartAt: A
States:
  - Type: Task
    Name: A
    Action: Test:Call
    Parameters: { step: a }
    Next: B
  - Type: Task
    Name: B
    Action: Test:Call
    Parameters: { step: b }
    OutputConstructor: { last.$: $Output.step }
    End: true
`;

const CALLBACK = `
Type: StateMachine
SpecVersion: v1
Name: callback
StartAt: Ask
States:
  - Type: Task
    Name: Ask
    Action: Test:Call
    TaskMode: WaitForCustomCallback
    Parameters: { token.$: $Context.Current.TaskToken }
    End: true
`;

function start(world: TestEngine, flowName: string, executionName: string | null = 'one', input: string = '') {
  return world.executions.start({
    flowName,
    executionName,
    inputText: input,
    input: input === '' ? {} : (parseJson(input) as Record<string, JsonValue>),
    qualifier: '',
    callbackToken: '',
  });
}

const echo = (call: TaskCall): Promise<TaskResult> => Promise.resolve({ ok: true, output: call.parameters });

async function refused(promise: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(promise, (error) => error instanceof ApiError && error.code === code);
}

test('a Standard execution runs through its tasks and is durable', async () => {
  const world = await startTestEngine(fileEnd, { actions: standInActions(echo) });
  await world.stores.flows.create(flowRecord('two', TWO_TASKS, 'Standard'));
  const started = await start(world, 'two', 'one', '{"a": 1}');
  assert.equal(started.status, 'Running');
  assert.equal(started.input, '{"a": 1}');
  const ended = await world.executions.describe('two', 'one', 60_000);
  assert.equal(ended.status, 'Succeeded');
  assert.equal(ended.output, '{"last":"b"}');
  const { events, nextEvent } = await world.executions.history('two', 'one', 1, 1000);
  assert.equal(nextEvent, null);
  assert.deepEqual(
    events.map(({ id }) => id),
    events.map((_event, i) => i + 1),
  );
  assert.equal(events.at(-1)?.type, 'ExecutionSucceeded');
  assert.deepEqual(world.troubles, []);
  world.durable.close();
});

test('a name belongs to one execution: a second start returns it while it runs, and is refused after its end', async () => {
  let answer: (result: TaskResult) => void = () => undefined;
  const world = await startTestEngine(fileEnd, {
    actions: standInActions((call) =>
      stateOf(call) === 'A' ? new Promise((resolve) => (answer = resolve)) : echo(call),
    ),
  });
  await world.stores.flows.create(flowRecord('two', TWO_TASKS, 'Standard'));
  const [one, other] = await Promise.all([
    start(world, 'two', 'one', '{"n":1}'),
    start(world, 'two', 'one', '{"n":2}'),
  ]);
  assert.equal(one.input, other.input);
  assert.equal((await start(world, 'two', 'one')).input, '{"n":1}');
  answer({ ok: true, output: {} });
  await world.executions.describe('two', 'one', 60_000);
  await refused(start(world, 'two', 'one'), 'ExecutionAlreadyExists');
  world.durable.close();
});

test('a callback ends its task once', async () => {
  let token = '';
  const world = await startTestEngine(fileEnd, {
    actions: standInActions((call) => {
      token = call.taskToken ?? '';
      return echo(call);
    }),
  });
  await world.stores.flows.create(flowRecord('callback', CALLBACK, 'Standard'));
  await start(world, 'callback');
  const { executions } = world;
  assert.equal((await executions.describe('callback', 'one', 1_000)).status, 'Running');
  const { waits } = await executions.waits('callback', 'one');
  assert.deepEqual(
    waits.map(({ kind, stepName, untilMs }) => ({ kind, stepName, untilMs })),
    [{ kind: 'Callback', stepName: 'Ask', untilMs: null }],
  );
  await refused(executions.report(`${token.slice(0, -2)}xx`, { ok: true, output: {} }), 'InvalidArgument');
  const event = await executions.report(token, { ok: true, output: { yes: true } });
  assert.equal(event, 6);
  await refused(executions.report(token, { ok: true, output: {} }), 'TaskAlreadyCompleted');
  assert.equal((await executions.describe('callback', 'one', 60_000)).output, '{"yes":true}');
  world.durable.close();
});

test('a restart repeats calls that had not answered, with the same key, and no others', async () => {
  const calls: string[] = [];
  let answering = false;
  const actions = standInActions((call) => {
    calls.push(call.idempotencyKey);
    if (stateOf(call) === 'B' && !answering) return new Promise(() => undefined);
    return echo(call);
  });
  const world = await startTestEngine(fileEnd, { actions });
  await world.stores.flows.create(flowRecord('two', TWO_TASKS, 'Standard'));
  await start(world, 'two');
  await world.executions.describe('two', 'one', 1_000);
  answering = true;
  const again = await world.restart();
  assert.equal((await again.executions.describe('two', 'one', 60_000)).status, 'Succeeded');
  assert.deepEqual(calls, ['two/one/A/4', 'two/one/B/9', 'two/one/B/9']);
  again.durable.close();
});

test('StopExecution ends it once, and aborts its calls', async () => {
  let aborted = false;
  const world = await startTestEngine(fileEnd, {
    actions: standInActions((_call, signal) => {
      signal.addEventListener('abort', () => (aborted = true));
      return new Promise(() => undefined);
    }),
  });
  await world.stores.flows.create(flowRecord('two', TWO_TASKS, 'Standard'));
  await start(world, 'two');
  const { executions } = world;
  const stopped = await executions.stop('two', 'one', { error: 'Mine', cause: 'because' });
  assert.equal(stopped.status, 'Stopped');
  assert.ok(aborted);
  await refused(executions.stop('two', 'one', { error: 'Mine', cause: '' }), 'ExecutionAlreadyCompleted');
  const { events } = await executions.history('two', 'one', 1, 100);
  assert.deepEqual(
    events.slice(-2).map(({ type, detail }) => [type, detail]),
    [
      ['StateAborted', { cause: 'The execution was stopped.' }],
      ['ExecutionStopped', { error: 'Mine', cause: 'because' }],
    ],
  );
  world.durable.close();
});
