/** Reads of executions that are slow or fail, while others start, stop or redrive the same execution. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createTaskTokens } from '../../../src/runtime/durable/tokens.ts';
import type { TaskTokens } from '../../../src/runtime/durable/tokens.ts';
import { createMemoryStores } from '../../../src/store/memory/stores.ts';
import type { ExecutionId, ExecutionRecord, ExecutionStore } from '../../../src/store/executions.ts';
import type { NodeStore } from '../../../src/store/nodes.ts';
import { taskSucceeded } from '../../../src/testing/stand-ins.ts';
import type { TaskResult } from '../../../src/testing/stand-ins.ts';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import { CALLBACK, oneState, refused } from './definitions.ts';

const WORK = oneState('work', 'Type: Task, Action: Test:Work');
const ASK = oneState('ask', CALLBACK);
const DONE = { ok: true, output: { done: true } } as const;
const STOP = { error: 'Mine', cause: '' };

/** A read that answers when it is released. */
interface HeldRead {
  /** How many others of its kind come before it. */
  before: number;
  /** True if it gives what the store has when it is released. */
  readonly isLate: boolean;
  readonly released: Promise<void>;
}

/** Stores in memory in which reads can be held. */
class SlowStores {
  tokens: TaskTokens | null = null;
  fails = false;
  readonly #held = new Map<'get' | 'journal', HeldRead>();
  readonly #inner = createMemoryStores();
  readonly stores = {
    ...this.#inner,
    executions: Object.assign(Object.create(this.#inner.executions) as ExecutionStore, {
      get: (id: ExecutionId) => this.#read('get', () => this.#inner.executions.get(id)),
      journal: (...given: Parameters<ExecutionStore['journal']>) =>
        this.#read('journal', () => this.#inner.executions.journal(...given)),
      claim: (node: number, id: ExecutionId) => this.#read('get', () => this.#inner.executions.claim(node, id)),
    }),
    nodes: {
      ...this.#inner.nodes,
      join: async (...given: Parameters<NodeStore['join']>) => {
        const membership = await this.#inner.nodes.join(...given);
        this.tokens = createTaskTokens(membership.tokenKey);
        return membership;
      },
    },
  };

  /** Holds one read, after `before` others of its kind. Calling the result releases it. */
  hold(kind: 'get' | 'journal', sees: 'the present' | 'the end', before = 0): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held.set(kind, { before, isLate: sees === 'the end', released: promise });
    return resolve;
  }

  async #read<T>(kind: 'get' | 'journal', read: () => Promise<T>): Promise<T> {
    if (this.fails) throw new Error('no disk');
    const held = this.#held.get(kind);
    if (held === undefined || held.before-- > 0) return read();
    this.#held.delete(kind);
    const present = await read();
    await held.released;
    return held.isLate ? read() : present;
  }
}

async function startEngine(t: TestContext, answers: (TaskResult | 'never')[]) {
  const slow = new SlowStores();
  let calls = 0;
  const engine = await startTestEngine(t, {
    stores: slow.stores,
    task() {
      const answer = answers[calls++] ?? 'never';
      return answer === 'never' ? new Promise(() => undefined) : answer;
    },
  });
  await engine.createFlow('work', WORK);
  await engine.createFlow('ask', ASK);
  /** Lets turns of the event loop pass, in which calls go as far as they can. */
  const settle = (): Promise<void> => engine.time.pass(100);
  return { engine, slow, settle, calls: () => calls };
}

test('an execution that is redriven while a report reads it is not carried on twice', async (t) => {
  const { engine, slow, settle, calls } = await startEngine(t, [taskSucceeded(), taskSucceeded()]);
  await engine.start('ask', { name: 'one' });
  await settle();
  const { identity } = (await engine.stores.executions.get(1)) as ExecutionRecord;
  await engine.executions.stop('ask', 'one', STOP);
  const release = slow.hold('get', 'the end', 1);
  const report = engine.executions.report(slow.tokens?.make({ execution: 1, event: 4 }, identity) ?? '', DONE);
  await settle();
  await engine.executions.redrive('ask', 'one');
  await settle();
  const called = calls();
  release();
  await report;
  assert.equal((await engine.ended('ask', 'one')).status, 'Succeeded');
  assert.equal(calls(), called, 'the task was called again');
});

test('an execution that was redriven and stopped again while a report read it has ended', async (t) => {
  const { engine, slow, settle, calls } = await startEngine(t, [taskSucceeded(), taskSucceeded()]);
  await engine.start('ask', { name: 'one' });
  await settle();
  const { identity } = (await engine.stores.executions.get(1)) as ExecutionRecord;
  await engine.executions.stop('ask', 'one', STOP);
  const releaseRecord = slow.hold('get', 'the end', 1);
  const report = engine.executions.report(slow.tokens?.make({ execution: 1, event: 4 }, identity) ?? '', DONE);
  await settle();
  await engine.executions.redrive('ask', 'one');
  const releaseJournal = slow.hold('journal', 'the present');
  releaseRecord();
  await settle();
  await engine.executions.stop('ask', 'one', STOP);
  const called = calls();
  releaseJournal();
  await refused(report, 'TaskInvalidState');
  assert.equal(calls(), called, 'the task was called again');
  assert.equal((await engine.executions.describe('ask', 'one', 0)).status, 'Stopped');
});

for (const [what, sees, before] of [
  ['before it was there', 'the present', 0],
  ['again while it started', 'the end', 1],
] as const) {
  test(`a token of a lost execution ends no task of one with its number that was looked up ${what}`, async (t) => {
    const { engine, slow, settle, calls } = await startEngine(t, [taskSucceeded()]);
    const lost = slow.tokens?.make({ execution: 1, event: 4 }, randomUUID()) ?? '';
    const release = slow.hold('get', sees, before);
    const report = engine.executions.report(lost, DONE);
    await settle();
    await engine.start('ask', { name: 'one' });
    await settle();
    assert.equal((await engine.events('ask', 'one')).at(-1)?.type, 'TaskSubmitted');
    release();
    await refused(report, 'InvalidArgument', /earlier copy/);
    await settle();
    assert.equal(calls(), 1, 'the task was called again');
    assert.equal((await engine.executions.describe('ask', 'one', 0)).status, 'Running');
  });
}

test('a stop that has taken effect is answered, although the store cannot be read any more', async (t) => {
  const { engine, slow, settle } = await startEngine(t, []);
  await engine.start('work', { name: 'one' });
  await settle();
  slow.fails = true;
  const { status, stoppedMs } = await engine.executions.stop('work', 'one', STOP);
  slow.fails = false;
  assert.equal(status, 'Stopped');
  assert.equal(stoppedMs, (await engine.executions.describe('work', 'one', 0)).stoppedMs);
});
