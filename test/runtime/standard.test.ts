/** Standard executions through the port that operations use: what is durable when, who is told what, what a restart takes up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../src/api/error.ts';
import type { JsonValue } from '../../src/base/json.ts';
import { parseJson } from '../../src/base/json.ts';
import type { TaskCall, TaskResult } from '../../src/actions/action.ts';
import { catalog, stateOf } from '../support/flows.ts';
import { flowOf, standardWorld } from '../support/standard.ts';
import type { World } from '../support/standard.ts';

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

function start(world: World, flowName: string, executionName: string | null = 'one', input: string = '') {
  return world.runtimes.executions.start({
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
  const world = await standardWorld({ actions: catalog(echo) });
  await world.stores.flows.create(flowOf('two', TWO_TASKS, 'Standard'));
  const started = await start(world, 'two', 'one', '{"a": 1}');
  assert.equal(started.status, 'Running');
  assert.equal(started.input, '{"a": 1}');
  const ended = await world.runtimes.executions.describe('two', 'one', 60_000);
  assert.equal(ended.status, 'Succeeded');
  assert.equal(ended.output, '{"last":"b"}');
  const { events, nextEvent } = await world.runtimes.executions.history('two', 'one', 1, 1000);
  assert.equal(nextEvent, null);
  assert.deepEqual(
    events.map(({ id }) => id),
    events.map((_event, i) => i + 1),
  );
  assert.equal(events.at(-1)?.type, 'ExecutionSucceeded');
  assert.deepEqual(world.troubles, []);
  world.runtimes.standard.close();
});

test('a name belongs to one execution: running it is returned, ended it is refused', async () => {
  let answer: (result: TaskResult) => void = () => undefined;
  const world = await standardWorld({
    actions: catalog((call) => (stateOf(call) === 'A' ? new Promise((resolve) => (answer = resolve)) : echo(call))),
  });
  await world.stores.flows.create(flowOf('two', TWO_TASKS, 'Standard'));
  const [one, other] = await Promise.all([
    start(world, 'two', 'one', '{"n":1}'),
    start(world, 'two', 'one', '{"n":2}'),
  ]);
  assert.equal(one.input, other.input);
  assert.equal((await start(world, 'two', 'one')).input, '{"n":1}');
  answer({ ok: true, output: {} });
  await world.runtimes.executions.describe('two', 'one', 60_000);
  await refused(start(world, 'two', 'one'), 'ExecutionAlreadyExists');
  world.runtimes.standard.close();
});

test('a callback ends its task once', async () => {
  let token = '';
  const world = await standardWorld({
    actions: catalog((call) => {
      token = call.taskToken ?? '';
      return echo(call);
    }),
  });
  await world.stores.flows.create(flowOf('callback', CALLBACK, 'Standard'));
  await start(world, 'callback');
  const { executions } = world.runtimes;
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
  world.runtimes.standard.close();
});

test('a restart calls what had not answered again, with the same key, and nothing else', async () => {
  const calls: string[] = [];
  let answering = false;
  const actions = catalog((call) => {
    calls.push(call.idempotencyKey);
    if (stateOf(call) === 'B' && !answering) return new Promise(() => undefined);
    return echo(call);
  });
  const world = await standardWorld({ actions });
  await world.stores.flows.create(flowOf('two', TWO_TASKS, 'Standard'));
  await start(world, 'two');
  await world.runtimes.executions.describe('two', 'one', 1_000);
  answering = true;
  const again = await world.restart();
  assert.equal((await again.runtimes.executions.describe('two', 'one', 60_000)).status, 'Succeeded');
  assert.deepEqual(calls, ['two/one/A/4', 'two/one/B/9', 'two/one/B/9']);
  again.runtimes.standard.close();
});

test('StopExecution ends it once, and what it had under way is given up', async () => {
  let aborted = false;
  const world = await standardWorld({
    actions: catalog((_call, signal) => {
      signal.addEventListener('abort', () => (aborted = true));
      return new Promise(() => undefined);
    }),
  });
  await world.stores.flows.create(flowOf('two', TWO_TASKS, 'Standard'));
  await start(world, 'two');
  const { executions } = world.runtimes;
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
  world.runtimes.standard.close();
});
