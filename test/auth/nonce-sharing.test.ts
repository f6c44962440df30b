/** Nonces that processes share: a request that one has accepted is refused by the others, in a second. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Fingerprints } from '../../src/auth/fingerprints.ts';
import { NonceSharing } from '../../src/auth/nonce-sharing.ts';
import { NonceStore } from '../../src/auth/nonces.ts';
import { createObserver } from '../../src/base/observer.ts';
import { exchangeThroughStore } from '../../src/cluster/nonce-exchange.ts';
import type { NonceExchange } from '../../src/cluster/nonce-exchange.ts';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import type { Stores } from '../../src/store/stores.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';

const SEEDS = { first: 0x12345678, second: 0x9abcdef0 };
const LIFE_MS = 15 * 60_000;

/** Processes with a store of nonces each, which share them through a store of nodes. */
class Whole {
  readonly time = new VirtualTime();
  readonly cluster: { size: number };
  readonly stores: Stores = createMemoryStores({ isShared: true });
  readonly #t: TestContext;

  constructor(t: TestContext, size: number) {
    this.#t = t;
    this.cluster = { size };
  }

  async join(wrap: (own: NonceExchange) => NonceExchange = (own) => own): Promise<NonceStore> {
    const { time, cluster } = this;
    const { node } = await this.stores.nodes.join({ name: 'n', version: '1', leaseMs: 1e9 }, time.nowMs());
    const nonces = new NonceStore();
    const exchange = wrap(exchangeThroughStore(this.stores.nodes, { node }));
    const sharing = new NonceSharing(nonces, {
      exchange,
      cluster,
      ports: { clock: time, scheduler: time, observer: createObserver() },
    });
    this.#t.after(() => sharing.close());
    return nonces;
  }

  /** True if the store takes the nonce, false if it is used. */
  takes(nonces: NonceStore, nonce: string): boolean {
    const nowMs = this.time.nowMs();
    return nonces.remember(SEEDS, nonce, nowMs, nowMs + LIFE_MS);
  }
}

test('another process refuses a replayed request once a second has passed, and takes a new one', async (t) => {
  const whole = new Whole(t, 3);
  const [first, second, third] = [await whole.join(), await whole.join(), await whole.join()];
  for (let n = 0; n < 50; n++) {
    assert.ok(whole.takes(first, `a${n}`));
    assert.ok(whole.takes(second, `b${n}`));
    await whole.time.pass(37);
  }
  await whole.time.pass(1000);
  for (let n = 0; n < 50; n++) {
    for (const other of [second, third]) assert.ok(!whole.takes(other, `a${n}`), `a${n}`);
    for (const other of [first, third]) assert.ok(!whole.takes(other, `b${n}`), `b${n}`);
  }
  assert.ok(whole.takes(third, 'new'));
});

test('a process that joins one that was alone learns what that one had accepted', async (t) => {
  const whole = new Whole(t, 1);
  const first = await whole.join();
  for (let n = 0; n < 50_000; n++) assert.ok(whole.takes(first, `n${n}`));
  await whole.time.pass(10_000);
  assert.equal(first.collected, null, 'a process that is alone collects nothing');
  whole.cluster.size = 2;
  const second = await whole.join();
  await whole.time.pass(5_000);
  for (let n = 0; n < 50_000; n += 11) assert.ok(!whole.takes(second, `n${n}`), `n${n}`);
  assert.ok(whole.takes(second, 'new'));
});

test('a nonce whose exchange failed is shared by the next one that succeeds', async (t) => {
  const whole = new Whole(t, 2);
  let isDown = true;
  const first = await whole.join((own) => ({
    exchange: (prints) => (isDown ? Promise.reject(new Error('planted')) : own.exchange(prints)),
  }));
  const second = await whole.join();
  assert.ok(whole.takes(first, 'before'));
  await whole.time.pass(1000);
  assert.ok(whole.takes(first, 'during'));
  await whole.time.pass(1000);
  isDown = false;
  await whole.time.pass(1000);
  assert.ok(!whole.takes(second, 'before'));
  assert.ok(!whole.takes(second, 'during'));
});

test('of more fingerprints than may wait, the latest are shared, each of them whole', async (t) => {
  const whole = new Whole(t, 2);
  let isDown = true;
  const first = await whole.join((own) => ({
    exchange: (prints) => (isDown ? Promise.reject(new Error('planted')) : own.exchange(prints)),
  }));
  const second = await whole.join();
  assert.ok(whole.takes(first, 'before'));
  await whole.time.pass(1_000);
  const untilSeconds = Math.ceil((whole.time.nowMs() + LIFE_MS) / 1000);
  for (let n = 0; n < 1_500_000; n++) first.collected?.add(n, 0, untilSeconds);
  assert.ok(whole.takes(first, 'during'));
  isDown = false;
  await whole.time.pass(2_000);
  assert.ok(whole.takes(second, 'before'), 'the oldest are dropped');
  assert.ok(!whole.takes(second, 'during'));
});

test('an exchange that takes long does not begin another one', async (t) => {
  const whole = new Whole(t, 2);
  let underWay = 0;
  const nonces = await whole.join((own) => ({
    async exchange(prints) {
      underWay++;
      assert.equal(underWay, 1);
      await new Promise<void>((resolve) => void whole.time.after(3_000, resolve));
      underWay--;
      return own.exchange(prints);
    },
  }));
  const other = await whole.join();
  await whole.time.pass(400);
  assert.ok(whole.takes(nonces, 'late'));
  await whole.time.pass(8_000);
  assert.ok(!whole.takes(other, 'late'));
});

test('a process that joins reads many earlier batches one exchange after the other, without a pause', async (t) => {
  const whole = new Whole(t, 2);
  const batches = Array.from({ length: 4 }, (_, batch) => {
    const nonces = new NonceStore();
    nonces.collected = new Fingerprints();
    for (let n = 0; n < 22_000; n++) whole.takes(nonces, `${batch}-${n}`);
    return nonces.collected.take();
  });
  const joined = await whole.join(() => ({ exchange: async () => batches.splice(0, 1) }));
  await whole.time.pass(500);
  assert.equal(batches.length, 0);
  assert.ok(!whole.takes(joined, '3-21999'));
  assert.ok(whole.takes(joined, '4-0'));
});

test('fingerprints are twelve bytes, and an expired or a cut one is not learnt', () => {
  const prints = new Fingerprints();
  for (let n = 0; n < 5_000; n++) prints.add(n, 2 ** 32 - 1 - n, 2_000);
  prints.add(1, 1, 999);
  assert.equal(prints.bytes, 12 * 5_001);
  const bytes = prints.take();
  assert.equal(prints.bytes, 0);
  const nonces = new NonceStore();
  // At an odd offset, as a message may have it.
  nonces.learn(Buffer.concat([Buffer.from([0]), bytes, Buffer.from([1, 2, 3])]).subarray(1), 1_000_000);
  const copied = new Fingerprints();
  assert.equal(nonces.copy(0, copied, Number.POSITIVE_INFINITY, 1_000_000), null);
  assert.equal(copied.bytes, 12 * 5_000);
});
