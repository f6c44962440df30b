/** The answers of the probes, how often they ask the store, and a store that hangs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createObserver } from '../../src/base/observer.ts';
import { ServerHealth } from '../../src/server/health.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';

function setUp(readStore: () => Promise<unknown>) {
  const time = new VirtualTime();
  const changes: string[] = [];
  const observer = createObserver({
    healthChanged: ({ isHealthy, reason }) => void changes.push(isHealthy ? 'well' : reason),
  });
  const durable = { writeFault: null as string | null, isRecovered: true };
  const ports = { clock: time, scheduler: time, observer };
  const health = new ServerHealth({ ports, readStore, durable, log: { lost: 3 } });
  return { time, changes, durable, health };
}

test('a thousand probes in a second read the store once, and all get the result', async () => {
  let reads = 0;
  const { time, health } = setUp(() => {
    reads++;
    return Promise.resolve();
  });
  const probes = await Promise.all(Array.from({ length: 1_000 }, () => health.alive()));
  assert.deepEqual(new Set(probes.map(({ reason }) => reason)), new Set([null]));
  await health.ready();
  assert.equal(reads, 1);
  await time.pass(1_000);
  assert.deepEqual(await health.alive(), { reason: null, lostLogLines: 3 });
  assert.equal(reads, 2);
});

test('a store that cannot be read is unhealthy, without the details, which go to the log once', async () => {
  let fault: Error | null = new Error('/secret/path was removed');
  const { time, changes, health } = setUp(() => (fault === null ? Promise.resolve() : Promise.reject(fault)));
  for (let second = 0; second < 3; second++) {
    for (const probe of [health.alive(), health.ready()]) {
      const { reason } = await probe;
      assert.match(reason ?? '', /cannot be read/);
      assert.doesNotMatch(reason ?? '', /secret/);
    }
    await time.pass(1_000);
  }
  fault = null;
  assert.equal((await health.alive()).reason, null);
  assert.deepEqual(changes, ['/secret/path was removed', 'well']);
});

test('a store that hangs is unhealthy after two seconds, and is not asked again meanwhile', async () => {
  let reads = 0;
  let answer = (): void => {};
  const { time, health } = setUp(() => {
    reads++;
    return new Promise<void>((resolve) => {
      answer = resolve;
    });
  });
  for (let probe = 0; probe < 3; probe++) assert.match((await health.alive()).reason ?? '', /not answered/);
  assert.equal(time.elapsedMs, 6_000);
  assert.equal(reads, 1);
  answer();
  await time.pass(0);
  assert.equal((await health.alive()).reason, null);
});

test('a store that is not accepting commits is unhealthy; a server that recovers or stops is not ready', async () => {
  const { durable, health } = setUp(() => Promise.resolve());
  durable.writeFault = 'The store is not accepting commits.';
  assert.match((await health.alive()).reason ?? '', /commits/);
  assert.match((await health.ready()).reason ?? '', /commits/);
  durable.writeFault = null;
  durable.isRecovered = false;
  assert.equal((await health.alive()).reason, null);
  assert.match((await health.ready()).reason ?? '', /loading/);
  durable.isRecovered = true;
  assert.equal((await health.ready()).reason, null);
  health.stop();
  assert.match((await health.ready()).reason ?? '', /stopping/);
  assert.equal((await health.alive()).reason, null);
});
