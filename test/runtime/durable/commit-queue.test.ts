/**
 * A process that was stopped after a commit acts on it only if it still is the node that has made it. Who waits for a single change learns
 * what became of it, or that no one will know.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../../src/api/error.ts';
import { AssertionFailure } from '../../../src/base/assert.ts';
import { createObserver } from '../../../src/base/observer.ts';
import { CommitQueue } from '../../../src/runtime/durable/commit-queue.ts';
import { SteadyClock } from '../../../src/runtime/durable/steady-clock.ts';
import type { ExecutionStore } from '../../../src/store/executions.ts';
import { LeaseLost } from '../../../src/store/nodes.ts';
import { createMemoryStores } from '../../../src/store/memory/stores.ts';
import { VirtualTime } from '../../../src/testing/virtual-time.ts';
import { newNode, row, startOf } from '../../store/executions.ts';

async function newQueue(commit?: ExecutionStore['commit']) {
  const time = new VirtualTime();
  const stores = createMemoryStores({ isShared: true });
  const { node } = await newNode(stores, time.nowMs());
  const cluster = { holdsLease: true };
  const defects: unknown[] = [];
  const queue = new CommitQueue({
    ...{ store: { commit: commit ?? stores.executions.commit }, node, cluster, clock: new SteadyClock(time, 0) },
    ports: {
      clock: time,
      scheduler: time,
      observer: createObserver({ defect: ({ error }) => void defects.push(error) }),
    },
  });
  return { time, stores, cluster, defects, queue };
}

/** A commit that is durable, and whose answer has come when the lease may have ended. */
async function lateAnswer() {
  const { time, stores, cluster, queue } = await newQueue();
  cluster.holdsLease = false;
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

const CHANGE = { ...startOf(1), journal: row(1) };
const never = (): Promise<never> => new Promise(() => undefined);

/** How an awaited change ends: its outcome, or the code of the error. */
function endOf(queue: CommitQueue): Promise<string> {
  return queue.outcomeOf(CHANGE).catch((error: unknown) => (error instanceof ApiError ? error.code : String(error)));
}

for (const [when, passMs] of [
  ['waits', 0],
  ['is under way', 1_000],
] as const) {
  test(`a change that ${when} when the queue stops is settled`, async () => {
    const { time, queue } = await newQueue(never);
    const end = endOf(queue);
    if (passMs > 0) await time.pass(passMs);
    queue.stop();
    assert.equal(await end, 'InternalServerError');
  });
}

test('a change that comes after the end of the queue is settled', async () => {
  const { queue } = await newQueue();
  queue.stop();
  assert.equal(await endOf(queue), 'InternalServerError');
});

test('a change whose node is gone is settled', async () => {
  const { queue } = await newQueue(() => Promise.reject(new LeaseLost('gone')));
  assert.equal(await endOf(queue), 'InternalServerError');
});

test('a change that the store can never accept is settled, and is a defect', async () => {
  const { time, queue, defects } = await newQueue(() => Promise.reject(new AssertionFailure('never')));
  assert.match(await endOf(queue), /never/);
  assert.equal(defects.length, 1);
  queue.stop();
  await time.pass(1_000);
});

test('a change has one end', async () => {
  const { time, queue } = await newQueue();
  const ends: string[] = [];
  queue.addChange(
    CHANGE,
    (outcome) => ends.push(outcome),
    () => ends.push('failed'),
  );
  await time.pass(1_000);
  queue.stop();
  await time.pass(1_000);
  assert.deepEqual(ends, ['stored']);
});
