/** The contract of the execution store about Map runs, run on every adapter: records, logs, children, ends. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AssertionFailure } from '../../src/base/assert.ts';
import type { MapRunRecord } from '../../src/store/map-runs.ts';
import { ADAPTERS, openStores } from './adapters.ts';
import { ALL, endOf, purge, row, startOf, writing } from './executions.ts';

const STOP = { error: 'E', cause: 'because' };

function runOf(members: Partial<MapRunRecord> = {}): MapRunRecord {
  return {
    ...{ name: 'run-a', key: 3, event: 3, status: 'Running', startedMs: 5, stoppedMs: 0, concurrency: 10 },
    ...{ toleratedCount: null, toleratedPercentage: 12.5, total: 7, running: 2, succeeded: 1, failed: 1 },
    ...members,
  };
}

const itemOf = (id: number, index: number, event = 3) =>
  startOf(id, {
    parent: { execution: 1, event },
    callback: 'owed',
    mapItem: { run: 'run-a', state: 4, index },
  });

for (const adapter of ADAPTERS) {
  describe(`execution store, Map runs: ${adapter.name}`, () => {
    it('returns a run as the last commit has set it', async (t) => {
      const { executions: store } = openStores(t, adapter);
      const { commit } = await writing(store, [startOf(1), startOf(2)]);
      assert.equal(await store.mapRun(1, 'run-a'), null);
      for (const change of [
        {},
        { succeeded: 3, toleratedCount: 4, toleratedPercentage: null },
        { status: 'Failed' as const, stoppedMs: 9 },
      ]) {
        await commit({ id: 1, mapRuns: [{ record: runOf(change) }, { record: runOf({ name: 'run-b', key: 5 }) }] });
        assert.deepEqual(await store.mapRun(1, 'run-a'), runOf(change));
      }
      assert.deepEqual(await store.mapRun(1, 'run-b'), runOf({ name: 'run-b', key: 5 }));
      assert.equal(await store.mapRun(2, 'run-a'), null, 'a run belongs to its execution');
    });

    it('appends to the log of a run, and a repetition changes nothing', async (t) => {
      const { executions: store } = openStores(t, adapter);
      const { commit } = await writing(store, [startOf(1)]);
      const record = runOf();
      const append = (first: number, count: number) => commit({ id: 1, mapRuns: [{ record, log: row(first, count) }] });
      await append(1, 3);
      await append(4, 1);
      await append(4, 1);
      await append(5, 2);
      assert.deepEqual(await store.mapRunLog(1, 3, 1, 10), [row(1, 3), row(4), row(5, 2)]);
      assert.deepEqual(await store.mapRunLog(1, 3, 2, 2), [row(1, 3), row(4)]);
      assert.deepEqual(await store.mapRunLog(1, 3, 4, 1), [row(4)]);
      assert.deepEqual(await store.mapRunLog(1, 9, 1, 10), []);
      await assert.rejects(append(9, 1), AssertionFailure);
      assert.equal((await store.mapRunLog(1, 3, 1, 10)).length, 3);
    });

    it('knows the children that report to an event of a run, and counts them for themselves', async (t) => {
      const { executions: store } = openStores(t, adapter);
      const { commit } = await writing(store, [startOf(1), itemOf(2, 7), itemOf(3, 2), itemOf(4, 5), itemOf(5, 1, 9)]);
      assert.deepEqual(await store.running(), { executions: 1, mapItems: 4 });
      assert.deepEqual(await store.mapRunItems('run-a', 3), [2, 5, 7]);
      assert.deepEqual(await store.mapRunItems('run-a', 9), [1], 'of a redrive');
      assert.deepEqual(await store.mapRunItems('run-b', 3), []);
      await commit({ id: 2, ...endOf() }, { id: 3, ...endOf() });
      await commit({ id: 3, callbackDone: true });
      assert.deepEqual(await store.mapRunItems('run-a', 3), [5, 7]);
      await commit({ id: 4, callbackTo: 9 });
      assert.deepEqual(await store.mapRunItems('run-a', 9), [1, 5]);
      assert.deepEqual(await store.running(), { executions: 1, mapItems: 2 });
    });

    it('lists the children of a run apart from other executions', async (t) => {
      const { executions: store } = openStores(t, adapter);
      await writing(store, [startOf(1), itemOf(2, 0), itemOf(3, 1)]);
      const ids = async (mapRun: string | null) =>
        (await store.list({ ...ALL, mapRun })).executions.map(({ id }) => id);
      assert.deepEqual(await ids(null), [1]);
      assert.deepEqual(await ids('run-a'), [3, 2]);
      assert.deepEqual(await ids('run-b'), []);
    });

    it('ends a run that is open with its state, and deletes it with its execution', async (t) => {
      const { executions: store } = openStores(t, adapter);
      const { commit, fence } = await writing(store, [startOf(1), itemOf(2, 0)]);
      const ended = runOf({ name: 'run-b', key: 5, event: 5, status: 'Succeeded', stoppedMs: 6 });
      await commit({ id: 1, mapRuns: [{ record: runOf(), log: row(1) }, { record: ended }] });
      const stopChildren = { events: [3, 5], request: STOP, atMs: 77 };
      await commit({ id: 1, stopChildren, ...endOf({ status: 'Stopped' }) });
      assert.deepEqual(await store.mapRun(1, 'run-a'), runOf({ status: 'Aborted', stoppedMs: 77 }));
      assert.deepEqual(await store.mapRun(1, 'run-b'), ended);
      assert.deepEqual((await store.get(2))?.stop, STOP);
      await purge(store, fence, { endedBeforeMs: Number.MAX_SAFE_INTEGER }, 10);
      assert.equal(await store.mapRun(1, 'run-a'), null);
      assert.deepEqual(await store.mapRunLog(1, 3, 1, 10), []);
    });
  });
}
