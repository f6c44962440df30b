/** DescribeRegions, and the rate of operations. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '../../src/api/error.ts';
import { OPERATIONS } from '../../src/operations/all.ts';
import { createOperationRate } from '../../src/operations/rate.ts';
import { withHouse } from './house.ts';

describe('DescribeRegions', () => {
  it('names the one region that the server is, in two languages', () =>
    withHouse('memory', async ({ call }) => {
      const region = (LocalName: string) => ({
        Regions: { Region: [{ RegionId: 'cn-hangzhou', RegionEndpoint: '127.0.0.1:7780', LocalName }] },
      });
      assert.deepEqual(await call('DescribeRegions', {}), region('华东1（杭州）'));
      assert.deepEqual(await call('DescribeRegions', { AcceptLanguage: 'zh-CN' }), region('华东1（杭州）'));
      assert.deepEqual(await call('DescribeRegions', { AcceptLanguage: 'en-US' }), region('China (Hangzhou)'));
      assert.deepEqual(await call('DescribeRegions', { AcceptLanguage: 'fr' }), region('华东1（杭州）'));
    }));

  it('names a region of its own by its id', () =>
    withHouse('memory', async ({ services }) => {
      const own = { ...services, region: { id: 'cellar-1', endpoint: 'h:1' } };
      const reply = await OPERATIONS.get('DescribeRegions')?.run(own, { requestId: 'r', parameters: new Map() });
      assert.deepEqual(reply, {
        Regions: { Region: [{ RegionId: 'cellar-1', RegionEndpoint: 'h:1', LocalName: 'cellar-1' }] },
      });
    }));
});

describe('operations that may take long', () => {
  it('are those that wait for the end of an execution', () => {
    const slow = [...OPERATIONS.values()].filter((operation) => operation.slow === true);
    assert.deepEqual(
      slow.map(({ action }) => action),
      ['StartSyncExecution', 'DescribeExecution'],
    );
  });
});

describe('the rate of operations', () => {
  function clockAt() {
    const clock = { nowMs: 0, monotonicMs: () => clock.nowMs };
    return clock;
  }

  it('admits a burst, then so many a second, each operation by itself', () => {
    const clock = clockAt();
    const rate = createOperationRate(clock, { perSecond: 2, burst: 3 });
    const admitted = (action: string) => {
      try {
        rate.admit(action);
        return 0;
      } catch (error) {
        assert.ok(error instanceof ApiError);
        assert.equal(error.code, 'ResourceThrottled');
        return error.retryAfterMs;
      }
    };
    assert.deepEqual(
      [1, 2, 3, 4].map(() => admitted('A')),
      [0, 0, 0, 500],
    );
    assert.equal(admitted('B'), 0);
    clock.nowMs += 499;
    assert.equal(admitted('A'), 1);
    clock.nowMs += 1;
    assert.equal(admitted('A'), 0);
    clock.nowMs += 1_000_000;
    assert.deepEqual(
      [1, 2, 3, 4].map(() => admitted('A')),
      [0, 0, 0, 500],
    );
  });

  it('is off when there is none', () => {
    const rate = createOperationRate(clockAt(), null);
    for (let n = 0; n < 1000; n++) rate.admit('A');
  });

  it('may be an operation’s own, or none at all', () => {
    const rate = createOperationRate(clockAt(), { perSecond: 1, burst: 1 }, [
      { operation: 'A', rate: { perSecond: 1, burst: 2 } },
      { operation: 'B', rate: null },
    ]);
    rate.admit('A');
    rate.admit('A');
    assert.throws(() => rate.admit('A'), ApiError);
    for (let n = 0; n < 100; n++) rate.admit('B');
    rate.admit('C');
    assert.throws(() => rate.admit('C'), ApiError);
  });

  it('holds for every operation but StartSyncExecution, which has one of its own', () =>
    withHouse('memory', async ({ services }) => {
      const asked: string[] = [];
      const watched = { ...services, rate: { admit: (action: string) => void asked.push(action) } };
      for (const operation of OPERATIONS.values()) {
        await operation.run(watched, { requestId: 'r', parameters: new Map() }).catch(() => null);
      }
      assert.deepEqual(
        asked.toSorted(),
        [...OPERATIONS.keys()].filter((action) => action !== 'StartSyncExecution').sort(),
      );
    }));
});
