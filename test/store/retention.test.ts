/** Which ended executions a purge deletes, on every adapter: by age and by number, in total and by flow. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecutionChange, ExecutionStore, Retention } from '../../src/store/executions.ts';
import type { MapRunRecord } from '../../src/store/map-runs.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { flowRecord } from '../../src/testing/flow-record.ts';
import { ADAPTERS, openStores } from './adapters.ts';
import type { Adapter } from './adapters.ts';
import { endOf, retention, row, startOf, writing } from './executions.ts';

const MAP_RUN: MapRunRecord = {
  ...{ name: '', key: 2, event: 2, status: 'Succeeded', startedMs: 1, stoppedMs: 2, concurrency: 40 },
  ...{ toleratedCount: null, toleratedPercentage: null, total: 0, running: 0, succeeded: 0, failed: 0 },
};

/** Executions of the flow, which end at these times; the ids ascend over all flows. */
interface Ends {
  readonly flow: string;
  readonly at: readonly number[];
}

async function ended(t: CleanUp, adapter: Adapter, ends: readonly Ends[], more: readonly ExecutionChange[] = []) {
  const stores = await openStores(t, adapter);
  const { executions: store, flows } = stores;
  for (const { flow } of ends) await flows.create(flowRecord(flow, { id: `id-of-${flow}` }));
  let id = 0;
  const changes = ends.flatMap(({ flow, at }) =>
    at.map((stoppedMs): ExecutionChange => ({ ...start(++id, flow), ...endOf({ stoppedMs }) })),
  );
  const { node, commit } = await writing(stores, [...changes, ...more]);
  return { store, node, commit, flows };
}

function start(id: number, flow: string, members: Parameters<typeof startOf>[1] = {}): ExecutionChange {
  return startOf(id, { flowId: `id-of-${flow}`, flowName: flow, ...members });
}

/** The name of the only Map run of an execution. */
function runOf(execution: number): string {
  return String(execution).padStart(32, '0');
}

/** An execution that began a Map run, and still runs. */
function mapping(id: number, flow: string, members: Parameters<typeof startOf>[1] = {}): ExecutionChange {
  return { ...start(id, flow, members), mapRuns: [{ record: { ...MAP_RUN, name: runOf(id) }, log: row(1) }] };
}

/** A child of the Map run of `execution`. */
function item(id: number, execution: number) {
  const mapItem = { run: runOf(execution), state: 0, index: id };
  return { mapItem, parent: { execution, event: MAP_RUN.event }, callback: 'owed' as const };
}

/** The same, ended, and its Map knows. */
function endedItem(id: number, flow: string, execution: number, stoppedMs: number): ExecutionChange {
  return { ...start(id, flow, item(id, execution)), ...endOf({ stoppedMs }), callbackDone: true };
}

/** Does a whole round in steps of `limit`, and returns the ids that are left, with the deleted number of each step. */
async function round(store: ExecutionStore, node: number, members: Partial<Retention>, limit = 1_000) {
  const deleted: number[] = [];
  for (let after: Parameters<ExecutionStore['purge']>[3] = null; ; ) {
    const step = await store.purge(node, retention(members), limit, after);
    deleted.push(step.deleted);
    if (step.next === null) break;
    assert.ok(deleted.length < 1_000, 'the round does not end');
    after = step.next;
  }
  const left: number[] = [];
  for (let id = 1; id <= 30; id++) if ((await store.get(id)) !== null) left.push(id);
  return { deleted, left };
}

