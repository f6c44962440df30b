import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runBulk } from '../../src/pages/executions/bulk.ts';

const ITEMS = Array.from({ length: 20 }, (_, index) => index);

test('acts for each item once, some at a time, and lists every fault', async () => {
  const acted: number[] = [];
  let underWay = 0;
  let most = 0;
  const { done, faults } = await runBulk({
    items: ITEMS,
    concurrency: 3,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    async act(item) {
      underWay++;
      most = Math.max(most, underWay);
      await Promise.resolve();
      acted.push(item);
      underWay--;
      if (item % 5 === 0) throw new Error(`no ${item}`);
    },
  });
  assert.deepEqual(
    acted.toSorted((a, b) => a - b),
    ITEMS,
  );
  assert.equal(most, 3);
  assert.equal(done, 16);
  assert.deepEqual(
    faults.map(({ item, fault }) => [item, fault.message]),
    [0, 5, 10, 15].map((each) => [each, `no ${each}`]),
  );
});

test('begins no further one once it is interrupted', async () => {
  const aborting = new AbortController();
  const { done, total } = await runBulk({
    items: ITEMS,
    concurrency: 2,
    signal: aborting.signal,
    onProgress: ({ done: now }) => {
      if (now === 4) aborting.abort();
    },
    act: () => Promise.resolve(),
  });
  assert.equal(total, 20);
  assert.ok(done >= 4 && done <= 6, String(done));
});
