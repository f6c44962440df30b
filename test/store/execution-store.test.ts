/** The contract of the execution store, run on every adapter: commits, records, journals, due executions, purges. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AssertionFailure } from '../../src/base/assert.ts';
import type { ExecutionChange, ExecutionStore } from '../../src/store/executions.ts';
import { LeaseLost } from '../../src/store/nodes.ts';
import { flowRecord } from '../../src/testing/flow-record.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { ADAPTERS, openStores } from './adapters.ts';
import {
  ALL,
  endOf,
  newNode,
  purge,
  retention,
  row,
  runningOf,
  SNAPSHOT,
  snapshotOf,
  startOf,
  writing,
  writingNodes,
} from './executions.ts';

const text = fc.string({ unit: 'binary', maxLength: 30 });
const STOP = { error: 'E', cause: 'because' };

/** The record and the whole journal of an execution. */
async function stateOf(store: ExecutionStore, id: number) {
  return { record: await store.get(id), journal: await store.journal(id, 1, 5000) };
}

for (const adapter of ADAPTERS) {
  describe(`execution store, commits: ${adapter.name}`, () => {
    it('returns every member as stored, for any text', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      let id = 0;
      const { commit } = await writing(stores);
      const plain = { noNullPrototype: true };
      const record = fc.record(
        {
          flowId: text,
          name: text,
          identity: text,
          startedMs: fc.nat({ max: 4_000_000_000_000 }),
          version: text,
          alias: text,
          parent: fc.option(fc.record({ execution: fc.nat(), event: fc.nat() }, plain)),
          ancestry: fc.record({ depth: fc.nat(), startedBy: fc.array(text) }, plain),
          callback: fc.constantFrom('none', 'owed', 'done'),
          input: text,
        },
        plain,
      );
      await fc.assert(
        fc.asyncProperty(record, text, text, text, async (members, error, cause, output) => {
          const change = startOf(++id, {
            ...members,
            flowName: `of ${members.flowId}`,
            name: `${members.name}${id}`,
          });
          await commit(change);
          const running = runningOf(id, change.start.record);
          assert.deepEqual(await store.get(id), running);
          assert.deepEqual(await store.find(members.flowId, `${members.name}${id}`), running);
          assert.deepEqual(await store.snapshot(members.flowId, 1), snapshotOf(members.flowId));
          const end = endOf({ status: 'TimedOut', stoppedMs: 7, error, cause, output });
          await commit({ id, ...end });
          const callback = members.callback === 'owed' ? 'due' : members.callback;
          assert.deepEqual(await store.get(id), { ...running, ...end.end, callback });
        }),
        { numRuns: 40 },
      );
    });

    it('finds nothing in an empty store', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      assert.equal(await store.get(1), null);
      assert.equal(await store.find('flow-1', 'run-1'), null);
      assert.equal(await store.snapshot('flow-1', 1), null);
      assert.deepEqual(await store.journal(1, 1, 10), []);
      assert.deepEqual(await store.list(ALL), { executions: [], next: null });
      assert.equal((await store.running()).executions, 0);
      assert.equal(await store.nextWakeMs(), null);
    });

    it('stores a snapshot once for all executions that use it', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const again = startOf(2).start;
      await writing(stores, [startOf(1), { id: 2, start: { ...again, snapshot: null } }]);
      await writing(stores, [
        { id: 3, start: { ...startOf(3).start, snapshot: { ...SNAPSHOT, definition: 'another' } } },
      ]);
      assert.deepEqual(await store.snapshot('flow-1', 1), SNAPSHOT);
      assert.equal((await store.get(2))?.revision, 1);
    });

    it('applies a commit whole or not at all', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const { commit } = await writing(stores, [{ ...startOf(1), journal: row(1, 2) }]);
      const before = await stateOf(store, 1);
      const good: ExecutionChange[] = [
        {
          ...startOf(2, { flowId: 'flow-2', parent: { execution: 1, event: 2 }, callback: 'owed' }),
          journal: row(1),
        },
        { id: 1, journal: row(3), stopChildren: { events: [2], request: STOP, atMs: 1_000 }, ...endOf() },
      ];
      const bad: Record<string, ExecutionChange> = {
        'a gap in a journal': { id: 1, journal: row(9) },
        'a row that overlaps its end': { id: 1, journal: row(2, 3) },
        'no snapshot': { id: 3, start: { ...startOf(3, { revision: 5 }).start, snapshot: null } },
        'an execution that never was': { id: 99, journal: row(1) },
      };
      for (const [what, change] of Object.entries(bad)) {
        await assert.rejects(commit(...good, change), Error, what);
        assert.deepEqual(await stateOf(store, 1), before, what);
        assert.equal(await store.get(2), null, what);
        assert.equal(await store.snapshot('flow-2', 1), null, what);
        assert.equal((await store.running()).executions, 1, what);
        assert.deepEqual(await store.children(1, [2]), []);
        assert.deepEqual((await store.list({ ...ALL, flowId: 'flow-2' })).executions, []);
      }
      await commit(...good);
      assert.equal((await store.get(2))?.stop?.error, 'E');
      assert.equal((await newNode(stores)).lastId, 2);
    });

    it('changes nothing when a commit is repeated', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const { commit } = await writing(stores);
      const child = { parent: { execution: 1, event: 3 }, callback: 'owed' as const };
      const commits: ExecutionChange[][] = [
        [{ ...startOf(1), journal: row(1, 3) }, startOf(2, child), { ...startOf(3), journal: row(1), wakeMs: 500 }],
        [
          { id: 1, journal: row(4, 2), wakeMs: 900 },
          { id: 3, journal: row(2), wakeMs: null },
        ],
        [{ id: 1, stopChildren: { events: [3], request: STOP, atMs: 1_000 } }],
        [{ id: 2, journal: row(1), ...endOf({ status: 'Stopped', error: 'E', output: '' }) }],
        [{ id: 2, callbackDone: true }],
        [{ id: 2, reopen: true, journal: row(2), wakeMs: 7 }],
        [{ id: 2, journal: row(3), ...endOf() }],
        [{ ...startOf(4), journal: row(1, 4), ...endOf() }],
        [
          { id: 3, journal: row(3), ...endOf({ status: 'Failed', output: '' }) },
          { id: 3, reopen: true },
        ],
      ];
      for (const changes of commits) {
        await commit(...changes);
        const once = await Promise.all([1, 2, 3, 4].map((id) => stateOf(store, id)));
        await commit(...changes);
        const twice = await Promise.all([1, 2, 3, 4].map((id) => stateOf(store, id)));
        assert.deepEqual(twice, once);
      }
      assert.equal((await store.get(2))?.callback, 'done');
    });

    it('does not replace stored events by others', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const { commit } = await writing(stores, [{ ...startOf(1), journal: row(1, 3, 'first') }]);
      await commit({ id: 1, journal: row(1, 3, 'second') });
      await commit({ id: 1, journal: row(2, 2, 'third') });
      assert.deepEqual(await store.journal(1, 1, 10), [row(1, 3, 'first')]);
    });

    it('accepts commits of live nodes only', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const first = await newNode(stores);
      await store.commit(first.node, [startOf(4), startOf(9), startOf(7)]);
      // In a store that is not shared, the first one is gone as soon as another one joins.
      if (stores.nodes.isShared) await stores.nodes.leave(first.node);
      const second = await newNode(stores);
      assert.ok(second.node > first.node);
      assert.deepEqual([first.lastId, second.lastId], [0, 9]);
      assert.equal(first.tokenKey.length, 32);
      assert.deepEqual(second.tokenKey, first.tokenKey);
      await assert.rejects(store.commit(first.node, [{ id: 4, ...endOf() }]), LeaseLost);
      await assert.rejects(store.commit(first.node, []), LeaseLost);
      await assert.rejects(store.purge(first.node, retention(), 10, null), LeaseLost);
      assert.equal((await store.get(4))?.status, 'Running');
      assert.deepEqual(await store.commit(second.node, [{ id: 4, ...endOf() }]), ['lost'], 'no one owns it');
      assert.equal((await store.claim(second.node, 4))?.owner, second.node);
      assert.deepEqual(await store.commit(second.node, [{ id: 4, ...endOf() }]), ['stored']);
      assert.equal((await store.get(4))?.status, 'Succeeded');
    });

    const ownTime = { skip: adapter.hasClock && 'it has a clock of its own' };
    it('adds up how far the clock was set back, from takeover to takeover', ownTime, async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const first = await newNode(stores, 1_000);
      assert.equal(first.setBackMs, 0);
      assert.equal((await newNode(stores, 5_000)).setBackMs, 0, 'set forward, or time has passed');
      const { node, setBackMs } = await newNode(stores, 3_000);
      assert.equal(setBackMs, 2_000);
      await store.commit(node, [startOf(1)], { nowMs: 9_000, setBackMs: 2_500 });
      await store.commit(node, [{ id: 1, journal: row(1) }]);
      assert.equal((await newNode(stores, 9_000)).setBackMs, 2_500);
      assert.equal((await newNode(stores, 8_000)).setBackMs, 3_500);
      await assert.rejects(store.commit(node, [], { nowMs: 99_000, setBackMs: 0 }), LeaseLost);
      assert.equal((await newNode(stores, 8_000)).setBackMs, 3_500, 'a refused commit stores no time');
    });

    it('deletes by an age that is not set back with the clock', async (t) => {
      const stores = await openStores(t, adapter);
      const { executions: store, flows } = stores;
      await flows.create(flowRecord('a', { id: 'flow-1' }));
      const ends = (id: number, stoppedMs: number, steadyMs: number): ExecutionChange => {
        return { ...startOf(id), journal: row(1), end: { ...endOf({ stoppedMs }).end, steadyMs } };
      };
      const { node, commit } = await writing(stores, [ends(1, 9_000, 1_000), ends(2, 500, 5_000), ends(3, 500, 5_000)]);
      assert.equal((await store.get(1))?.stoppedMs, 9_000);
      assert.equal(await purge(store, node, { endedBeforeMs: 1_001 }, 10), 1);
      assert.equal(await store.get(1), null);
      await commit({ id: 3, reopen: true }, { id: 3, ...endOf({ stoppedMs: 600 }) });
      assert.equal(
        await purge(store, node, { endedBeforeMs: 1_001 }, 10),
        1,
        'without a steady time its end is the age',
      );
      assert.equal(await store.get(3), null);
      assert.equal(await purge(store, node, { endedBeforeMs: 5_001 }, 10), 1);
    });

    it('has its own key for tokens', async (t) => {
      const one = await openStores(t, adapter);
      const other = await openStores(t, adapter);
      assert.notDeepEqual((await newNode(one)).tokenKey, (await newNode(other)).tokenKey);
    });

    it('ends an execution once, and lets it run again after a redrive', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const { commit } = await writing(stores, [{ ...startOf(1), wakeMs: 5 }]);
      await commit({ id: 1, ...endOf({ status: 'Failed', stoppedMs: 10, error: 'E', cause: 'c', output: '' }) });
      await commit({ id: 1, wakeMs: 99, ...endOf({ stoppedMs: 20 }) });
      const failed = { status: 'Failed', stoppedMs: 10, error: 'E', cause: 'c' } as const;
      assert.deepEqual(await store.get(1), runningOf(1, failed));
      assert.equal((await store.running()).executions, 0);
      await commit({ id: 1, reopen: true });
      assert.deepEqual(await store.get(1), runningOf(1));
      assert.equal((await store.running()).executions, 1);
      await commit({ id: 1, ...endOf({ stoppedMs: 30, output: '{"a":1}' }) });
      assert.deepEqual(await store.get(1), runningOf(1, endOf({ stoppedMs: 30, output: '{"a":1}' }).end));
      await commit({ id: 1, reopen: true });
      assert.deepEqual(await store.get(1), runningOf(1));
    });

    it('separates the names of flows, and compares them by bytes', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      await writing(stores, [
        startOf(1, { name: 'a' }),
        startOf(2, { name: 'A' }),
        startOf(3, { flowId: 'b', name: 'a' }),
      ]);
      assert.equal((await store.find('flow-1', 'a'))?.id, 1);
      assert.equal((await store.find('flow-1', 'A'))?.id, 2);
      assert.equal((await store.find('b', 'a'))?.id, 3);
      assert.equal(await store.find('b', 'A'), null);
    });

    it('applies concurrent commits in their order', async (t) => {
      const stores = await openStores(t, adapter);
      const { executions: store, flows } = stores;
      const { node, commit } = await writing(stores, [startOf(1)]);
      const rows = Array.from({ length: 60 }, (_, i) => row(i + 1));
      await Promise.all(
        rows.flatMap((journal, i) => [
          store.commit(node, [{ id: 1, journal }]),
          flows.create(flowRecord(`flow ${i}`)),
          flows.update('flow 0', { writer: null, lastModifiedMs: i }, 'id-of-flow 0'),
        ]),
      );
      assert.deepEqual(await store.journal(1, 1, 100), rows);
      assert.equal(await flows.count(), 60);
      await commit({ id: 1, ...endOf() });
    });

    it('fails every call after its close', async (t) => {
      const folder = temporaryFolder(t);
      const stores = await adapter.open(folder);
      const { node } = await writing(stores, [startOf(1)]);
      await stores.close();
      await assert.rejects(stores.executions.get(1));
      await assert.rejects(stores.executions.commit(node, []));
      await assert.rejects(newNode(stores));
      await assert.rejects(stores.executions.list(ALL));
    });

    it('closes after the commits under way', async (t) => {
      const folder = temporaryFolder(t);
      const stores = await adapter.open(folder);
      const { node } = await newNode(stores);
      const under = stores.executions.commit(node, [startOf(1)]);
      await Promise.all([under, stores.close()]);
    });

    if (adapter.durable) {
      it('has its content again after closing and opening', async (t) => {
        const folder = temporaryFolder(t);
        const first = await adapter.open(folder);
        const key = (await newNode(first, 0)).tokenKey;
        await writing(first, [{ ...startOf(1), journal: row(1, 2), wakeMs: 8 }]);
        const before = await stateOf(first.executions, 1);
        await first.close();
        const second = await adapter.open(folder);
        assert.deepEqual(await stateOf(second.executions, 1), before);
        const taken = await newNode(second, 0);
        assert.deepEqual(taken.tokenKey, key);
        assert.equal(taken.lastId, 1);
        await second.close();
      });
    }
  });

  describe(`execution store, journals: ${adapter.name}`, () => {
    it('returns the rows with the requested events', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const { commit } = await writing(stores, [startOf(1), startOf(2)]);
      let id = 2;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 8 }),
          fc.integer({ min: 1, max: 40 }),
          fc.integer({ min: 1, max: 40 }),
          async (counts, from, count) => {
            id++;
            let first = 1;
            const rows = counts.map((n) => {
              const made = row(first, n, `of ${id}`);
              first += n;
              return made;
            });
            await commit(startOf(id), { id: 1 }, ...rows.map((journal) => ({ id, journal })));
            const expected = rows.filter((made) => made.first + made.count > from && made.first < from + count);
            assert.deepEqual(await store.journal(id, from, count), expected);
          },
        ),
        { numRuns: 60 },
      );
      assert.deepEqual(await store.journal(2, 1, 5), []);
    });

    it('stores events of any text and size', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const large = { first: 1, count: 2, events: JSON.stringify(['流程\0"', 'x'.repeat(300_000)]) };
      await writing(stores, [{ ...startOf(1), journal: large }]);
      assert.deepEqual(await store.journal(1, 2, 1), [large]);
    });
  });

  describe(`execution store, due executions: ${adapter.name}`, () => {
    it('lists the executions to load after a restart', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const owed = { parent: { execution: 1, event: 2 }, callback: 'owed' as const };
      const { commit, unfinished } = await writingNodes(stores, [
        startOf(1),
        { ...startOf(2), wakeMs: 50 },
        { ...startOf(3, owed), wakeMs: 60 },
        { ...startOf(4, { ...owed, parent: { execution: 1, event: 9 } }), wakeMs: 60 },
        { ...startOf(5), ...endOf() },
        { ...startOf(6, { ...owed, parent: { execution: 2, event: 1 } }), ...endOf() },
      ]);
      assert.deepEqual(await unfinished(0, 10), [1, 6]);
      await commit({ id: 1, stopChildren: { events: [2, 5], request: STOP, atMs: 1_000 } });
      assert.deepEqual(await unfinished(0, 10), [1, 3, 6]);
      assert.deepEqual(await unfinished(1, 1), [3]);
      assert.deepEqual(await unfinished(3, 5), [6]);
      assert.deepEqual((await store.get(3))?.stop, STOP);
      assert.equal((await store.get(4))?.stop, null);
      await commit({ id: 6, callbackDone: true }, { id: 1, wakeMs: 3 });
      assert.deepEqual(await unfinished(0, 10), [3]);
      await commit({ id: 3, ...endOf({ status: 'Stopped' }) });
      assert.deepEqual(await unfinished(0, 10), [3]);
      await commit({ id: 3, callbackDone: true });
      assert.deepEqual(await unfinished(0, 10), []);
      assert.equal((await store.running()).executions, 3);
    });

    it('lets another task of the parent wait for an execution, and owes the next end to it', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const child = { parent: { execution: 1, event: 2 }, callback: 'owed' as const };
      const { commit, unfinished } = await writingNodes(stores, [
        startOf(1),
        startOf(2, child),
        startOf(3, child),
        startOf(4),
      ]);
      const failed = endOf({ status: 'Failed', output: '' });
      const callbackOf = async (id: number) => {
        const record = await store.get(id);
        return [record?.parent?.event, record?.callback];
      };
      await commit({ id: 2, ...failed }, { id: 3, ...failed }, { id: 3, callbackDone: true });
      assert.deepEqual(await unfinished(1, 10), [2, 4]);
      await commit({ id: 2, reopen: true });
      assert.deepEqual(await callbackOf(2), [2, 'owed'], 'an end that was not reported leaves the next one owed');
      await commit({ id: 3, reopen: true });
      assert.deepEqual(await callbackOf(3), [2, 'done']);
      assert.deepEqual(await store.children(1, [2]), [2]);
      for (const round of ['once', 'again']) {
        await commit({ id: 2, callbackTo: 9 }, { id: 3, callbackTo: 9 }, { id: 4, callbackTo: 9 });
        assert.deepEqual(await callbackOf(2), [9, 'owed'], round);
        assert.deepEqual(await callbackOf(3), [9, 'owed'], round);
        assert.deepEqual(await callbackOf(4), [undefined, 'none'], 'it has no parent');
      }
      assert.deepEqual(await store.children(1, [2]), []);
      assert.deepEqual(await store.children(1, [9]), [2, 3]);
      await commit({ id: 2, callbackDone: true });
      assert.deepEqual(await callbackOf(2), [9, 'owed'], 'it has not ended, or runs again');
      await commit({ id: 2, ...endOf() });
      await commit({ id: 2, callbackDone: true });
      await commit({ id: 2, callbackTo: 11 });
      assert.deepEqual(await callbackOf(2), [11, 'due']);
      assert.deepEqual(await unfinished(1, 10), [2, 3, 4]);
    });

    it('does not replace a stop request', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const owed = { parent: { execution: 1, event: 2 }, callback: 'owed' as const };
      const stopChildren = { events: [2], request: STOP, atMs: 1_000 };
      const { commit } = await writing(stores, [startOf(1), startOf(2, owed), { id: 1, stopChildren }]);
      await commit({ id: 1, stopChildren: { events: [2], request: { error: 'other', cause: '' }, atMs: 1_000 } });
      assert.deepEqual((await store.get(2))?.stop, STOP);
    });

    it('lists executions that are asleep and those that are due', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const wakes = [50, 30, null, 30, 90, 10];
      const { commit, due } = await writingNodes(
        stores,
        wakes.map((wakeMs, i) => ({ ...startOf(i + 1), wakeMs })),
      );
      assert.equal(await store.nextWakeMs(), 10);
      assert.deepEqual(await due(9, 10), []);
      assert.deepEqual(await due(50, 10), [6, 2, 4, 1]);
      assert.deepEqual(await due(50, 2), [6, 2]);
      await commit({ id: 6, wakeMs: null }, { id: 2, ...endOf() }, { id: 3, wakeMs: 20 });
      assert.equal(await store.nextWakeMs(), 20);
      assert.deepEqual(await due(1000, 10), [3, 4, 1, 5]);
    });

    it('lists the running children of tasks', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const child = (event: number, callback: 'none' | 'owed' = 'owed') => ({
        parent: { execution: 1, event },
        callback,
      });
      const { commit } = await writing(stores, [
        startOf(1),
        startOf(2, child(5)),
        startOf(3, child(7)),
        startOf(4, child(7, 'none')),
        startOf(5, { parent: { execution: 9, event: 7 }, callback: 'owed' }),
        startOf(6, child(5)),
      ]);
      assert.deepEqual(await store.children(1, [5, 7]), [2, 3, 6]);
      assert.deepEqual(await store.children(1, [7]), [3]);
      assert.deepEqual(await store.children(1, []), []);
      assert.deepEqual(await store.children(2, [5]), []);
      await commit({ id: 2, ...endOf() });
      assert.deepEqual(await store.children(1, [5, 7]), [3, 6]);
      assert.equal((await store.get(2))?.callback, 'due');
    });

    it('lists running children whose parent has ended', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const childOf = (execution: number) => ({ parent: { execution, event: 2 }, callback: 'owed' as const });
      const { commit } = await writing(stores, [
        startOf(1),
        startOf(2),
        startOf(3, childOf(1)),
        startOf(4, childOf(2)),
        startOf(5, childOf(77)),
        { ...startOf(6, childOf(77)), ...endOf() },
        startOf(7, { ...childOf(77), callback: 'none' }),
      ]);
      assert.deepEqual(await store.orphans(0, 10), [5]);
      await commit({ id: 1, ...endOf() });
      assert.deepEqual(await store.orphans(0, 10), [3, 5]);
      assert.deepEqual(await store.orphans(0, 1), [3]);
      assert.deepEqual(await store.orphans(3, 10), [5]);
      await commit({ id: 1, reopen: true }, { id: 5, ...endOf() });
      assert.deepEqual(await store.orphans(0, 10), []);
    });
  });

  describe(`execution store, purge: ${adapter.name}`, () => {
    it('deletes the ended executions of deleted flows, in batches', async (t) => {
      const stores = await openStores(t, adapter);
      const { executions: store, flows } = stores;
      await flows.create(flowRecord('present', { id: 'flow-1' }));
      const gone = { flowId: 'gone' };
      const waiting = { ...gone, parent: { execution: 1, event: 1 }, callback: 'owed' as const };
      const { node, commit } = await writing(stores, [
        { ...startOf(1), ...endOf() },
        ...[2, 3, 4].map((id) => ({ ...startOf(id, gone), journal: row(1, 2), ...endOf() })),
        startOf(5, gone),
        { ...startOf(6, waiting), ...endOf() },
      ]);
      assert.equal(await purge(store, node, { endedBeforeMs: null }, 2), 2);
      assert.equal(await purge(store, node, { endedBeforeMs: null }, 2), 1);
      assert.equal(await purge(store, node, { endedBeforeMs: null }, 2), 0);
      for (const id of [2, 3, 4]) {
        assert.deepEqual(await stateOf(store, id), { record: null, journal: [] });
        assert.equal(await store.find('gone', `run-${id}`), null);
      }
      const left = (await store.list({ ...ALL, flowId: 'gone' })).executions.map(({ id }) => id);
      assert.deepEqual(left, [6, 5]);
      assert.equal((await store.get(1))?.status, 'Succeeded');
      assert.deepEqual(await store.snapshot('gone', 1), snapshotOf('gone'));
      await commit({ id: 5, ...endOf() }, { id: 6, callbackDone: true });
      assert.equal(await purge(store, node, { endedBeforeMs: null }, 10), 2);
      assert.equal(await store.snapshot('gone', 1), null);
      assert.deepEqual(await store.list({ ...ALL, flowId: 'gone' }), { executions: [], next: null });
    });

    it('deletes executions that ended long ago, and snapshots that are no longer needed', async (t) => {
      const stores = await openStores(t, adapter);
      const { executions: store, flows } = stores;
      await flows.create(flowRecord('a', { id: 'flow-1' }));
      await flows.publish('a', '', 1);
      for (const n of [2, 3]) await flows.update('a', { writer: null, lastModifiedMs: n }, 'flow-1');
      const { node } = await writing(stores, [
        ...[1, 2, 3].map((n) => ({ ...startOf(n, { revision: n }), ...endOf({ stoppedMs: n * 10 }) })),
        { ...startOf(4), wakeMs: 1 },
      ]);
      assert.equal(await purge(store, node, { endedBeforeMs: 10 }, 10), 0);
      assert.equal(await purge(store, node, { endedBeforeMs: 11 }, 10), 1);
      assert.equal(await store.get(1), null);
      assert.equal(await purge(store, node, { endedBeforeMs: 1000 }, 10), 2);
      assert.equal((await store.get(4))?.id, 4);
      // A version uses revision 1; 3 is the current one; no execution can start from 2.
      assert.deepEqual(await store.snapshot('flow-1', 1), snapshotOf('flow-1', 1));
      assert.equal(await store.snapshot('flow-1', 2), null);
      assert.deepEqual(await store.snapshot('flow-1', 3), snapshotOf('flow-1', 3));
    });

    it('returns no purged id again, and accepts the repeated commit of a purged execution', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const end = { id: 2, journal: row(1), ...endOf() };
      const { node, commit } = await writing(stores, [startOf(1), startOf(2), end]);
      assert.equal(await purge(store, node, { endedBeforeMs: null }, 10), 1);
      await commit(end);
      assert.equal(await store.get(2), null);
      await assert.rejects(commit({ id: 3, journal: row(1) }), AssertionFailure);
      assert.equal((await newNode(stores)).lastId, 2);
    });

    it('names the executions that do not exist, for every kind of change, and applies the other changes', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const parent = { parent: { execution: 2, event: 1 }, callback: 'owed' as const };
      const { node, commit } = await writing(stores, [
        startOf(1),
        { ...startOf(2), journal: row(1), ...endOf({ status: 'Failed' }) },
        startOf(3, parent),
      ]);
      assert.equal(await purge(store, node, { endedBeforeMs: null }, 10), 1);
      const changes: Record<string, ExecutionChange> = {
        'a row of the journal': { id: 2, journal: row(2) },
        'a row that the journal had': { id: 2, journal: row(1) },
        'a redrive': { id: 2, reopen: true, journal: row(2), wakeMs: null },
        'an end': { id: 2, journal: row(2), ...endOf() },
        'a wake time': { id: 2, wakeMs: 5 },
        'a report to a parent': { id: 2, callbackDone: true },
        'a stop of children': { id: 2, stopChildren: { events: [1], request: STOP, atMs: 1_000 } },
        'an execution that never was': { id: 99, wakeMs: null },
      };
      let first = 1;
      for (const [what, change] of Object.entries(changes)) {
        assert.deepEqual(await commit(change, { id: 1, journal: row(first) }), ['absent', 'stored'], what);
        assert.equal(await store.get(change.id), null, what);
        assert.equal((await store.journal(1, 1, 100)).length, first, what);
        first++;
      }
      assert.equal((await store.get(3))?.stop, null);
      const stored = ['stored', 'stored', 'stored'];
      assert.deepEqual(
        await commit({ id: 1, wakeMs: 7 }, { id: 1, wakeMs: null }, { id: 1, callbackDone: true }),
        stored,
      );
      assert.deepEqual(await commit(), []);
    });

    it('lets an execution have the name of a purged one', async (t) => {
      const stores = await openStores(t, adapter);
      const store = stores.executions;
      const { node, commit } = await writing(stores, [{ ...startOf(1), journal: row(1), ...endOf() }]);
      assert.equal(await purge(store, node, { endedBeforeMs: null }, 10), 1);
      await commit({ ...startOf(2, { name: 'run-1' }), journal: row(1) });
      assert.deepEqual(await stateOf(store, 2), { record: runningOf(2, { name: 'run-1' }), journal: [row(1)] });
    });
  });
}
