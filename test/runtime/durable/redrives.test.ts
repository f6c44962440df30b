/** Redrives of parents and children, and reports about executions that have ended. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExecutionChange, ExecutionStore } from '../../../src/store/executions.ts';
import { createMemoryStores } from '../../../src/store/memory/stores.ts';
import type { CleanUp } from '../../../src/testing/clean-up.ts';
import { taskFailed, taskSucceeded } from '../../../src/testing/stand-ins.ts';
import type { TaskCall, TaskResult } from '../../../src/testing/stand-ins.ts';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import type { TestEngine, TestEngineOptions } from '../../../src/testing/test-engine.ts';
import { CALLBACK, oneState, refused } from './definitions.ts';

const DONE = { ok: true, output: { done: true } } as const;
const WORK = oneState('child', 'Type: Task, Action: Test:Work');

function parentOf(more = ''): string {
  const start = 'Type: Task, Action: FNF:StartExecution, TaskMode: WaitForSystemCallback';
  return oneState('parent', `${start}, Parameters: { resourceArn: "acs:fnf:::flow/child"${more} }`);
}

/** The answers to the calls of `Test:Work`, the next first; the last one repeats. */
class Work {
  answers: (TaskResult | 'never')[] = [taskFailed('Broken', 'as planned')];
  readonly calls: TaskCall[] = [];

  answer(call: TaskCall): TaskResult | Promise<TaskResult> {
    this.calls.push(call);
    if (call.action !== 'Test:Work') return taskSucceeded();
    const next = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
    return next === undefined || next === 'never' ? new Promise(() => undefined) : next;
  }
}

async function start(t: CleanUp, work: Work, options: TestEngineOptions = {}): Promise<TestEngine> {
  return startTestEngine(t, { task: (call) => work.answer(call), ...options });
}

async function childrenOf(engine: TestEngine) {
  const { executions } = await engine.executions.list({
    ...{ flowName: 'child', status: null, startedAfterMs: null, startedBeforeMs: null, namePrefix: '' },
    ...{ qualifier: '', mapRunName: '', nextToken: '', limit: 100, metadataOnly: true, textUnits: 1_000_000 },
  });
  return executions;
}

for (const [what, more] of [
  ['with a name of its own', ''],
  ['whose name the definition fixes', ', executionName: fixed'],
] as const) {
  test(`a redriven parent takes the success of a child ${what} that was redriven meanwhile`, async (t) => {
    const work = new Work();
    const engine = await start(t, work);
    await engine.createFlow('child', WORK);
    await engine.createFlow('parent', parentOf(more));
    await engine.start('parent', { name: 'p' });
    assert.equal((await engine.ended('parent', 'p')).status, 'Failed');
    const [child] = await childrenOf(engine);
    work.answers = [taskSucceeded({ second: true })];
    await engine.executions.redrive('child', child?.name ?? '');
    assert.equal((await engine.ended('child', child?.name ?? '')).status, 'Succeeded');
    await engine.executions.redrive('parent', 'p');
    const view = await engine.ended('parent', 'p');
    assert.equal(view.status, 'Succeeded');
    assert.equal(view.output, '{"second":true}');
    assert.equal((await childrenOf(engine)).length, 1, 'no second child is started');
    assert.equal(work.calls.length, 2);
  });

  test(`a redriven parent waits for a child ${what} that was redriven and still runs, over a crash`, async (t) => {
    const work = new Work();
    let engine = await start(t, work);
    await engine.createFlow('child', oneState('child', CALLBACK.replace('Test:Ask', 'Test:Work')));
    await engine.createFlow('parent', parentOf(more));
    await engine.start('parent', { name: 'p' });
    assert.equal((await engine.ended('parent', 'p')).status, 'Failed');
    const [child] = await childrenOf(engine);
    work.answers = [taskSucceeded()];
    await engine.executions.redrive('child', child?.name ?? '');
    await engine.time.pass(1_000);
    await engine.executions.redrive('parent', 'p');
    await engine.time.pass(1_000);
    engine = await engine.restart();
    await engine.time.pass(1_000);
    await engine.executions.report(work.calls.at(-1)?.taskToken ?? '', DONE);
    assert.equal((await engine.ended('parent', 'p')).output, '{"done":true}');
    assert.equal((await childrenOf(engine)).length, 1);
  });
}

