/** A node that takes over many executions, or large ones, does its other work meanwhile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { TestEngine } from '../../src/testing/test-engine.ts';
import { oneState } from '../runtime/durable/definitions.ts';
import { TestCluster } from './engines.ts';

const SLOW = oneState('slow', 'Type: Task, Action: Test:Slow');

/** Three nodes, of which `b` owns `own` of the flow `slow` and reads journals when `release` is called. */
async function threeNodes(t: TestContext) {
  const cluster = new TestCluster(t, {
    task: () => new Promise(() => undefined),
  });
  const { journal, claimUnowned } = cluster.stores.executions;
  const { promise, resolve: release } = Promise.withResolvers<void>();
  const claims = { unowned: 0 };
  const a = await cluster.join('a');
  const b = await cluster.join('b', {
    async journal(...given) {
      await promise;
      return journal(...given);
    },
    async claimUnowned(...given) {
      claims.unowned++;
      return claimUnowned(...given);
    },
  });
  const c = await cluster.join('c', { claimUnowned: async () => [] });
  await a.createFlow('slow', SLOW);
  await b.start('slow', { name: 'own' });
  return { cluster, a, b, c, claims, release };
}

const stop = ({ executions }: TestEngine) => executions.stop('slow', 'own', { error: 'E', cause: '' });

test('a node that loads what another one has left carries out requests meanwhile', async (t) => {
  const { cluster, a, c, claims, release } = await threeNodes(t);
  for (const name of ['x', 'y']) await a.start('slow', { name });
  await cluster.time.pass(100);
  await a.close();
  await cluster.time.pass(3_000);
  const { unowned } = claims;
  assert.equal((await stop(c)).status, 'Stopped');
  await cluster.time.pass(3_000);
  assert.equal(claims.unowned, unowned, 'one takeover at a time');
  release();
  await cluster.time.pass(1_000);
  for (const name of ['x', 'y']) assert.equal((await c.executions.describe('slow', name, 0)).status, 'Running');
  assert.ok(claims.unowned > unowned, 'and then the next');
});