for (const adapter of ADAPTERS) {
  describe(`retention: ${adapter.name}`, () => {
    it('leaves the flow with the longest matching pattern its own age', async (t) => {
      const { store, node } = await ended(t, adapter, [
        { flow: 'audit', at: [10, 20] },
        { flow: 'audit-new', at: [10, 20] },
        { flow: 'other', at: [10, 20] },
      ]);
      const flows = [
        { pattern: 'audit*', endedBeforeMs: 15 },
        { pattern: 'audit', endedBeforeMs: null },
      ];
      assert.deepEqual((await round(store, node, { endedBeforeMs: 100, flows })).left, [1, 2, 4]);
    });

    it('leaves the newest of a flow that has a number', async (t) => {
      const { store, node } = await ended(
        t,
        adapter,
        [
          { flow: 'noisy', at: [50, 10, 40, 30, 20] },
          { flow: 'quiet', at: [1, 2, 3] },
        ],
        [start(9, 'noisy')],
      );
      const flows = [{ pattern: 'noisy', executions: 2 }];
      assert.deepEqual((await round(store, node, { flows })).left, [1, 3, 6, 7, 8, 9], 'a running one does not count');
      assert.deepEqual((await round(store, node, { flows })).deleted, [0]);
    });

    it('leaves the newest of all flows, without those that have a number of their own', async (t) => {
      const { store, node } = await ended(t, adapter, [
        { flow: 'a', at: [10, 40] },
        { flow: 'b', at: [20, 30] },
        { flow: 'own', at: [1, 2, 3] },
        { flow: 'any', at: [4, 5] },
      ]);
      const flows = [
        { pattern: 'own', executions: 2 },
        { pattern: 'any', executions: null },
      ];
      assert.deepEqual((await round(store, node, { executions: 3, flows })).left, [2, 3, 4, 6, 7, 8, 9]);
      assert.deepEqual((await round(store, node, { executions: 1, flows }, 1)).left, [2, 6, 7, 8, 9]);
    });

    it('takes the general value for a member that a flow does not have', async (t) => {
      const { store, node } = await ended(t, adapter, [{ flow: 'a', at: [10, 20, 30, 40] }]);
      const flows = [{ pattern: 'a', executions: 2 }];
      assert.deepEqual((await round(store, node, { endedBeforeMs: 15, flows })).left, [3, 4]);
      assert.deepEqual((await round(store, node, { endedBeforeMs: 35, flows })).left, [4]);
    });

    it('never deletes running ones, those whose callback is due, and children whose parent runs', async (t) => {
      const waiting = { parent: { execution: 20, event: 1 }, callback: 'owed' as const };
      const child = { parent: { execution: 20, event: 2 } };
      const { store, node, commit } = await ended(
        t,
        adapter,
        [{ flow: 'a', at: [50, 60] }],
        [
          start(20, 'a'),
          { ...start(21, 'a', waiting), ...endOf({ stoppedMs: 1 }) },
          { ...start(22, 'a', child), ...endOf({ stoppedMs: 2 }) },
          { ...start(23, 'a', waiting), ...endOf({ stoppedMs: 3 }), callbackDone: true },
        ],
      );
      const all = [1, 2, 20, 21, 22, 23];
      assert.deepEqual((await round(store, node, { executions: 3 })).left, all, 'no later one in their place');
      assert.deepEqual((await round(store, node, { endedBeforeMs: 10 })).left, all);
      await commit({ id: 20, ...endOf({ stoppedMs: 70 }) });
      assert.deepEqual((await round(store, node, { endedBeforeMs: 10 })).left, [1, 2, 20, 21]);
      await commit({ id: 21, callbackDone: true });
      assert.deepEqual((await round(store, node, { endedBeforeMs: 10 })).left, [1, 2, 20]);
    });

    it('deletes no more than the limit in a step, and all in a round', async (t) => {
      const { store, node } = await ended(t, adapter, [
        { flow: 'a', at: [10, 10, 10, 20] },
        { flow: 'b', at: [10, 15, 30] },
      ]);
      const { deleted, left } = await round(store, node, { endedBeforeMs: 16 }, 2);
      assert.deepEqual(left, [4, 7]);
      assert.ok(deleted.every((each) => each <= 2));
      assert.equal(
        deleted.reduce((sum, each) => sum + each),
        5,
      );
    });

    it('does not count the executions of deleted flows', async (t) => {
      const { store, node, flows } = await ended(t, adapter, [
        { flow: 'a', at: [10, 20] },
        { flow: 'gone', at: [5, 30, 40] },
      ]);
      await flows.delete('gone');
      assert.deepEqual((await round(store, node, { executions: 2 })).left, [1, 2]);
    });

    it('does not count the children of Map runs, and deletes them with the execution of their Map', async (t) => {
      const { store, node, commit } = await ended(
        t,
        adapter,
        [{ flow: 'a', at: [10, 20] }],
        [mapping(10, 'a'), ...[11, 12, 13, 14].map((id) => endedItem(id, 'a', 10, id)), mapping(20, 'a')],
      );
      await commit(endedItem(21, 'a', 20, 22), { id: 10, ...endOf({ stoppedMs: 15 }) });
      await commit({ id: 20, ...endOf({ stoppedMs: 30 }) });
      const all = [1, 2, 10, 11, 12, 13, 14, 20, 21];
      assert.deepEqual((await round(store, node, { executions: 4 })).left, all);
      assert.deepEqual((await round(store, node, { executions: 3 })).left, all.slice(1));
      const flows = [{ pattern: 'a', executions: 2 }];
      const { deleted, left } = await round(store, node, { flows }, 2);
      assert.deepEqual(left, [2, 20, 21]);
      assert.ok(deleted.every((each) => each <= 2));
      assert.equal(
        deleted.reduce((sum, each) => sum + each),
        5,
      );
      assert.equal(await store.mapRun(10, runOf(10)), null);
      assert.deepEqual(await store.mapRunLog(10, MAP_RUN.key, 1, 5), []);
      assert.equal((await store.mapRun(20, runOf(20)))?.name, runOf(20));
      assert.deepEqual((await round(store, node, { flows })).deleted, [0]);
    });

    it('deletes children of Map runs by their age, but not while their parent runs', async (t) => {
      const { store, node, commit } = await ended(
        t,
        adapter,
        [{ flow: 'a', at: [10, 20] }],
        [mapping(10, 'a'), endedItem(11, 'a', 10, 5), endedItem(12, 'a', 10, 50)],
      );
      assert.deepEqual((await round(store, node, { endedBeforeMs: 15 })).left, [2, 10, 11, 12]);
      await commit({ id: 10, ...endOf({ stoppedMs: 60 }) });
      assert.deepEqual((await round(store, node, { endedBeforeMs: 15 })).left, [2, 10, 12]);
      assert.deepEqual((await round(store, node, { endedBeforeMs: 61 })).left, []);
    });

    it('deletes all generations of children with the execution of the first Map', async (t) => {
      const { store, node, commit } = await ended(
        t,
        adapter,
        [{ flow: 'a', at: [100] }],
        [mapping(10, 'a'), mapping(11, 'a', item(11, 10)), mapping(12, 'a', item(12, 10))],
      );
      await commit(...[13, 14, 15].map((id) => endedItem(id, 'a', 11, id)), endedItem(16, 'a', 12, 16));
      await commit(...[11, 12].map((id) => ({ id, ...endOf({ stoppedMs: 18 }), callbackDone: true as const })));
      await commit({ id: 10, ...endOf({ stoppedMs: 20 }) });
      assert.deepEqual((await round(store, node, { executions: 2 })).left, [1, 10, 11, 12, 13, 14, 15, 16]);
      const { deleted, left } = await round(store, node, { executions: 1 }, 1);
      assert.deepEqual(left, [1]);
      assert.deepEqual(
        deleted.filter((each) => each > 0),
        [1, 1, 1, 1, 1, 1, 1],
      );
    });

    it('leaves children that run or whose callback is due, and deletes them after their end', async (t) => {
      const { store, node, commit } = await ended(
        t,
        adapter,
        [{ flow: 'a', at: [30, 40] }],
        [mapping(10, 'a'), start(11, 'a', item(11, 10)), endedItem(12, 'a', 10, 5)],
      );
      await commit({ ...start(13, 'a', item(13, 10)), ...endOf({ stoppedMs: 6 }) });
      await commit({ id: 10, ...endOf({ stoppedMs: 20 }) });
      assert.deepEqual((await round(store, node, { executions: 2 })).left, [1, 2, 11, 13]);
      await commit({ id: 11, ...endOf({ stoppedMs: 50 }), callbackDone: true });
      assert.deepEqual((await round(store, node, { executions: 1 })).left, [2, 13]);
      await commit({ id: 13, callbackDone: true });
      assert.deepEqual((await round(store, node, { executions: 0 })).left, []);
    });

    it('deletes the children of Map runs with their flow', async (t) => {
      const { store, node, commit, flows } = await ended(
        t,
        adapter,
        [{ flow: 'a', at: [10] }],
        [mapping(10, 'a'), endedItem(11, 'a', 10, 5), endedItem(12, 'a', 10, 6), start(13, 'a', item(13, 10))],
      );
      await flows.delete('a');
      await commit({ id: 10, ...endOf({ stoppedMs: 20 }) });
      assert.deepEqual((await round(store, node, {}, 1)).left, [13]);
      await commit({ id: 13, ...endOf({ stoppedMs: 30 }), callbackDone: true });
      assert.deepEqual((await round(store, node, {})).left, []);
      assert.deepEqual(await store.deletedFlows(), []);
    });
  });
}