test('a redriven parent redrives a child whose name the definition fixes, and starts no other', async (t) => {
  const work = new Work();
  const engine = await start(t, work);
  await engine.createFlow('child', WORK);
  await engine.createFlow('parent', parentOf(', executionName: fixed'));
  await engine.start('parent', { name: 'p' });
  assert.equal((await engine.ended('parent', 'p')).status, 'Failed');
  await engine.executions.redrive('parent', 'p');
  assert.equal((await engine.ended('parent', 'p')).status, 'Failed', 'the child fails once more');
  work.answers = [taskSucceeded({ third: true })];
  await engine.executions.redrive('parent', 'p');
  assert.equal((await engine.ended('parent', 'p')).output, '{"third":true}');
  assert.deepEqual(
    (await childrenOf(engine)).map(({ name, status }) => `${name} ${status}`),
    ['fixed Succeeded'],
  );
});

test('a stopped parent that is redriven at once redrives its child, although the child has yet to stop', async (t) => {
  const work = new Work();
  work.answers = ['never', taskSucceeded({ again: true })];
  const engine = await start(t, work);
  await engine.createFlow('child', WORK);
  await engine.createFlow('parent', parentOf(', executionName: fixed'));
  await engine.start('parent', { name: 'p' });
  await engine.time.pass(1_000);
  await engine.executions.stop('parent', 'p', { error: 'Enough', cause: '' });
  await engine.executions.redrive('parent', 'p');
  const view = await engine.ended('parent', 'p');
  assert.equal(view.output, '{"again":true}');
  assert.equal((await engine.executions.describe('child', 'fixed', 0)).status, 'Succeeded');
});

test('a retry and another parent do not take over an execution', async (t) => {
  const work = new Work();
  const engine = await start(t, work);
  await engine.createFlow('child', WORK);
  await engine.createFlow('parent', parentOf(', executionName: fixed'));
  await engine.start('child', { name: 'fixed' });
  assert.equal((await engine.ended('child', 'fixed')).status, 'Failed');
  await engine.start('parent', { name: 'p' });
  await engine.ended('parent', 'p');
  work.answers = [taskSucceeded()];
  await engine.executions.redrive('parent', 'p');
  const view = await engine.ended('parent', 'p');
  assert.equal(view.status, 'Failed', 'the execution is not its child');
  assert.equal((await engine.executions.describe('child', 'fixed', 0)).status, 'Failed');
});

for (const [status, end] of [
  ['Stopped', (engine: TestEngine) => engine.executions.stop('ask', 'a', { error: 'Enough', cause: '' })],
  ['TimedOut', (engine: TestEngine) => engine.time.pass(100_000)],
] as const) {
  test(`a report about an execution that is ${status} is refused for the moment, and accepted after a redrive`, async (t) => {
    const work = new Work();
    const engine = await start(t, work);
    const flow = oneState('ask', CALLBACK).replace('StartAt: One', 'StartAt: One\nTimeout: 60');
    await engine.createFlow('ask', flow);
    await engine.start('ask', { name: 'a' });
    await engine.time.pass(1_000);
    await end(engine);
    assert.equal((await engine.executions.describe('ask', 'a', 0)).status, status);
    const token = work.calls[0]?.taskToken ?? '';
    await refused(engine.executions.report(token, DONE), 'TaskInvalidState');
    await refused(engine.executions.report(token, DONE), 'TaskInvalidState');
    await engine.executions.redrive('ask', 'a');
    await engine.executions.report(token, DONE);
    assert.equal((await engine.ended('ask', 'a')).status, 'Succeeded');
    await refused(engine.executions.report(token, DONE), 'TaskAlreadyCompleted');
  });
}

