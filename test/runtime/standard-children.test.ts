/** Child executions: which ends are reported, which children stop with their task, and what a restart repeats. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActionCatalog, TaskCall } from '../../src/actions/action.ts';
import { flowRecord, startTestEngine } from '../../src/testing/test-engine.ts';
import type { TestEngine } from '../../src/testing/test-engine.ts';
import { fileEnd } from '../support/at-end.ts';

const CHILD = `
Type: StateMachine
SpecVersion: v1
Name: child
StartAt: Work
States:
  - Type: Task
    Name: Work
    Action: Test:Work
    End: true
`;

function parent(mode: string, more = ''): string {
  return `
Type: StateMachine
SpecVersion: v1
Name: parent
StartAt: Both
States:
  - Type: Parallel
    Name: Both
    Branches:
      - StartAt: Child
        States:
          - Type: Task
            Name: Child
            Action: FNF:StartExecution
            TaskMode: ${mode}
            ${more}
            Parameters:
              resourceArn: acs:fnf:::flow/child
              input: { n: 1 }
            End: true
      - StartAt: Beside
        States:
          - Type: Task
            Name: Beside
            Action: Test:Beside
            End: true
    End: true
`;
}

/** The tasks of a child and of the branch beside it; both answer when the test wants. */
class Tasks {
  readonly calls: TaskCall[] = [];
  readonly #answers = new Map<string, (ok: boolean) => void>();

  readonly catalog: ActionCatalog = {
    find: (action) => ({
      run: (call) =>
        new Promise((resolve) => {
          this.calls.push(call);
          this.#answers.set(action, (ok) =>
            resolve(ok ? { ok, output: { from: action } } : { ok, error: 'Mine', cause: action }),
          );
        }),
    }),
  };

  answer(action: string, ok: boolean): void {
    const answer = this.#answers.get(action);
    assert.ok(answer !== undefined, `${action} was not called`);
    this.#answers.delete(action);
    answer(ok);
  }
}

async function begin(mode: string, more = ''): Promise<{ world: TestEngine; tasks: Tasks }> {
  const tasks = new Tasks();
  const world = await startTestEngine(fileEnd, { actions: tasks.catalog });
  await world.stores.flows.create(flowRecord('child', CHILD, 'Standard'));
  await world.stores.flows.create(flowRecord('parent', parent(mode, more), 'Standard'));
  await world.executions.start({
    flowName: 'parent',
    executionName: 'p',
    inputText: '',
    input: {},
    qualifier: '',
    callbackToken: '',
  });
  await world.executions.describe('parent', 'p', 1_000);
  return { world, tasks };
}

async function onlyChild(world: TestEngine): Promise<{ name: string; status: string }> {
  const page = await world.executions.list({
    flowName: 'child',
    status: null,
    startedAfterMs: null,
    startedBeforeMs: null,
    namePrefix: '',
    qualifier: '',
    nextToken: '',
    limit: 10,
    metadataOnly: false,
    textUnits: 1e6,
  });
  assert.equal(page.executions.length, 1);
  const [child] = page.executions;
  assert.ok(child !== undefined);
  return child;
}

const output = (text: string): unknown => JSON.parse(text);

test('RequestComplete continues when the child has started, and does not stop it', async () => {
  const { world, tasks } = await begin('RequestComplete');
  tasks.answer('Test:Beside', true);
  const ended = await world.executions.describe('parent', 'p', 60_000);
  const child = await onlyChild(world);
  const { Branch0 } = output(ended.output) as { Branch0: Record<string, string> };
  assert.equal(Branch0['FlowName'], 'child');
  assert.equal(Branch0['ExecutionName'], child.name);
  assert.equal(child.status, 'Running');
  world.durable.close();
});

test('WaitForSystemCallback gets the output of the child', async () => {
  const { world, tasks } = await begin('WaitForSystemCallback');
  tasks.answer('Test:Beside', true);
  tasks.answer('Test:Work', true);
  const ended = await world.executions.describe('parent', 'p', 60_000);
  assert.deepEqual(output(ended.output), { Branch0: { from: 'Test:Work' }, Branch1: { from: 'Test:Beside' } });
  assert.deepEqual(world.troubles, []);
  world.durable.close();
});

