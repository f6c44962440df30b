/** The plan cache: callers share a load, and a plan that was read before a change is not served after it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlanCache } from '../../../src/runtime/flows/plan-cache.ts';

/** A store whose reads end when the test ends them. */
function slowStore(): {
  read: (name: string) => Promise<{ value: string; size: number }>;
  reads: ((value: string) => void)[];
} {
  const reads: ((value: string) => void)[] = [];
  return {
    reads,
    read: () => new Promise((resolve) => reads.push((value) => resolve({ value, size: 1 }))),
  };
}

test('callers share a read that is under way', async () => {
  const { read, reads } = slowStore();
  const cache = new PlanCache(read);
  const both = Promise.all([cache.load('a'), cache.load('a')]);
  assert.equal(reads.length, 1);
  reads[0]?.('one');
  assert.deepEqual(await both, ['one', 'one']);
  assert.equal(cache.peek('a'), 'one');
});

test('a read that began before a change is not shared with later callers, and its plan is not cached', async () => {
  const { read, reads } = slowStore();
  const cache = new PlanCache(read);
  const before = cache.load('a');
  cache.forget('a');
  const after = cache.load('a');
  assert.equal(reads.length, 2);
  reads[1]?.('new');
  assert.equal(await after, 'new');
  reads[0]?.('old');
  assert.equal(await before, 'old');
  assert.equal(cache.peek('a'), 'new');
});

test('the late end of an old read does not end the read that replaced it', async () => {
  const { read, reads } = slowStore();
  const cache = new PlanCache(read);
  const before = cache.load('a');
  cache.forget('a');
  const after = cache.load('a');
  reads[0]?.('old');
  await before;
  assert.equal(cache.peek('a'), undefined);
  const third = cache.load('a');
  assert.equal(reads.length, 2);
  reads[1]?.('new');
  assert.deepEqual(await Promise.all([after, third]), ['new', 'new']);
});

test('a failed read is not cached', async () => {
  let fail = true;
  const cache = new PlanCache<string>(async () => {
    if (fail) throw new Error('no');
    return { value: 'yes', size: 1 };
  });
  await assert.rejects(cache.load('a'), /no/u);
  fail = false;
  assert.equal(await cache.load('a'), 'yes');
});

test('large definitions are bounded together: the oldest are dropped', async () => {
  const cache = new PlanCache<string>(async (name) => ({ value: name, size: 12 * 1024 * 1024 }));
  for (const name of ['a', 'b', 'c', 'd']) await cache.load(name);
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((name) => cache.peek(name)),
    [undefined, undefined, 'c', 'd'],
  );
});
