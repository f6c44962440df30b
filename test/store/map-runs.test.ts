/** The contract of the execution store about Map runs and their children, run on every adapter. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AssertionFailure } from '../../src/base/assert.ts';
import type { ExecutionChange } from '../../src/store/executions.ts';
import type { MapRunRecord } from '../../src/store/map-runs.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { ADAPTERS, openStores } from './adapters.ts';
import { ALL, endOf, newNode, pagesOf, purge, row, startOf, writing } from './executions.ts';

const RUN: MapRunRecord = {
  ...{ name: 'a'.repeat(32), key: 4, event: 4, status: 'Pending', startedMs: 10, stoppedMs: 0, concurrency: 40 },
  ...{ toleratedCount: null, toleratedPercentage: 2.5, total: 0, running: 0, succeeded: 0, failed: 0 },
};
const OTHER: MapRunRecord = { ...RUN, name: 'b'.repeat(32), key: 9, event: 9, toleratedCount: 0 };
const STOP = { error: 'FnF.ParentStopped', cause: 'because' };

function runChange(record: MapRunRecord, log?: ReturnType<typeof row>): ExecutionChange {
  return { id: 1, mapRuns: [log === undefined ? { record } : { record, log }] };
}

/** A child of a run of execution 1. */
function child(id: number, index: number, run: MapRunRecord = RUN): ExecutionChange {
  const mapItem = { run: run.name, state: 0, index };
  return startOf(id, { mapItem, parent: { execution: 1, event: run.event }, callback: 'owed' });
}

