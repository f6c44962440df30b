/** A node that has much to load, or many schedules to start, does the work that others ask of it meanwhile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { TestEngine } from '../../src/testing/test-engine.ts';
import { oneState } from '../runtime/durable/definitions.ts';
import { TestCluster } from './engines.ts';

const SLOW = oneState('slow', 'Type: Task, Action: Test:Slow');

const stop = ({ executions }: TestEngine) => executions.stop('slow', 'own', { error: 'E', cause: '' });

function newCluster(t: TestContext): TestCluster {
  return new TestCluster(t, { task: () => new Promise(() => undefined) });
}

test('a node that loads what another one has left carries out requests meanwhile', async (t) => {
  const cluster = newCluster(t);
  const { journal, claimUnowned } = cluster.stores.executions;
  const { promise, resolve: release } = Promise.withResolvers<void>();
  let claims = 0;
  const a = await cluster.join('a');
  const owner = await cluster.join('owner', {
    executions: {
      async journal(...given) {
        await promise;
        return journal(...given);
      },
      async claimUnowned(...given) {
        claims++;
        return claimUnowned(...given);
      },
    },
  });
  const c = await cluster.join('c', { executions: { claimUnowned: async () => [] } });
  await a.createFlow('slow', SLOW);
  await owner.start('slow', { name: 'own' });
  for (const name of ['x', 'y']) await a.start('slow', { name });
  await cluster.time.pass(100);
  await a.close();
  await cluster.time.pass(3_000);
  const before = claims;
  assert.equal((await stop(c)).status, 'Stopped');
  await cluster.time.pass(3_000);
  assert.equal(claims, before, 'one takeover at a time');
  release();
  await cluster.time.pass(1_000);
  for (const name of ['x', 'y']) assert.equal((await c.executions.describe('slow', name, 0)).status, 'Running');
  assert.ok(claims > before, 'and then the next');
});

test('a node that looks for due schedules carries out requests meanwhile', async (t) => {
  const cluster = newCluster(t);
  const { due } = cluster.stores.schedules;
  const { promise, resolve: release } = Promise.withResolvers<void>();
  let isSlow = false;
  const owner = await cluster.join('owner', {
    schedules: {
      async due(...given) {
        if (isSlow) await promise;
        return due(...given);
      },
    },
  });
  const other = await cluster.join('other');
  await owner.createFlow('slow', SLOW);
  await owner.start('slow', { name: 'own' });
  isSlow = true;
  await cluster.time.pass(1_000);
  assert.equal((await stop(other)).status, 'Stopped');
  release();
});