test('the error of a child is the error of its task', async () => {
  const { world, tasks } = await begin('WaitForSystemCallback');
  tasks.answer('Test:Work', false);
  assert.equal((await world.executions.describe('parent', 'p', 60_000)).status, 'Failed');
  const { events } = await world.executions.history('parent', 'p', 1, 100);
  assert.deepEqual(events.at(-1)?.detail, { error: 'Mine', cause: 'Test:Work' });
  world.durable.close();
});

test('a child stops with the task that waits for it: a sibling failed', async () => {
  const { world, tasks } = await begin('WaitForSystemCallback');
  tasks.answer('Test:Beside', false);
  assert.equal((await world.executions.describe('parent', 'p', 60_000)).status, 'Failed');
  const { name } = await onlyChild(world);
  assert.equal((await world.executions.describe('child', name, 60_000)).status, 'Stopped');
  world.durable.close();
});

test('a child stops with its parent, and when its task times out', async () => {
  const { world } = await begin('WaitForSystemCallback', 'Timeout: 30');
  const { name } = await onlyChild(world);
  assert.equal((await world.executions.describe('child', name, 60_000)).status, 'Stopped');
  assert.equal((await world.executions.describe('parent', 'p', 60_000)).status, 'Failed');
  world.durable.close();
});

test('a restart starts no second child, and the end of the first is reported', async () => {
  const { world, tasks } = await begin('WaitForSystemCallback');
  tasks.answer('Test:Beside', true);
  await world.executions.describe('parent', 'p', 1_000);
  const again = await world.restart();
  await again.executions.describe('parent', 'p', 1_000);
  await onlyChild(again);
  tasks.answer('Test:Work', true);
  assert.equal((await again.executions.describe('parent', 'p', 60_000)).status, 'Succeeded');
  assert.equal(tasks.calls.filter(({ action }) => action === 'Test:Work').length, 2, 'the call is made again');
  again.durable.close();
});

test('an execution that was started with a token reports its end to the task', async () => {
  let token = '';
  const work: (() => void)[] = [];
  const world = await startTestEngine(fileEnd, {
    actions: {
      find: (action) => ({
        run: (call) => {
          if (action === 'Test:Ask') token = call.taskToken ?? '';
          if (action === 'Test:Ask') return Promise.resolve({ ok: true, output: {} });
          return new Promise((resolve) => work.push(() => resolve({ ok: true, output: { from: action } })));
        },
      }),
    },
  });
  const ask = CHILD.replace('Test:Work', 'Test:Ask\n    TaskMode: WaitForCustomCallback').replace('child', 'ask');
  await world.stores.flows.create(flowRecord('ask', ask, 'Standard'));
  await world.stores.flows.create(flowRecord('child', CHILD, 'Standard'));
  const { executions } = world;
  const start = { executionName: 'x', inputText: '', input: {}, qualifier: '' };
  await executions.start({ ...start, flowName: 'ask', callbackToken: '' });
  await executions.describe('ask', 'x', 1_000);
  await executions.start({ ...start, flowName: 'child', callbackToken: token });
  await executions.describe('child', 'x', 1_000);
  for (const finish of work) finish();
  assert.deepEqual(output((await executions.describe('ask', 'x', 60_000)).output), { from: 'Test:Work' });
  await assert.rejects(executions.start({ ...start, flowName: 'child', executionName: 'y', callbackToken: 'no' }), {
    code: 'InvalidArgument',
  });
  world.durable.close();
});

test('a flow that waits for itself ends', async () => {
  const self = CHILD.replace(
    'Action: Test:Work',
    'Action: FNF:StartExecution\n    TaskMode: WaitForSystemCallback\n    Parameters: { resourceArn: "acs:fnf:::flow/child" }',
  );
  const tasks = new Tasks();
  const world = await startTestEngine(fileEnd, { actions: tasks.catalog, limits: { childDepth: 5 } });
  await world.stores.flows.create(flowRecord('child', self, 'Standard'));
  const { executions } = world;
  const start = { flowName: 'child', executionName: 'top', inputText: '', input: {}, qualifier: '', callbackToken: '' };
  await executions.start(start);
  assert.equal((await executions.describe('child', 'top', 60_000)).status, 'Failed');
  const { events } = await executions.history('child', 'top', 1, 100);
  assert.equal(events.at(-1)?.detail['error'], 'FNF.CallDepthExceeded');
  assert.equal(await world.stores.executions.running(), 0);
  assert.equal((await world.stores.executions.get(6))?.status, 'Failed');
  assert.equal(await world.stores.executions.get(7), null);
  world.durable.close();
});
