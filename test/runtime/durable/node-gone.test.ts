/**
 * A node that has lost its place in the store, or is stopping, has no runs any more. That says nothing about the executions, so a caller
 * whose request was under way gets an error that it can act on, at any moment at which the node goes.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createMemoryStores } from '../../../src/store/memory/stores.ts';
import type { ExecutionStore } from '../../../src/store/executions.ts';
import { taskSucceeded } from '../../../src/testing/stand-ins.ts';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import type { TestEngine } from '../../../src/testing/test-engine.ts';
import { CALLBACK, oneState, refused } from './definitions.ts';

interface Asking {
  readonly engine: TestEngine;
  /** Of the task of the execution `one` of the flow `ask`. */
  readonly token: string;
}

const REQUESTS: Readonly<Record<string, (asking: Asking) => Promise<unknown>>> = {
  'a report': ({ engine, token }) => engine.executions.report(token, { ok: true, output: {} }),
  'a stop': ({ engine }) => engine.executions.stop('ask', 'one', { error: 'E', cause: '' }),
  'a start with the token of a task': ({ engine, token }) => engine.start('pass', { callbackToken: token }),
};

/** An engine with one execution that waits for a report, and claims that can be held. */
async function asking(t: TestContext, idleMax: number) {
  let token = '';
  const inner = createMemoryStores();
  let held: Promise<void> | null = null;
  const executions: ExecutionStore = Object.assign(Object.create(inner.executions) as ExecutionStore, {
    async claim(...given: Parameters<ExecutionStore['claim']>) {
      const claimed = await inner.executions.claim(...given);
      await held;
      return claimed;
    },
  });
  const engine = await startTestEngine(t, {
    stores: { ...inner, executions },
    standIns: { idleMax },
    task(call) {
      token = call.taskToken ?? '';
      return taskSucceeded();
    },
  });
  await engine.createFlow('ask', oneState('ask', CALLBACK));
  await engine.createFlow('pass', oneState('pass', 'Type: Pass'));
  await engine.start('ask', { name: 'one' });
  await engine.time.pass(1_000);
  const holdClaims = (): (() => void) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    held = promise;
    return resolve;
  };
  return { engine, token, holdClaims };
}

for (const [what, ask] of Object.entries(REQUESTS)) {
  test(`${what} whose execution is read while the node goes is refused for the moment`, async (t) => {
    const { holdClaims, ...own } = await asking(t, 0);
    assert.equal(own.engine.durable.inMemory, 0);
    const release = holdClaims();
    const asked = refused(ask(own), 'InternalServerError', /has lost its place in it, or is stopping/);
    await own.engine.time.pass(100);
    own.engine.durable.close();
    release();
    await asked;
  });

  test(`${what} is not answered wrongly, at any moment at which the node goes`, async (t) => {
    for (let moment = 0; moment < 60; moment++) {
      const own = await asking(t, moment % 2 === 0 ? 0 : 1_000);
      const asked = refused(ask(own), 'InternalServerError', /has lost its place in it, or is stopping/);
      for (let n = 0; n < moment >> 1; n++) await Promise.resolve();
      own.engine.durable.close();
      await asked;
    }
  });
}
