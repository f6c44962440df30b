/** A store that fails: no caller gets an answer that is not durable, running executions wait, and nothing is lost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { taskFailed, taskSucceeded } from '../../../src/testing/stand-ins.ts';
import type { TaskResult } from '../../../src/testing/stand-ins.ts';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import type { TestEngine } from '../../../src/testing/test-engine.ts';
import { CALLBACK, TWO_TASKS, oneState, refused } from './definitions.ts';
import { FaultyStores } from './faulty-stores.ts';

/** Tasks that wait until the test answers all of them. */
class Tasks {
  calls = 0;
  readonly #waiting: ((result: TaskResult) => void)[] = [];

  readonly take = (): Promise<TaskResult> => {
    this.calls++;
    return new Promise((resolve) => this.#waiting.push(resolve));
  };

  answer(result: TaskResult = taskSucceeded()): void {
    for (const resolve of this.#waiting.splice(0)) resolve(result);
  }
}

/** An engine with the flow `two`, and executions of it that call their first task. */
async function startEngine(t: TestContext, ...names: readonly string[]) {
  const faulty = new FaultyStores();
  const tasks = new Tasks();
  const engine = await startTestEngine(t, { task: tasks.take, stores: faulty.stores });
  await engine.createFlow('two', TWO_TASKS);
  for (const name of names) await engine.start('two', { name });
  await engine.time.pass(100);
  return { engine, faulty, tasks };
}

/** Takes the one trouble that the fault has caused. */
function takeTrouble(engine: TestEngine, where: RegExp): void {
  const [trouble, ...others] = engine.takeTroubles();
  assert.match(trouble?.where ?? '', where);
  assert.deepEqual(others, []);
}

test('while the store fails, starts are refused, and running executions wait and continue afterwards', async (t) => {
  const { engine, faulty, tasks } = await startEngine(t, 'one');
  const { executions } = engine;
  faulty.fault = 'before';
  tasks.answer();
  await engine.time.pass(5_000);
  assert.equal(tasks.calls, 1, 'no call follows from an event that is not durable');
  assert.equal((await engine.events('two', 'one')).length, 4, 'and the history does not show it');
  const { waits } = await executions.waits('two', 'one');
  assert.equal(waits[0]?.kind, 'Store');
  assert.match(waits[0]?.reason ?? '', /disk full/);
  await refused(engine.start('two', { name: 'two' }), 'InternalServerError', /disk full/);
  await refused(executions.stop('two', 'one', { error: 'E', cause: '' }), 'InternalServerError', /disk full/);
  takeTrouble(engine, /the store fails/);
  faulty.fault = 'none';
  await engine.time.pass(5_000);
  assert.equal(tasks.calls, 2);
  tasks.answer();
  assert.equal((await engine.ended('two', 'one')).status, 'Succeeded');
  await refused(executions.describe('two', 'two', 0), 'ExecutionNotExists', /two/);
});

test('an end that the store shows can be redriven before its commit has answered', async (t) => {
  const { engine, faulty, tasks } = await startEngine(t, 'one');
  faulty.fault = 'slow';
  tasks.answer(taskFailed('E'));
  assert.equal((await engine.ended('two', 'one', 1_000)).status, 'Failed');
  faulty.fault = 'none';
  engine.time.after(100, () => faulty.answer());
  assert.equal((await engine.executions.redrive('two', 'one')).status, 'Running');
});

test('a start whose commit may have failed is refused, and the execution runs if it is in the store', async (t) => {
  const { engine, faulty, tasks } = await startEngine(t);
  const start = () => engine.start('two', { name: 'one' });
  faulty.fault = 'after';
  await refused(start(), 'InternalServerError', /no answer/);
  takeTrouble(engine, /the store fails/);
  assert.equal(tasks.calls, 0);
  faulty.fault = 'none';
  for (let i = 0; i < 3; i++) {
    await engine.time.pass(3_000);
    tasks.answer();
  }
  assert.equal((await engine.ended('two', 'one')).status, 'Succeeded');
  assert.equal(tasks.calls, 2);
  await refused(start(), 'ExecutionAlreadyExists', /one/);
});

test('a commit whose answer is lost is repeated, and the repetition changes nothing', async (t) => {
  const { engine, faulty, tasks } = await startEngine(t, 'one');
  faulty.fault = 'after';
  tasks.answer();
  await engine.time.pass(1_000);
  takeTrouble(engine, /the store fails/);
  faulty.fault = 'none';
  await engine.time.pass(5_000);
  tasks.answer();
  assert.equal((await engine.ended('two', 'one')).status, 'Succeeded');
  const events = await engine.events('two', 'one');
  assert.deepEqual(
    events.map(({ id }) => id),
    events.map((_event, i) => i + 1),
  );
});

test('a change that the store never accepts delays no other execution, and its own is stuck', async (t) => {
  const { engine, faulty, tasks } = await startEngine(t, 'one', 'two', 'three');
  const { executions } = engine;
  faulty.fault = 'one';
  tasks.answer();
  await engine.time.pass(100);
  tasks.answer();
  assert.equal((await engine.ended('two', 'two', 1_000)).status, 'Succeeded');
  assert.equal((await engine.ended('two', 'three', 1_000)).status, 'Succeeded');
  assert.equal((await executions.describe('two', 'one', 1_000)).status, 'Running');
  const { waits } = await executions.waits('two', 'one');
  assert.equal(waits[0]?.kind, 'Stuck');
  assert.match(waits[0]?.reason ?? '', /never/);
  const troubles = engine.takeTroubles().map(({ where }) => where);
  assert.ok(troubles.includes('execution 1 is stuck'), troubles.join());
  faulty.fault = 'none';
  const next = await engine.restart();
  for (let task = 0; task < 2; task++) {
    await next.time.pass(100);
    tasks.answer();
  }
  assert.equal((await next.ended('two', 'one')).status, 'Succeeded');
});

/** A stuck execution whose stop waits for a commit that does not answer. */
async function stopOfStuck(t: TestContext) {
  const { engine, faulty, tasks } = await startEngine(t, 'one');
  faulty.fault = 'one';
  tasks.answer();
  await engine.time.pass(100);
  assert.equal(engine.durable.stuck.length, 1);
  engine.takeTroubles();
  faulty.fault = 'slow';
  const stop = engine.executions.stop('two', 'one', { error: 'E', cause: '' });
  return { engine, stop };
}

test('a stop of a stuck execution is answered, although its commit takes long', async (t) => {
  const { stop } = await stopOfStuck(t);
  await refused(stop, 'InternalServerError', /taking longer than 10 s/);
});

test('a stop of a stuck execution is answered when the engine closes', async (t) => {
  const { engine, stop } = await stopOfStuck(t);
  engine.time.after(100, () => engine.durable.close());
  await refused(stop, 'InternalServerError', /is stopping/);
});

test('a start whose caller gave up is in the way of no other of its name, although its commit comes later', async (t) => {
  const { engine, faulty } = await startEngine(t);
  faulty.fault = 'slow';
  // The commit of this start is under way, and those of the next ones wait for it.
  const first = refused(engine.start('two', { name: 'one' }), 'InternalServerError', /taking longer than 10 s/);
  await engine.time.pass(100);
  await refused(engine.start('two', { name: 'two' }), 'InternalServerError', /taking longer than 10 s/);
  await first;
  const again = [engine.start('two', { name: 'two' }), engine.start('two', { name: 'two' })];
  faulty.fault = 'none';
  faulty.answer();
  for (const { status, name } of await Promise.all(again)) assert.deepEqual([status, name], ['Running', 'two']);
  assert.equal((await engine.stores.executions.running()).executions, 2);
});

test('a start for a task is not refused for an end of the task that is not durable yet', async (t) => {
  const faulty = new FaultyStores();
  let token = '';
  const engine = await startTestEngine(t, {
    stores: faulty.stores,
    task({ taskToken }) {
      token = taskToken ?? '';
      return taskSucceeded();
    },
  });
  await engine.createFlow('two', TWO_TASKS);
  await engine.createFlow('ask', oneState('ask', `${CALLBACK}, Timeout: 5`));
  await engine.start('ask', { name: 'one' });
  await engine.time.pass(1_000);
  faulty.fault = 'before';
  await engine.time.pass(10_000);
  const start = () => engine.start('two', { name: 'for one', callbackToken: token });
  await refused(start(), 'InternalServerError', /disk full/);
  takeTrouble(engine, /the store fails/);
  faulty.fault = 'none';
  assert.equal((await engine.ended('ask', 'one')).status, 'Failed');
  await refused(start(), 'InvalidArgument', /its task has ended/);
});
