/** The token bucket, alone: the callers' tests are in test/operations/rest.test.ts and test/operations/start-sync-execution.test.ts. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { TokenBucket } from '../../src/base/token-bucket.ts';

describe('a token bucket', () => {
  it('gives a burst, then tokens at its rate, and says how long to wait', () => {
    const bucket = new TokenBucket({ perSecond: 2, burst: 3 }, 1000);
    assert.deepEqual(
      [1, 2, 3, 4].map(() => bucket.take(1000)),
      [0, 0, 0, 500],
    );
    assert.equal(bucket.take(1499), 1);
    assert.equal(bucket.take(1500), 0);
    assert.equal(bucket.take(1500.5), 500);
  });

  it('holds no more than a burst, however long nothing is taken', () => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 2 }, 0);
    assert.deepEqual(
      [1, 2, 3].map(() => bucket.take(1_000_000_000)),
      [0, 0, 1000],
    );
  });

  it('has a token after the time that it said, and none a millisecond earlier', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 20 }), (perSecond, burst) => {
        const bucket = new TokenBucket({ perSecond, burst }, 0);
        for (let n = 0; n < burst; n++) assert.equal(bucket.take(0), 0);
        const waitMs = bucket.take(0);
        assert.ok(waitMs >= 1 && waitMs <= 1000);
        assert.ok(waitMs === 1 || bucket.take(waitMs - 1) > 0);
        assert.equal(bucket.take(waitMs), 0);
      }),
    );
  });

  it('gains at the rate before until the rate changes, and holds no more than the new burst', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 4 }, 0);
    for (let n = 0; n < 4; n++) bucket.take(0);
    bucket.change({ perSecond: 1, burst: 4 }, 200);
    assert.deepEqual(
      [1, 2, 3].map(() => bucket.take(200)),
      [0, 0, 1000],
    );
    bucket.change({ perSecond: 10, burst: 1 }, 5_200);
    assert.equal(bucket.take(5_200), 0);
    assert.equal(bucket.take(5_200), 100);
  });
});
