/** A failing store, a deleted flow, a server that stops: nothing is lost, and callers get true answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../src/api/error.ts';
import { AssertionFailure } from '../../src/base/assert.ts';
import type { TaskResult } from '../../src/actions/action.ts';
import type { ExecutionChange, ExecutionStore } from '../../src/store/executions.ts';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import type { Stores } from '../../src/store/stores.ts';
import { standInActions } from '../../src/testing/stand-ins.ts';
import { flowRecord, startTestEngine } from '../../src/testing/test-engine.ts';
import type { TestEngine } from '../../src/testing/test-engine.ts';
import { fileEnd } from '../support/at-end.ts';

const STEPS = `
Type: StateMachine
SpecVersion: v1
Name: steps
StartAt: A
States:
  - { Type: Task, Name: A, Action: "Test:Call", Next: B }
  - { Type: Task, Name: B, Action: "Test:Call", End: true }
`;

type Fault = 'none' | 'before' | 'after' | 'slow' | 'one';

/** A store whose commits fail before or after they happen. */
class FailingStores {
  fault: Fault = 'none';
  attempts = 0;
  /** Lets a slow commit answer. */
  answer: () => void = () => {};
  readonly stores: Stores;

  constructor() {
    const inner = createMemoryStores();
    const executions: ExecutionStore = Object.assign(Object.create(inner.executions) as ExecutionStore, {
      commit: async (fence: number, changes: readonly ExecutionChange[]) => {
        this.attempts++;
        const { fault } = this;
        if (fault === 'before') throw new Error('disk full');
        if (fault === 'one' && changes.some(({ id }) => id === 1)) throw new AssertionFailure('never');
        await inner.executions.commit(fence, changes);
        if (fault === 'after') throw new Error('no answer');
        if (fault === 'slow') {
          await new Promise<void>((resolve) => {
            this.answer = resolve;
          });
        }
      },
    });
    this.stores = { ...inner, executions };
  }
}

class Answers {
  calls = 0;
  readonly #waiting: ((result: TaskResult) => void)[] = [];

  readonly catalog = standInActions(() => {
    this.calls++;
    return new Promise((resolve) => this.#waiting.push(resolve));
  });

  fail(): void {
    for (const resolve of this.#waiting.splice(0)) resolve({ ok: false, error: 'E', cause: '' });
  }

  answer(): void {
    for (const resolve of this.#waiting.splice(0)) resolve({ ok: true, output: {} });
  }
}

async function begin(): Promise<{ world: TestEngine; failing: FailingStores; answers: Answers }> {
  const failing = new FailingStores();
  const answers = new Answers();
  const world = await startTestEngine(fileEnd, { actions: answers.catalog, stores: failing.stores });
  await world.stores.flows.create(flowRecord('steps', STEPS, 'Standard'));
  return { world, failing, answers };
}

const start = (world: TestEngine, executionName: string) =>
  world.executions.start({
    flowName: 'steps',
    executionName,
    inputText: '',
    input: {},
    qualifier: '',
    callbackToken: '',
  });

async function refused(promise: Promise<unknown>, code: string, message: RegExp): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof ApiError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  });
}

test('while the store fails, starts are refused, and running executions wait and then continue by themselves', async () => {
  const { world, failing, answers } = await begin();
  const { executions } = world;
  await start(world, 'one');
  await executions.describe('steps', 'one', 100);
  failing.fault = 'before';
  answers.answer();
  await executions.describe('steps', 'one', 5_000);
  assert.equal(answers.calls, 1, 'no component acts on decisions that are not durable');
  assert.equal((await executions.history('steps', 'one', 1, 100)).events.length, 4, 'no caller sees them');
  const { waits } = await executions.waits('steps', 'one');
  assert.equal(waits[0]?.kind, 'Store');
  assert.match(waits[0]?.reason ?? '', /disk full/);
  await refused(start(world, 'two'), 'InternalServerError', /disk full/);
  await refused(executions.stop('steps', 'one', { error: 'E', cause: '' }), 'InternalServerError', /disk full/);
  failing.fault = 'none';
  await executions.describe('steps', 'one', 5_000);
  assert.equal(answers.calls, 2);
  answers.answer();
  assert.equal((await executions.describe('steps', 'one', 5_000)).status, 'Succeeded');
  await refused(executions.describe('steps', 'two', 0), 'ExecutionNotExists', /two/);
  world.durable.close();
});

test('an execution whose end is in the store can be redriven before the commit has returned', async (t) => {
  const { world, failing, answers } = await begin();
  t.after(() => world.durable.close());
  const { executions } = world;
  await start(world, 'one');
  await executions.describe('steps', 'one', 100);
  failing.fault = 'slow';
  answers.fail();
  assert.equal((await executions.describe('steps', 'one', 1_000)).status, 'Failed');
  failing.fault = 'none';
  world.time.after(100, () => failing.answer());
  assert.equal((await executions.redrive('steps', 'one')).status, 'Running');
});

