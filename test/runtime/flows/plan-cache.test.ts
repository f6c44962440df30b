/** The plan cache: callers share a load, and a plan that was read before a change is not served after it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '../../../src/language/plan.ts';
import { PlanCache } from '../../../src/runtime/flows/plan-cache.ts';
import type { Loaded, PlanNames } from '../../../src/runtime/flows/plan-cache.ts';

/** A store whose reads end when the test ends them. */
function slowStore(): {
  read: (name: string) => Promise<Loaded<string>>;
  reads: ((value: string) => void)[];
} {
  const reads: ((value: string) => void)[] = [];
  return {
    reads,
    read: () => new Promise((resolve) => reads.push((value) => resolve({ value, plan: null, bytes: 1 }))),
  };
}

test('callers share a read that is under way', async () => {
  const { read, reads } = slowStore();
  const cache = new PlanCache(100).names(read);
  const both = Promise.all([cache.load('a'), cache.load('a')]);
  assert.equal(reads.length, 1);
  reads[0]?.('one');
  assert.deepEqual(await both, ['one', 'one']);
  assert.equal(cache.peek('a'), 'one');
});

test('a read that began before a change is not shared with later callers, and its plan is not cached', async () => {
  const { read, reads } = slowStore();
  const cache = new PlanCache(100).names(read);
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
  const cache = new PlanCache(100).names(read);
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
  const cache = new PlanCache(100).names(async () => {
    if (fail) throw new Error('no');
    return { value: 'yes', plan: null, bytes: 1 };
  });
  await assert.rejects(cache.load('a'), /no/u);
  fail = false;
  assert.equal(await cache.load('a'), 'yes');
});

/** Names whose plans have these bytes. */
function names(cache: PlanCache, plans: Readonly<Record<string, Plan>>, bytes = 0): PlanNames<string> {
  return cache.names(async (name) => ({ value: name, plan: plans[name] ?? null, bytes }));
}

function plan(bytes: number): Plan {
  return { bytes } as Plan;
}

test('all names share one bound, and those leave that no caller has asked for', async () => {
  const cache = new PlanCache(100);
  const flows = names(cache, { a: plan(40), b: plan(40), c: plan(40), d: plan(40) });
  const snapshots = names(cache, { s: plan(40) });
  await flows.load('a');
  await flows.load('b');
  await flows.load('c');
  assert.deepEqual([cache.bytes, flows.peek('a')], [80, undefined]);
  // The cache looks for names to drop: b was not asked for since the last time, c was.
  assert.equal(flows.peek('c'), 'c');
  await snapshots.load('s');
  assert.deepEqual([cache.bytes, flows.peek('b'), flows.peek('c'), snapshots.peek('s')], [80, undefined, 'c', 's']);
});

test('a plan that several names lead to counts once, until the last of them leaves', async () => {
  const cache = new PlanCache(1_000);
  const shared = plan(300);
  const flows = names(cache, { a: shared, b: shared }, 10);
  const snapshots = names(cache, { s: shared }, 10);
  await Promise.all([flows.load('a'), flows.load('b'), snapshots.load('s')]);
  assert.equal(cache.bytes, 330);
  flows.forget('a');
  flows.forgetAll('b');
  assert.equal(cache.bytes, 310);
  snapshots.forget('s');
  assert.equal(cache.bytes, 0);
});

test('one plan above the bound is cached alone', async () => {
  const cache = new PlanCache(100);
  const flows = names(cache, { a: plan(40), large: plan(500) });
  await flows.load('a');
  await flows.load('large');
  assert.deepEqual([flows.peek('a'), flows.peek('large'), cache.bytes], [undefined, 'large', 500]);
});

test('a name that is loaded again replaces its old plan', async () => {
  const cache = new PlanCache(100);
  const flows = names(cache, { a: plan(40) });
  await flows.load('a');
  await flows.load('a');
  assert.equal(cache.bytes, 40);
});
