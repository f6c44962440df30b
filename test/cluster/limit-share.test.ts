/** Shares of limits: together they are the limit, and they follow the number of processes. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CountShare, RateShare } from '../../src/cluster/limit-share.ts';

describe('the share of a number', () => {
  it('is the limit when added up, and differs by at most one', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 20 }), (whole, size) => {
        const shares = Array.from({ length: size }, (_, rank) => new CountShare(whole, { size, rank }).own);
        assert.equal(
          shares.reduce((sum, share) => sum + share, 0),
          whole,
        );
        assert.ok(Math.max(...shares) - Math.min(...shares) <= 1);
      }),
    );
  });

  it('follows the processes that join and end, and says so only if there are others', () => {
    const cluster = { size: 1, rank: 0 };
    const share = new CountShare(10, cluster);
    assert.equal(share.own, 10);
    assert.equal(share.note, '');
    Object.assign(cluster, { size: 3, rank: 0 });
    assert.equal(share.own, 4);
    assert.equal(share.note, ' The share of this process, one of 3, is 4.');
    Object.assign(cluster, { size: 3, rank: 2 });
    assert.equal(share.own, 3);
  });
});

describe('the share of a rate', () => {
  /** Tokens taken in so many milliseconds by a caller that asks every millisecond. */
  function taken(share: RateShare, fromMs: number, toMs: number): number {
    let count = 0;
    for (let nowMs = fromMs; nowMs < toMs; nowMs++) if (share.take(nowMs) === 0) count++;
    return count;
  }

  it('is a part of a call a second when there are more processes than calls', () => {
    const share = new RateShare({ perSecond: 1, burst: 1 }, { size: 3 }, 0);
    assert.equal(share.take(0), 0);
    const waitMs = share.take(0);
    assert.ok(waitMs === 3000 || waitMs === 3001, `${waitMs} ms`);
    assert.equal(share.untilMs(1500, 1), waitMs - 1500);
    assert.equal(taken(share, 1, 30_100), 10);
    assert.equal(share.note, ' The share of this process, one of 3, is 0.333.');
  });

  it('changes when a process joins or ends, from that moment on', () => {
    const cluster = { size: 1 };
    const share = new RateShare({ perSecond: 10, burst: 10 }, cluster, 0);
    assert.equal(taken(share, 0, 1000), 19);
    cluster.size = 2;
    assert.equal(taken(share, 1000, 3000), 10);
    assert.equal(share.note, ' The share of this process, one of 2, is 5.');
    cluster.size = 1;
    assert.equal(taken(share, 3000, 4000), 10);
  });

  it('has tokens together at most at the rate of the whole after the first bursts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 8 }), (perSecond, size) => {
        const shares = Array.from({ length: size }, () => new RateShare({ perSecond, burst: perSecond }, { size }, 0));
        const sum = shares.reduce((count, share) => count + taken(share, 0, 2000), 0);
        assert.ok(sum <= Math.max(perSecond, size) + 2 * perSecond, `${sum} tokens`);
      }),
      { numRuns: 20 },
    );
  });
});
