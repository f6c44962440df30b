/** Standard executions that tasks start: whose end is reported, which child stops with its parent, and what a restart repeats. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { taskFailed, taskSucceeded } from '../../../src/testing/stand-ins.ts';
import type { TaskCall, TaskResult } from '../../../src/testing/stand-ins.ts';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import type { TestEngine } from '../../../src/testing/test-engine.ts';
import { CALLBACK, oneState, refused } from './definitions.ts';

const CHILD = oneState('child', 'Type: Task, Action: Test:Work');

/** A flow that starts the child in one branch, and calls `Test:Beside` in another. */
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
          - { Type: Task, Name: Beside, Action: Test:Beside, End: true }
    End: true
`;
}

/** Tasks that the test answers, by their actions. */
class Tasks {
  readonly calls: TaskCall[] = [];
  readonly #answers = new Map<string, (result: TaskResult) => void>();

  readonly take = (call: TaskCall): Promise<TaskResult> => {
    this.calls.push(call);
    return new Promise((resolve) => this.#answers.set(call.action, resolve));
  };

  succeed(action: string): void {
    this.#answer(action, taskSucceeded({ from: action }));
  }

  fail(action: string): void {
    this.#answer(action, taskFailed('Mine', action));
  }

  #answer(action: string, result: TaskResult): void {
    const answer = this.#answers.get(action);
    assert.ok(answer !== undefined, `${action} was not called`);
    this.#answers.delete(action);
    answer(result);
  }
}

/** An execution `p` of the parent that has started its child. */
async function startParent(t: TestContext, mode: string, more = ''): Promise<{ engine: TestEngine; tasks: Tasks }> {
  const tasks = new Tasks();
  const engine = await startTestEngine(t, { task: tasks.take });
  await engine.createFlow('child', CHILD);
  await engine.createFlow('parent', parent(mode, more));
  await engine.start('parent', { name: 'p' });
  await engine.time.pass(1_000);
  return { engine, tasks };
}

interface Listed {
  readonly Name: string;
  readonly Status: string;
}

async function onlyChild(engine: TestEngine): Promise<Listed> {
  const { Executions } = await engine.call('ListExecutions', { FlowName: 'child' });
  const [child, ...others] = Executions as unknown as Listed[];
  assert.ok(child !== undefined);
  assert.deepEqual(others, []);
  return child;
}

async function outputOf(engine: TestEngine, flowName: string, name: string): Promise<unknown> {
  const { status, output } = await engine.ended(flowName, name);
  assert.equal(status, 'Succeeded');
  return JSON.parse(output);
}

test('RequestComplete continues when the child has started, and does not stop it', async (t) => {
  const { engine, tasks } = await startParent(t, 'RequestComplete');
  tasks.succeed('Test:Beside');
  const { Branch0 } = (await outputOf(engine, 'parent', 'p')) as { Branch0: Record<string, string> };
  const child = await onlyChild(engine);
  assert.equal(Branch0['FlowName'], 'child');
  assert.equal(Branch0['ExecutionName'], child.Name);
  assert.equal(child.Status, 'Running');
});

test('WaitForSystemCallback gets the output of the child', async (t) => {
  const { engine, tasks } = await startParent(t, 'WaitForSystemCallback');
  tasks.succeed('Test:Beside');
  tasks.succeed('Test:Work');
  assert.deepEqual(await outputOf(engine, 'parent', 'p'), {
    Branch0: { from: 'Test:Work' },
    Branch1: { from: 'Test:Beside' },
  });
});

test('the error of a child is the error of its task', async (t) => {
  const { engine, tasks } = await startParent(t, 'WaitForSystemCallback');
  tasks.fail('Test:Work');
  assert.equal((await engine.ended('parent', 'p')).status, 'Failed');
  const events = await engine.events('parent', 'p');
  assert.deepEqual(events.at(-1)?.detail, { error: 'Mine', cause: 'Test:Work' });
});

test('a child stops when a sibling of the task that waits for it fails', async (t) => {
  const { engine, tasks } = await startParent(t, 'WaitForSystemCallback');
  tasks.fail('Test:Beside');
  assert.equal((await engine.ended('parent', 'p')).status, 'Failed');
  const { Name } = await onlyChild(engine);
  assert.equal((await engine.ended('child', Name)).status, 'Stopped');
});

test('a child stops when the task that waits for it times out', async (t) => {
  const { engine } = await startParent(t, 'WaitForSystemCallback', 'Timeout: 30');
  const { Name } = await onlyChild(engine);
  assert.equal((await engine.ended('child', Name)).status, 'Stopped');
  assert.equal((await engine.ended('parent', 'p')).status, 'Failed');
});

test('after a restart the parent starts no second child, and gets the outcome of the first', async (t) => {
  const { engine, tasks } = await startParent(t, 'WaitForSystemCallback');
  tasks.succeed('Test:Beside');
  await engine.time.pass(1_000);
  const next = await engine.restart();
  await next.time.pass(1_000);
  await onlyChild(next);
  tasks.succeed('Test:Work');
  assert.equal((await next.ended('parent', 'p')).status, 'Succeeded');
  assert.equal(tasks.calls.filter(({ action }) => action === 'Test:Work').length, 2, 'the call is made again');
});

test('an execution that was started with a token reports its end to the task', async (t) => {
  const { promise: work, resolve: finish } = Promise.withResolvers<TaskResult>();
  let token = '';
  const engine = await startTestEngine(t, {
    task(call) {
      if (call.action === 'Test:Work') return work;
      token = call.taskToken ?? '';
      return taskSucceeded();
    },
  });
  await engine.createFlow('ask', oneState('ask', CALLBACK));
  await engine.createFlow('child', CHILD);
  await engine.start('ask', { name: 'x' });
  await engine.time.pass(1_000);
  await engine.start('child', { name: 'x', callbackToken: token });
  await engine.time.pass(1_000);
  finish(taskSucceeded({ from: 'the child' }));
  assert.deepEqual(await outputOf(engine, 'ask', 'x'), { from: 'the child' });
  await refused(engine.start('child', { name: 'y', callbackToken: 'no' }), 'InvalidArgument');
});

test('a flow that waits for itself ends at the limit of depth', async (t) => {
  const start = 'Type: Task, Action: FNF:StartExecution, TaskMode: WaitForSystemCallback';
  const engine = await startTestEngine(t, { limits: { childDepth: 5 } });
  await engine.createFlow('self', oneState('self', `${start}, Parameters: { resourceArn: "acs:fnf:::flow/self" }`));
  await engine.start('self', { name: 'top' });
  assert.equal((await engine.ended('self', 'top')).status, 'Failed');
  const events = await engine.events('self', 'top');
  assert.equal(events.at(-1)?.detail['error'], 'FNF.CallDepthExceeded');
  assert.deepEqual(await engine.stores.executions.running(), { executions: 0, mapItems: 0 });
  assert.equal((await engine.stores.executions.get(6))?.status, 'Failed');
  assert.equal(await engine.stores.executions.get(7), null);
});

/** Starts itself and does not wait for the end of what it starts. */
const FORGETS = oneState(
  'self',
  'Type: Task, Action: FNF:StartExecution, Parameters: { resourceArn: "acs:fnf:::flow/self" }',
);

test('a flow that starts itself without waiting ends at the limit of depth, which a restart does not reset', async (t) => {
  const engine = await startTestEngine(t, { limits: { childDepth: 5 } });
  await engine.createFlow('self', FORGETS);
  await engine.start('self', { name: 'top' });
  await engine.time.pass(60_000);
  const { executions } = engine.stores;
  assert.deepEqual((await executions.get(6))?.ancestry.depth, 5);
  assert.match(String((await executions.get(6))?.error), /^FNF\.CallDepthExceeded$/);
  assert.match(String((await executions.get(6))?.cause), /limits\.childDepth/);
  assert.equal(await executions.get(7), null);
  const raised = await engine.restart({ limits: { childDepth: 6 } });
  await raised.call('RedriveExecution', { FlowName: 'self', ExecutionName: String((await executions.get(6))?.name) });
  await raised.time.pass(60_000);
  assert.equal((await executions.get(7))?.error, 'FNF.CallDepthExceeded');
  assert.equal(await executions.get(8), null);
});

test('depth counts through Express executions, and the chain of starts can be read', async (t) => {
  const engine = await startTestEngine(t, { limits: { childDepth: 6 }, task: () => new Promise(() => undefined) });
  const start = 'Type: Task, Action: FNF:StartExecution, Parameters: { resourceArn: "acs:fnf:::flow/standard" }';
  const call = 'Type: Task, Action: FNF:StartSyncExecution, Parameters: { flowName: express }';
  await engine.createFlow('express', oneState('express', start), 'Express');
  await engine.createFlow('standard', oneState('standard', call));
  await engine.run('express', { name: 'top' });
  await engine.time.pass(60_000);
  const { executions } = engine.stores;
  // Standard executions have the depths 1, 3 and 5; the one below would be 7.
  const last = await executions.get(3);
  assert.equal(last?.ancestry.depth, 5);
  assert.equal(last?.ancestry.startedBy.length, 2);
  assert.match(String(last?.ancestry.startedBy), /^express\/[^/]+\/One,standard\/[^/]+\/One$/);
  assert.equal(last?.error, 'FNF.CallDepthExceeded');
  assert.equal(await executions.get(4), null);
});

test('a start with the token of a task counts as a start by that task', async (t) => {
  let token = '';
  const engine = await startTestEngine(t, {
    limits: { childDepth: 1 },
    task: (call) => {
      token = call.taskToken ?? '';
      return taskSucceeded();
    },
  });
  await engine.createFlow('ask', oneState('ask', CALLBACK));
  await engine.start('ask', { name: 'x' });
  await engine.time.pass(1_000);
  await engine.start('ask', { name: 'y', callbackToken: token });
  await engine.time.pass(1_000);
  await refused(engine.start('ask', { name: 'z', callbackToken: token }), 'InvalidArgument');
  const waits = await engine.call('DescribeExecutionWaits', { FlowName: 'ask', ExecutionName: 'y' });
  assert.equal(waits['Depth'], 1);
  assert.deepEqual(waits['StartedBy'], [{ FlowName: 'ask', ExecutionName: 'x', StepName: 'One' }]);
});

test('the start of one execution too many is throttled, and says when to try again', async (t) => {
  const engine = await startTestEngine(t, { limits: { standardExecutions: 1 }, task: () => new Promise(() => {}) });
  await engine.createFlow('ask', oneState('ask', 'Type: Task, Action: Test:Work'));
  await engine.start('ask', { name: 'x' });
  await assert.rejects(engine.start('ask', { name: 'y' }), { code: 'ResourceThrottled', retryAfterMs: 1_000 });
});