for (const adapter of ADAPTERS) {
  describe(`execution store, Map runs: ${adapter.name}`, () => {
    it('returns a run as it was stored last, of the execution and by its name', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const { commit } = await writing(stores, [startOf(1), startOf(2), runChange(RUN), runChange(OTHER)]);
      assert.deepEqual({ ...(await store.mapRun(1, RUN.name)) }, RUN);
      assert.deepEqual({ ...(await store.mapRun(1, OTHER.name)) }, OTHER);
      const later: MapRunRecord = {
        ...{ ...RUN, event: 12, status: 'Failed', startedMs: 10, stoppedMs: 99, concurrency: 3 },
        ...{ toleratedCount: 7, toleratedPercentage: null, total: 1_000_000, running: 1, succeeded: 2, failed: 3 },
      };
      await commit(runChange(later));
      assert.deepEqual({ ...(await store.mapRun(1, RUN.name)) }, later);
      assert.deepEqual({ ...(await store.mapRun(1, OTHER.name)) }, OTHER);
      assert.equal(await store.mapRun(2, RUN.name), null, 'of another execution');
      assert.equal(await store.mapRun(1, 'c'.repeat(32)), null);
      assert.equal(await store.mapRun(3, RUN.name), null);
    });

    it('appends to the log of a run, returns its rows from an entry on, and takes a repeated row once', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const { commit } = await writing(stores, [startOf(1), runChange(RUN, row(1, 3)), runChange(OTHER, row(1))]);
      await commit(runChange(RUN, row(4)), runChange(RUN, row(5, 2)));
      await commit(runChange(RUN, row(4)), runChange(RUN, row(1, 3)), runChange(RUN));
      const log = async (key: number, from: number, rows: number) =>
        (await store.mapRunLog(1, key, from, rows)).map((one) => ({ ...one }));
      assert.deepEqual(await log(RUN.key, 1, 10), [row(1, 3), row(4), row(5, 2)]);
      assert.deepEqual(await log(RUN.key, 1, 2), [row(1, 3), row(4)]);
      assert.deepEqual(await log(RUN.key, 2, 1), [row(1, 3)], 'the row that holds the entry');
      assert.deepEqual(await log(RUN.key, 4, 10), [row(4), row(5, 2)]);
      assert.deepEqual(await log(RUN.key, 7, 10), []);
      assert.deepEqual(await log(OTHER.key, 1, 10), [row(1)]);
      assert.deepEqual(await log(5, 1, 10), []);
    });

    it('refuses a gap in the log, and a row that overlaps its end, with the whole commit', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const { commit } = await writing(stores, [startOf(1), runChange(RUN, row(1, 2))]);
      for (const bad of [row(4), row(2, 2)]) {
        const changed = { ...RUN, succeeded: 9 };
        await assert.rejects(commit({ id: 1, journal: row(1) }, runChange(changed, bad)), AssertionFailure);
        assert.equal((await store.mapRun(1, RUN.name))?.succeeded, 0);
        assert.deepEqual(await store.journal(1, 1, 10), []);
      }
      await assert.rejects(commit(runChange(OTHER, row(2))), AssertionFailure);
      assert.equal(await store.mapRun(1, OTHER.name), null);
    });

    it('names an execution that a purge has deleted, and changes none of its runs', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const { node, commit } = await writing(stores, [startOf(1), runChange(RUN, row(1)), { id: 1, ...endOf() }]);
      assert.equal(await purge(store, node, { endedBeforeMs: Number.MAX_SAFE_INTEGER }, 10), 1);
      assert.equal(await store.mapRun(1, RUN.name), null);
      assert.deepEqual(await store.mapRunLog(1, RUN.key, 1, 10), []);
      assert.deepEqual(await commit(runChange(RUN, row(2))), ['absent']);
      assert.equal(await store.mapRun(1, RUN.name), null);
    });

    it('returns the place of a child in its run, and the positions of children of which the run does not know the end', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const { commit } = await writing(stores, [startOf(1), runChange(RUN), runChange(OTHER)]);
      await commit(child(2, 7), child(3, 0), child(4, 300), child(5, 1, OTHER), child(6, 2));
      await commit({ id: 4, ...endOf({ status: 'Failed' }) }, { id: 6, ...endOf() }, { id: 6, callbackDone: true });
      assert.deepEqual({ ...(await store.get(2))?.mapItem }, { run: RUN.name, state: 0, index: 7 });
      assert.equal((await store.get(1))?.mapItem, null);
      assert.deepEqual([...(await store.mapRunItems(RUN.name, RUN.event))], [0, 7, 300]);
      assert.deepEqual([...(await store.mapRunItems(OTHER.name, OTHER.event))], [1]);
      assert.deepEqual([...(await store.mapRunItems('c'.repeat(32), RUN.event))], []);
    });

    it('knows the children that report to the present event of a run, and counts them for themselves', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const redriven = { ...RUN, event: 15 };
      const { commit } = await writing(stores, [startOf(1), runChange(RUN), child(2, 5), child(3, 1, redriven)]);
      assert.deepEqual(await store.running(), { executions: 1, mapItems: 2 });
      assert.deepEqual([...(await store.mapRunItems(RUN.name, 4))], [5]);
      assert.deepEqual([...(await store.mapRunItems(RUN.name, 15))], [1]);
      await commit({ id: 2, callbackTo: 15 });
      assert.deepEqual([...(await store.mapRunItems(RUN.name, 15))], [1, 5]);
    });

    it('lists the children of a run, in pages and with the other filters, and no child elsewhere', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const changes = Array.from({ length: 12 }, (_, i) => child(10 + i, i));
      await writing(stores, [
        ...[startOf(1), runChange(RUN), runChange(OTHER), ...changes, child(40, 0, OTHER)],
        ...[startOf(50), startOf(51, { flowId: 'flow-2', mapItem: { run: RUN.name, state: 0, index: 99 } })],
        ...[10, 12].map((id) => ({ id, ...endOf({ status: 'Failed' }) })),
      ]);
      const ids = async (query: Partial<typeof ALL>) =>
        (await pagesOf((each) => store.list(each), { ...ALL, ...query })).map(({ id }) => id);
      const all = changes.map(({ id }) => id).reverse();
      assert.deepEqual(await ids({ mapRun: RUN.name, limit: 5 }), all);
      assert.deepEqual(await ids({ mapRun: RUN.name, limit: 5, metadataOnly: true }), all);
      assert.deepEqual(await ids({ mapRun: RUN.name, status: 'Failed' }), [12, 10]);
      assert.deepEqual(
        await ids({ mapRun: RUN.name, status: 'Running', limit: 4 }),
        all.filter((id) => id !== 10 && id !== 12),
      );
      assert.deepEqual(await ids({ mapRun: RUN.name, namePrefix: 'run-2' }), [21, 20]);
      assert.deepEqual(await ids({ mapRun: RUN.name, startedAfterMs: 1_700_000_000_019 }), [21, 20]);
      assert.deepEqual(await ids({ mapRun: OTHER.name }), [40]);
      assert.deepEqual(await ids({ mapRun: 'c'.repeat(32) }), []);
      assert.deepEqual(await ids({}), [50, 1]);
      assert.deepEqual(await ids({ status: 'Failed' }), []);
      assert.deepEqual(await ids({ flowId: 'flow-2' }), []);
      assert.deepEqual({ ...(await store.running()) }, { executions: 2, mapItems: 12 });
    });

    it('aborts every open run of an execution that is stopped without being read', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const ended: MapRunRecord = { ...OTHER, status: 'Succeeded', stoppedMs: 50 };
      const { commit } = await writing(stores, [startOf(1), runChange(RUN), runChange(ended)]);
      await commit({ id: 1, ...endOf({ status: 'Stopped' }), abortMapRunsMs: 70 });
      const { status, stoppedMs } = (await store.mapRun(1, RUN.name)) as MapRunRecord;
      assert.deepEqual({ status, stoppedMs }, { status: 'Aborted', stoppedMs: 70 });
      assert.deepEqual({ ...(await store.mapRun(1, OTHER.name)) }, ended);
    });

    it('stops the children of a Map and aborts its run, if it is open', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const ended: MapRunRecord = { ...OTHER, status: 'Succeeded', stoppedMs: 50 };
      const { commit } = await writing(stores, [
        startOf(1),
        runChange({ ...RUN, status: 'Running' }),
        runChange(ended),
      ]);
      await commit(child(2, 0), child(3, 1), child(4, 0, OTHER), { id: 3, ...endOf() });
      await commit({ id: 1, stopChildren: { events: [5], request: STOP, atMs: 60 } });
      assert.equal((await store.mapRun(1, RUN.name))?.status, 'Running');
      assert.equal((await store.get(2))?.stop, null);
      await commit({ id: 1, stopChildren: { events: [4, 9], request: STOP, atMs: 70 } });
      const { status, stoppedMs } = (await store.mapRun(1, RUN.name)) as MapRunRecord;
      assert.deepEqual({ status, stoppedMs }, { status: 'Aborted', stoppedMs: 70 });
      assert.deepEqual({ ...(await store.mapRun(1, OTHER.name)) }, ended);
      assert.deepEqual({ ...(await store.get(2))?.stop }, STOP);
      assert.equal((await store.get(3))?.stop, null);
      assert.deepEqual({ ...(await store.get(4))?.stop }, STOP);
    });

    it('aborts the run by its last event after a redrive', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const { commit } = await writing(stores, [startOf(1), runChange({ ...RUN, event: 15, status: 'Running' })]);
      await commit({ id: 1, stopChildren: { events: [4], request: STOP, atMs: 60 } });
      assert.equal((await store.mapRun(1, RUN.name))?.status, 'Running');
      await commit({ id: 1, stopChildren: { events: [15], request: STOP, atMs: 60 } });
      assert.equal((await store.mapRun(1, RUN.name))?.status, 'Aborted');
    });

    it('deletes the runs and logs of the executions that it purges, and of no other', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const ofTwo: ExecutionChange = { id: 2, mapRuns: [{ record: OTHER, log: row(1) }] };
      const { node } = await writing(stores, [
        ...[startOf(1), startOf(2), runChange(RUN, row(1)), ofTwo, child(3, 0)],
        ...[
          { id: 3, ...endOf({ stoppedMs: 5 }) },
          { id: 3, callbackDone: true as const },
          { id: 1, ...endOf({ stoppedMs: 5 }) },
        ],
      ]);
      assert.equal(await purge(store, node, { endedBeforeMs: 6 }, 10), 2);
      assert.equal(await store.mapRun(1, RUN.name), null);
      assert.deepEqual(await store.mapRunLog(1, RUN.key, 1, 10), []);
      assert.deepEqual([...(await store.mapRunItems(RUN.name, RUN.event))], []);
      assert.deepEqual({ ...(await store.mapRun(2, OTHER.name)) }, OTHER);
      assert.equal((await store.mapRunLog(2, OTHER.key, 1, 10)).length, 1);
    });

    if (!adapter.durable) return;
    it('has the runs, their logs and their children again after closing and opening', async (t) => {
      const folder = temporaryFolder(t);
      const first = await adapter.open(folder);
      await writing(first, [startOf(1), runChange(RUN, row(1, 2)), child(2, 3)]);
      await first.close();
      const again = await adapter.open(folder);
      assert.deepEqual({ ...(await again.executions.mapRun(1, RUN.name)) }, RUN);
      assert.deepEqual(
        (await again.executions.mapRunLog(1, RUN.key, 1, 5)).map((one) => ({ ...one })),
        [row(1, 2)],
      );
      assert.deepEqual([...(await again.executions.mapRunItems(RUN.name, RUN.event))], [3]);
      const { node } = await newNode(again, 0);
      await again.executions.commit(node, [runChange(RUN, row(3))]);
      await again.close();
    });
  });
}
