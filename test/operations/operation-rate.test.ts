/** The rate of operations, and the operations whose replies may take long. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '../../src/api/error.ts';
import { ALONE } from '../../src/cluster/cluster.ts';
import { OPERATIONS } from '../../src/operations/all.ts';
import { createOperationRate } from '../../src/operations/rate.ts';
import { ManualTime } from '../../src/testing/manual-time.ts';
import { startApi } from './api-harness.ts';

describe('operations that may take long', () => {
  it('are the two that wait for the end of an execution', () => {
    const slow = [...OPERATIONS.values()].filter((operation) => operation.slow === true);
    assert.deepEqual(
      slow.map(({ action }) => action),
      ['StartSyncExecution', 'DescribeExecution'],
    );
  });
});

describe('the rate of operations', () => {
  it('admits a burst, then a number of calls a second, counted for each operation', () => {
    const time = new ManualTime();
    const rate = createOperationRate(time, ALONE, { perSecond: 2, burst: 3 });
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
    time.advance(499);
    assert.equal(admitted('A'), 1);
    time.advance(1);
    assert.equal(admitted('A'), 0);
    time.advance(1_000_000);
    assert.deepEqual(
      [1, 2, 3, 4].map(() => admitted('A')),
      [0, 0, 0, 500],
    );
  });

  it('is off by default', () => {
    const rate = createOperationRate(new ManualTime(), ALONE, null);
    for (let n = 0; n < 1000; n++) rate.admit('A');
  });

  it('may be set or turned off for one operation', () => {
    const rate = createOperationRate(new ManualTime(), ALONE, { perSecond: 1, burst: 1 }, [
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

  it('is shared by the processes that serve together, and a refusal names the whole and the share', () => {
    const time = new ManualTime();
    const rate = createOperationRate(time, { size: 2 }, { perSecond: 5, burst: 4 });
    rate.admit('A');
    rate.admit('A');
    assert.throws(
      () => rate.admit('A'),
      /The limit is 5 calls of A in a second after 4 at once .*\. The share of this process, one of 2, is 2\.5\.$/,
    );
    time.advance(400);
    rate.admit('A');
  });

  it('applies to every operation except StartSyncExecution, which has a limit of its own', async (t) => {
    const { services } = await startApi(t, 'memory');
    const asked: string[] = [];
    const watched = { ...services, rate: { admit: (action: string) => void asked.push(action) } };
    for (const operation of OPERATIONS.values()) {
      await operation.run(watched, { requestId: 'r', parameters: new Map(), caller: null }).catch(() => null);
    }
    assert.deepEqual(
      asked.toSorted(),
      [...OPERATIONS.keys()].filter((action) => action !== 'StartSyncExecution').sort(),
    );
  });
});