test('an execution whose start was refused but committed continues, and is found by its name', async () => {
  const { world, failing, answers } = await begin();
  failing.fault = 'after';
  await refused(start(world, 'one'), 'InternalServerError', /no answer/);
  assert.equal(answers.calls, 0);
  failing.fault = 'none';
  for (let i = 0; i < 3; i++) {
    await world.executions.describe('steps', 'one', 3_000);
    answers.answer();
  }
  assert.equal((await world.executions.describe('steps', 'one', 5_000)).status, 'Succeeded');
  assert.equal(answers.calls, 2);
  await refused(start(world, 'one'), 'ExecutionAlreadyExists', /one/);
  world.durable.close();
});

test('a commit whose answer is lost is repeated, and the repetition changes nothing', async () => {
  const { world, failing, answers } = await begin();
  await start(world, 'one');
  await world.executions.describe('steps', 'one', 100);
  failing.fault = 'after';
  answers.answer();
  await world.executions.describe('steps', 'one', 1_000);
  failing.fault = 'none';
  await world.executions.describe('steps', 'one', 5_000);
  answers.answer();
  assert.equal((await world.executions.describe('steps', 'one', 5_000)).status, 'Succeeded');
  const { events } = await world.executions.history('steps', 'one', 1, 100);
  assert.deepEqual(
    events.map(({ id }) => id),
    events.map((_event, i) => i + 1),
  );
  world.durable.close();
});

test('an execution of a deleted flow stops after its current state, is invisible, and is deleted', async () => {
  const { world, answers } = await begin();
  await start(world, 'one');
  await world.executions.describe('steps', 'one', 100);
  await world.stores.flows.delete('steps');
  world.changes.deleted('steps');
  await refused(world.executions.describe('steps', 'one', 0), 'FlowNotExists', /steps/);
  answers.answer();
  const id = 1;
  const ended = world.durable.whenEnded(id, 60_000);
  await ended;
  assert.equal((await world.stores.executions.get(id))?.status, 'Stopped');
  assert.equal(answers.calls, 1);
  // Lets time pass until it is deleted.
  await world.durable.whenEnded(id, 30_000);
  assert.equal(await world.stores.executions.get(id), null);
  world.durable.close();
});

test('a server that stops lets tasks end and calls no more, and the next server continues', async () => {
  const { world, answers } = await begin();
  await start(world, 'one');
  await world.executions.describe('steps', 'one', 100);
  const drained = world.durable.drain(60_000);
  answers.answer();
  await drained;
  assert.equal(answers.calls, 1);
  const again = await world.restart();
  await again.executions.describe('steps', 'one', 100);
  assert.equal(answers.calls, 2);
  answers.answer();
  assert.equal((await again.executions.describe('steps', 'one', 5_000)).status, 'Succeeded');
  again.durable.close();
});

test('an execution with an unreadable definition says so, and can be stopped', async () => {
  const { world } = await begin();
  await start(world, 'one');
  await world.executions.describe('steps', 'one', 100);
  const record = await world.stores.executions.get(1);
  assert.ok(record !== null);
  const broken = {
    ...world.stores,
    executions: Object.assign(Object.create(world.stores.executions) as ExecutionStore, {
      snapshot: async (flowId: string, revision: number) => {
        const snapshot = await world.stores.executions.snapshot(flowId, revision);
        return snapshot === null ? null : { ...snapshot, definition: 'Type: Another' };
      },
    }),
  };
  world.durable.close();
  const again = await startTestEngine(fileEnd, { actions: new Answers().catalog, stores: broken, time: world.time });
  await again.durable.recovered();
  const { waits } = await again.executions.waits('steps', 'one');
  assert.equal(waits[0]?.kind, 'Stuck');
  const stopped = await again.executions.stop('steps', 'one', { error: 'Mine', cause: 'old' });
  assert.equal(stopped.status, 'Stopped');
  const { events } = await again.executions.history('steps', 'one', 1, 100);
  assert.deepEqual(events.at(-1)?.detail, { error: 'Mine', cause: 'old' });
  again.durable.close();
});

test('a change that the store can never accept delays no other, and its execution says so', async () => {
  const { world, failing, answers } = await begin();
  const { executions } = world;
  for (const name of ['one', 'two', 'three']) await start(world, name);
  await executions.describe('steps', 'one', 100);
  failing.fault = 'one';
  answers.answer();
  await executions.describe('steps', 'two', 100);
  answers.answer();
  assert.equal((await executions.describe('steps', 'two', 1_000)).status, 'Succeeded');
  assert.equal((await executions.describe('steps', 'three', 1_000)).status, 'Succeeded');
  assert.equal((await executions.describe('steps', 'one', 1_000)).status, 'Running');
  const { waits } = await executions.waits('steps', 'one');
  assert.equal(waits[0]?.kind, 'Stuck');
  assert.match(waits[0]?.reason ?? '', /never/);
  failing.fault = 'none';
  const again = await world.restart();
  await again.executions.describe('steps', 'one', 100);
  answers.answer();
  await again.executions.describe('steps', 'one', 100);
  answers.answer();
  assert.equal((await again.executions.describe('steps', 'one', 1_000)).status, 'Succeeded');
  again.durable.close();
});