test('a report about a failed execution waits for a redrive only if the redrive waits for the report', async (t) => {
  const work = new Work();
  const engine = await start(t, work);
  await engine.createFlow('ask', oneState('ask', `${CALLBACK}, Timeout: 5`));
  const branches = `Type: Parallel, Branches: [{ StartAt: Ask, States: [{ Name: Ask, ${CALLBACK}, End: true }] }, { StartAt: Rest, States: [{ Name: Rest, Type: Wait, Seconds: 1, Next: Bad }, { Name: Bad, Type: Fail, Code: X }] }]`;
  await engine.createFlow('both', oneState('both', branches));
  await engine.start('ask', { name: 'late' });
  await engine.start('both', { name: 'b' });
  await engine.time.pass(10_000);
  const [first, second] = work.calls;
  await refused(engine.executions.report(first?.taskToken ?? '', DONE), 'TaskAlreadyCompleted');
  await refused(engine.executions.report(second?.taskToken ?? '', DONE), 'TaskInvalidState');
  await engine.call('DeleteFlow', { Name: 'both' });
  await refused(engine.executions.report(second?.taskToken ?? '', DONE), 'TaskAlreadyCompleted');
});

test('a redrive obeys the limit of running executions', async (t) => {
  const work = new Work();
  work.answers = [taskFailed('Broken'), 'never'];
  const engine = await start(t, work, { limits: { standardExecutions: 1 } });
  await engine.createFlow('child', WORK);
  await engine.start('child', { name: 'a' });
  assert.equal((await engine.ended('child', 'a')).status, 'Failed');
  await engine.start('child', { name: 'b' });
  await refused(engine.executions.redrive('child', 'a'), 'ResourceThrottled', /standardExecutions/);
  await engine.executions.stop('child', 'b', { error: 'Enough', cause: '' });
  await engine.executions.redrive('child', 'a');
  await refused(engine.start('child', { name: 'c' }), 'ResourceThrottled');
});

/** Stores of a process that dies after the commit with the first end of a child, and whose recovery waits for the test. */
function dyingStores() {
  const stores = createMemoryStores();
  const gate = Promise.withResolvers<void>();
  const state = { hasDied: false };
  const executions = Object.assign(Object.create(stores.executions) as ExecutionStore, {
    async commit(node: number, changes: readonly ExecutionChange[]) {
      const outcomes = await stores.executions.commit(node, changes);
      if (state.hasDied || !changes.some(({ end }) => end?.status === 'Failed')) return outcomes;
      state.hasDied = true;
      return new Promise(() => undefined);
    },
    async claimUnowned(node: number, after: number, limit: number) {
      if (state.hasDied) await gate.promise;
      return stores.executions.claimUnowned(node, after, limit);
    },
  });
  return { stores: { ...stores, executions }, recover: gate.resolve };
}

for (const [what, act, status] of [
  ['its child is redriven', (engine: TestEngine, child: string) => engine.executions.redrive('child', child), 'Failed'],
  ['it is redriven itself', () => Promise.resolve(), 'Failed'],
  [
    'another execution of the child flow is started',
    (engine: TestEngine) => engine.start('child', { name: 'other' }),
    'Failed',
  ],
  ['its child flow is deleted', (engine: TestEngine) => engine.call('DeleteFlow', { Name: 'child' }), 'Failed'],
  [
    'it is stopped',
    (engine: TestEngine) => engine.executions.stop('parent', 'p', { error: 'Enough', cause: '' }),
    'Stopped',
  ],
] as const) {
  test(`the end of a child that a crash left due reaches its parent when ${what} before recovery`, async (t) => {
    const work = new Work();
    const { stores, recover } = dyingStores();
    const first = await start(t, work, { stores });
    await first.createFlow('child', WORK);
    await first.createFlow('parent', parentOf());
    await first.start('parent', { name: 'p' });
    await first.time.pass(1_000);
    const engine = await first.restart();
    const [child] = await childrenOf(engine);
    assert.equal(child?.status, 'Failed');
    work.answers = ['never'];
    await act(engine, child?.name ?? '');
    recover();
    await engine.time.pass(5_000);
    assert.equal((await engine.executions.describe('parent', 'p', 0)).status, status);
    const record = await stores.executions.get(2);
    assert.ok(record === null || record.callback === 'done', record?.callback);
  });
}
