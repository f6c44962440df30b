/** The store of nonces compared with a model: a map from nonce to the time until which it is remembered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NonceStore } from '../../src/auth/nonces.ts';

const SEEDS = { first: 0x12345678, second: 0x9abcdef0 };
const MINUTE_MS = 60_000;

test('a remembered nonce is always found, and an expired or new one never', () => {
  const step = fc.record({
    nonce: fc.integer({ min: 0, max: 40 }),
    passMs: fc.integer({ min: 0, max: 5 * MINUTE_MS }),
    lifeMs: fc.integer({ min: 0, max: 30 * MINUTE_MS }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const store = new NonceStore();
      const model = new Map<number, number>();
      let nowMs = Date.UTC(2026, 0, 1);
      for (const { nonce, passMs, lifeMs } of steps) {
        nowMs += passMs;
        const untilMs = model.get(nonce) ?? 0;
        const taken = store.remember(SEEDS, `nonce-${nonce}`, nowMs, nowMs + lifeMs);
        if (untilMs >= nowMs) assert.ok(!taken, 'still remembered');
        // The store rounds up to seconds.
        if (untilMs < nowMs - 2000) assert.ok(taken, 'expired');
        if (taken) model.set(nonce, nowMs + lifeMs);
      }
    }),
  );
});

test('many nonces: all are remembered, and no new one is found', () => {
  const store = new NonceStore();
  const nowMs = Date.UTC(2026, 0, 1);
  for (let i = 0; i < 200_000; i++) assert.ok(store.remember(SEEDS, `n${i}`, nowMs, nowMs + MINUTE_MS), `n${i}`);
  for (let i = 0; i < 200_000; i += 7) assert.ok(!store.remember(SEEDS, `n${i}`, nowMs, nowMs + MINUTE_MS), `n${i}`);
});

test('memory depends on the remembered nonces, not on all that came before', () => {
  const store = new NonceStore();
  let nowMs = Date.UTC(2026, 0, 1);
  let most = 0;
  for (let i = 0; i < 400_000; i++) {
    nowMs += 60;
    assert.ok(store.remember(SEEDS, `nonce ${i}`, nowMs, nowMs + MINUTE_MS));
    most = Math.max(most, i % 1000 === 0 ? store.slots : 0);
  }
  // A thousand nonces are remembered at any time. The smallest table has 16 slots in each of 256 shards.
  assert.ok(most <= 256 * 64, `${most} slots`);
});

test('each key has its own nonces', () => {
  const store = new NonceStore();
  const nowMs = Date.UTC(2026, 0, 1);
  assert.ok(store.remember(SEEDS, 'same', nowMs, nowMs + MINUTE_MS));
  assert.ok(store.remember({ first: 1, second: 2 }, 'same', nowMs, nowMs + MINUTE_MS));
  assert.ok(!store.remember(SEEDS, 'same', nowMs, nowMs + MINUTE_MS));
});

test('nonces that differ in one bit or in order are different', () => {
  const store = new NonceStore();
  const nowMs = Date.UTC(2026, 0, 1);
  const near = [
    '',
    '0',
    '00',
    '000',
    '01',
    '10',
    'ab',
    'ba',
    'a\u0000',
    '\u0000a',
    '20260102030405678',
    '20260102030405679',
  ];
  for (const nonce of near) assert.ok(store.remember(SEEDS, nonce, nowMs, nowMs + MINUTE_MS), JSON.stringify(nonce));
});
