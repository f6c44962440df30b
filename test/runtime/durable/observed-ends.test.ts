/** The events of the observer balance: each end of an execution follows a start or a redrive, and each of these has one end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Subscriber } from '../../../src/base/observer.ts';
import { taskFailed, taskSucceeded } from '../../../src/testing/stand-ins.ts';
import type { TaskResult } from '../../../src/testing/stand-ins.ts';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import { oneState, refused } from './definitions.ts';
import { FaultyStores } from './faulty-stores.ts';

const PASS = oneState('pass', 'Type: Pass');
const WORK = oneState('work', 'Type: Task, Action: Test:Work');
const PARENT = oneState(
  'parent',
  'Type: Task, Action: FNF:StartExecution, TaskMode: WaitForSystemCallback, Parameters: { resourceArn: acs:fnf:::flow/pass }',
);
const CALLER = oneState('caller', 'Type: Task, Action: FNF:StartSyncExecution, Parameters: { flowName: quick }');

/** The events about executions in the order of their report, by flow. */
class Reports {
  readonly #byFlow = new Map<string, string[]>();

  readonly subscriber: Subscriber = {
    executionStarted: ({ flowName, source }) => this.#add(flowName, `started by ${source}`),
    executionRedriven: ({ flowName }) => this.#add(flowName, 'redriven'),
    executionEnded: ({ flowName, status }) => this.#add(flowName, status),
  };

  of(flowName: string): readonly string[] {
    return this.#byFlow.get(flowName) ?? [];
  }

  #add(flowName: string, what: string): void {
    this.#byFlow.set(flowName, [...this.of(flowName), what]);
  }
}

async function startEngine(t: TestContext, task: () => Promise<TaskResult> = () => Promise.resolve(taskSucceeded())) {
  const reports = new Reports();
  const faulty = new FaultyStores();
  const engine = await startTestEngine(t, { task, stores: faulty.stores, observe: reports.subscriber });
  for (const [name, definition] of Object.entries({ pass: PASS, work: WORK, parent: PARENT, caller: CALLER })) {
    await engine.createFlow(name, definition);
  }
  await engine.createFlow('quick', oneState('quick', 'Type: Pass'), 'Express');
  return { engine, faulty, reports };
}

test('an execution that ends in the commit of its start has first started', async (t) => {
  const { engine, reports } = await startEngine(t);
  await engine.start('pass', { name: 'one' });
  await engine.ended('pass', 'one');
  assert.deepEqual(reports.of('pass'), ['started by api', 'Succeeded']);
});

test('children of both modes start by a task, and Express executions by the API', async (t) => {
  const { engine, reports } = await startEngine(t);
  for (const flow of ['parent', 'caller']) {
    await engine.start(flow, { name: 'one' });
    await engine.ended(flow, 'one');
  }
  await engine.run('quick');
  assert.deepEqual(reports.of('pass'), ['started by task', 'Succeeded']);
  assert.deepEqual(reports.of('quick'), ['started by task', 'Succeeded', 'started by api', 'Succeeded']);
});

test('a redriven execution ends once more', async (t) => {
  const answers = [taskFailed('E'), taskSucceeded()];
  const { engine, reports } = await startEngine(t, () => Promise.resolve(answers.shift() ?? taskSucceeded()));
  await engine.start('work', { name: 'one' });
  await engine.ended('work', 'one');
  await engine.executions.redrive('work', 'one');
  await engine.ended('work', 'one');
  assert.deepEqual(reports.of('work'), ['started by api', 'Failed', 'redriven', 'Succeeded']);
});

test('a stuck execution that is stopped has ended', async (t) => {
  const { engine, faulty, reports } = await startEngine(t, async () => {
    await engine.time.pass(10);
    return taskSucceeded();
  });
  await engine.start('work', { name: 'one' });
  faulty.fault = 'one';
  await engine.time.pass(1_000);
  assert.ok(engine.takeTroubles().some(({ where }) => where === 'execution 1 is stuck'));
  assert.deepEqual(reports.of('work'), ['started by api']);
  faulty.fault = 'none';
  await engine.executions.stop('work', 'one', { error: 'E', cause: '' });
  assert.deepEqual(reports.of('work'), ['started by api', 'Stopped']);
});

for (const flow of ['pass', 'work']) {
  test(`an aborted start that the store has is reported when it is found: flow ${flow}`, async (t) => {
    const { engine, faulty, reports } = await startEngine(t);
    faulty.fault = 'after';
    await refused(engine.start(flow, { name: 'one' }), 'InternalServerError');
    engine.takeTroubles();
    assert.deepEqual(reports.of(flow), []);
    faulty.fault = 'none';
    await engine.time.pass(5_000);
    assert.equal((await engine.ended(flow, 'one')).status, 'Succeeded');
    assert.deepEqual(reports.of(flow), ['started by api', 'Succeeded']);
  });
}

test('an aborted start that the store does not have is never reported', async (t) => {
  const { engine, faulty, reports } = await startEngine(t);
  faulty.fault = 'before';
  await refused(engine.start('pass', { name: 'one' }), 'InternalServerError');
  engine.takeTroubles();
  faulty.fault = 'none';
  await engine.time.pass(5_000);
  assert.deepEqual(reports.of('pass'), []);
});

test('an execution whose caller did not wait for the commit has started all the same', async (t) => {
  const { engine, faulty, reports } = await startEngine(t);
  faulty.fault = 'slow';
  await refused(engine.start('pass', { name: 'one' }), 'InternalServerError', /longer than/);
  faulty.fault = 'none';
  faulty.answer();
  await engine.time.pass(100);
  assert.deepEqual(reports.of('pass'), ['started by api', 'Succeeded']);
});
