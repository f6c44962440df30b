/** A purge deletes an execution while another request changes it: the request says so, and nothing is done for it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ExecutionChange, ExecutionStore } from '../../../src/store/executions.ts';
import { openSqliteStores } from '../../../src/store/sqlite/stores.ts';
import { atEnd } from '../../../src/testing/clean-up.ts';
import { taskFailed } from '../../../src/testing/stand-ins.ts';
import { temporaryFolder } from '../../../src/testing/temporary-folder.ts';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import { VirtualTime } from '../../../src/testing/virtual-time.ts';
import { purge } from '../../store/executions.ts';
import { TWO_TASKS, refused } from './definitions.ts';

test('a redrive of an execution that a purge deletes meanwhile is refused, and makes no call', async (t) => {
  const time = new VirtualTime();
  const file = join(temporaryFolder(t), 'store.db');
  const stores = openSqliteStores({ file, synchronous: 'NORMAL' }, time);
  atEnd(t, () => stores.close());
  let purges = 0;
  const purgeEnded = (node: number) => purge(stores.executions, node, { endedBeforeMs: time.nowMs() + 1 }, 10);
  const executions = Object.assign(Object.create(stores.executions) as ExecutionStore, {
    async commit(fence: number, changes: readonly ExecutionChange[]) {
      // The purge comes after the runtime has read the execution, and before the store has the redrive.
      if (changes.some(({ reopen }) => reopen)) purges += await purgeEnded(fence);
      return stores.executions.commit(fence, changes);
    },
  });
  const calls: string[] = [];
  const redriven: string[] = [];
  const engine = await startTestEngine(t, {
    time,
    stores: { ...stores, executions },
    limits: { standardExecutions: 1 },
    observe: { executionRedriven: ({ executionName }) => void redriven.push(executionName) },
    task(call) {
      calls.push(call.executionName);
      return taskFailed('No', '');
    },
  });
  await engine.createFlow('two', TWO_TASKS);
  await engine.start('two', { name: 'gone' });
  assert.equal((await engine.ended('two', 'gone')).status, 'Failed');
  await refused(engine.executions.redrive('two', 'gone'), 'ExecutionNotExists');
  await time.pass(10_000);
  assert.equal(purges, 1);
  assert.deepEqual(calls, ['gone'], 'no call is made for a redrive that was not stored');
  assert.deepEqual(redriven, []);
  assert.equal(engine.durable.inMemory, 0);
  await refused(engine.executions.describe('two', 'gone', 0), 'ExecutionNotExists');
  // The name and the place among the running executions are free again.
  await engine.start('two', { name: 'gone' });
  assert.equal((await engine.ended('two', 'gone')).status, 'Failed');
});

test('a redrive and a history of an execution that a purge deletes while its journal is read are refused', async (t) => {
  const time = new VirtualTime();
  const file = join(temporaryFolder(t), 'store.db');
  const stores = openSqliteStores({ file, synchronous: 'NORMAL' }, time);
  atEnd(t, () => stores.close());
  let isPurged = true;
  const purgeEnded = (node: number) => purge(stores.executions, node, { endedBeforeMs: time.nowMs() + 1 }, 10);
  const executions = Object.assign(Object.create(stores.executions) as ExecutionStore, {
    async journal(id: number, fromEvent: number, count: number) {
      if (!isPurged) await purgeEnded(engine.cluster.node);
      isPurged = true;
      return stores.executions.journal(id, fromEvent, count);
    },
  });
  const engine = await startTestEngine(t, {
    time,
    stores: { ...stores, executions },
    task: () => taskFailed('No', ''),
  });
  await engine.createFlow('two', TWO_TASKS);
  await engine.start('two', { name: 'gone' });
  assert.equal((await engine.ended('two', 'gone')).status, 'Failed');
  isPurged = false;
  await refused(engine.executions.redrive('two', 'gone'), 'ExecutionNotExists');
  await engine.start('two', { name: 'gone' });
  assert.equal((await engine.ended('two', 'gone')).status, 'Failed');
  isPurged = false;
  await refused(engine.executions.history('two', 'gone', 1, 100), 'ExecutionNotExists');
});
