/** A process that was stopped after a commit acts on it only if it still is the node that has made it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createObserver } from '../../../src/base/observer.ts';
import { CommitQueue } from '../../../src/runtime/durable/commit-queue.ts';
import { SteadyClock } from '../../../src/runtime/durable/steady-clock.ts';
import { createMemoryStores } from '../../../src/store/memory/stores.ts';
import { VirtualTime } from '../../../src/testing/virtual-time.ts';
import { newNode, row, startOf } from '../../store/executions.ts';

/** A commit that is durable, and whose answer has come when the lease may have ended. */
async function lateAnswer() {
  const time = new VirtualTime();
  const stores = createMemoryStores({ isShared: true });
  const { node } = await newNode(stores, time.nowMs());
  const cluster = { holdsLease: false };
  const queue = new CommitQueue({
    ...{ store: stores.executions, node, cluster, clock: new SteadyClock(time, 0) },
    ports: { clock: time, scheduler: time, observer: createObserver() },
  });
  const settled: string[] = [];
  queue.addChange({ ...startOf(1), journal: row(1) }, (outcome) => settled.push(outcome));
  await time.pass(5_000);
  assert.notEqual(await stores.executions.get(1), null);
  assert.deepEqual(settled, []);
  return { time, cluster, queue, settled };
}

test('a commit is reported once a beat has shown that the node has its lease', async () => {
  const { time, cluster, settled } = await lateAnswer();
  cluster.holdsLease = true;
  await time.pass(5_000);
  assert.deepEqual(settled, ['stored']);
});

test('a commit is never reported when the lease is lost', async () => {
  const { time, cluster, queue, settled } = await lateAnswer();
  queue.loseLease();
  cluster.holdsLease = true;
  await time.pass(5_000);
  assert.deepEqual(settled, []);
});
