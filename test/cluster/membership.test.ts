/** The life of a node whose store fails. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createObserver } from '../../src/base/observer.ts';
import { NodeMembership } from '../../src/cluster/membership.ts';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';

test('a node that cannot reach the store when it stops reports the store, and no defect', async () => {
  const time = new VirtualTime();
  const stores = createMemoryStores({ isShared: true });
  const reported: string[] = [];
  const node = await NodeMembership.join({
    nodes: { ...stores.nodes, leave: () => Promise.reject(new Error('the network is cut')) },
    flows: stores.flows,
    ports: {
      ...{ clock: time, scheduler: time },
      observer: createObserver({
        defect: () => void reported.push('defect'),
        storeFailed: ({ part }) => void reported.push(part),
      }),
    },
    ...{ info: { name: 'a', version: '1', leaseMs: 10_000 }, pollMs: 500 },
  });
  await node.leave();
  assert.deepEqual(reported, ['nodes']);
});
