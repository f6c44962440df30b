/** Admission of Express executions at a process that serves together with others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../../src/api/error.ts';
import { MemoryBudget } from '../../../src/base/memory-budget.ts';
import { Admission } from '../../../src/runtime/express/admission.ts';
import { NoLease } from '../../../src/runtime/express/no-lease.ts';
import { FROM_API } from '../../../src/runtime/start-origin.ts';
import type { StartOrigin } from '../../../src/runtime/start-origin.ts';
import { ManualTime } from '../../../src/testing/manual-time.ts';

const ANCESTRY = { depth: 0, startedBy: [] };
const ITEM: StartOrigin = { from: 'map', task: { execution: 1, event: 2 }, ancestry: ANCESTRY };
const DUE = { scheduleId: 's', firstMs: 0, lastMs: 0, nextMs: null };
const SCHEDULE: StartOrigin = { from: 'schedule', flowId: 'f', due: DUE };

function admissionOf(limits: { concurrentExecutions: number; startsPerSecond: number | null }) {
  const cluster = { size: 1, rank: 0, holdsLease: true };
  const time = new ManualTime();
  const admission = new Admission(limits, time, new MemoryBudget(Number.POSITIVE_INFINITY), cluster);
  return { admission, cluster, time };
}

/** How many it admits before it refuses, at most 100, and the refusal. */
function admitted(admission: Admission): { count: number; message: string } {
  for (let count = 0; count < 100; count++) {
    try {
      admission.enter(FROM_API, 0);
    } catch (error) {
      assert.ok(error instanceof ApiError && error.code === 'ResourceThrottled');
      return { count, message: error.message };
    }
  }
  return { count: 100, message: '' };
}

test('it admits its share of the executions at once, which follows the number of processes', () => {
  const { admission, cluster } = admissionOf({ concurrentExecutions: 10, startsPerSecond: null });
  Object.assign(cluster, { size: 3, rank: 1 });
  const shared = admitted(admission);
  assert.equal(shared.count, 3);
  assert.match(
    shared.message,
    /The limit is 10 running Express executions \(limits\.concurrentExecutions\)\. The share of this process, one of 3, is 3\.$/,
  );
  Object.assign(cluster, { size: 1, rank: 0 });
  const alone = admitted(admission);
  assert.equal(alone.count, 7);
  assert.match(alone.message, /10 Express executions are running, the limit \(limits\.concurrentExecutions\)\.$/);
});

test('it admits its share of the starts in a second', () => {
  const { admission, cluster, time } = admissionOf({ concurrentExecutions: 1000, startsPerSecond: 10 });
  cluster.size = 2;
  const first = admitted(admission);
  assert.equal(first.count, 5);
  assert.match(
    first.message,
    /The limit is 10 starts of Express executions in a second .* The share of this process, one of 2, is 5\.$/,
  );
  time.advance(1000);
  assert.equal(admitted(admission).count, 5);
});

test('it admits no execution while the node has no lease, except items of Map runs, whose text cannot change', () => {
  const { admission, cluster } = admissionOf({ concurrentExecutions: 10, startsPerSecond: null });
  cluster.holdsLease = false;
  assert.throws(() => admission.enter(FROM_API, 0), { code: 'InternalServerError', message: /its lease/ });
  assert.throws(() => admission.enter(SCHEDULE, 0), NoLease);
  admission.enter(ITEM, 0);
  admission.leave();
  cluster.holdsLease = true;
  admission.enter(FROM_API, 0);
  assert.equal(admission.running, 1);
});
