/** The contract of the schedule store, run on every adapter. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LeaseLost } from '../../src/store/nodes.ts';
import type { DueTimes, ScheduleRecord, ScheduleStore } from '../../src/store/schedules.ts';
import type { Stores } from '../../src/store/stores.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { flowRecord } from '../../src/testing/flow-record.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { ADAPTERS, openStores } from './adapters.ts';
import type { Adapter } from './adapters.ts';
import { newNode, row, startOf } from './executions.ts';

const NOW = 1_700_000_000_000;

function schedule(name: string, members: Partial<ScheduleRecord> = {}): ScheduleRecord {
  return {
    flowName: 'orders',
    name,
    id: `id-of-${name}`,
    description: '',
    cronExpression: '@every 5m',
    payload: '',
    isEnabled: true,
    createdMs: NOW,
    lastModifiedMs: NOW,
    revision: 1,
    nextDueMs: null,
    lastDueMs: null,
    ...members,
  };
}

function timeOf({ id, nextDueMs }: ScheduleRecord, nextMs: number | null): DueTimes {
  const dueMs = nextDueMs ?? assert.fail('nothing is due');
  return { scheduleId: id, firstMs: dueMs, lastMs: dueMs, nextMs };
}

async function openWithFlows(t: CleanUp, adapter: Adapter, ...flows: readonly string[]): Promise<Stores> {
  const stores = await openStores(t, adapter);
  for (const name of flows) await stores.flows.create(flowRecord(name, { id: `id-of-${name}` }));
  return stores;
}

/** All due schedules by name, read in pages of two. */
async function dueNames(store: ScheduleStore, nowMs: number): Promise<string[]> {
  const names: string[] = [];
  for (let after = null; ; ) {
    const page = await store.due(nowMs, after, 2);
    names.push(...page.map(({ name }) => name));
    const last = page.at(-1);
    if (last === undefined) return names;
    after = { dueMs: last.nextDueMs, id: last.id };
  }
}

const text = fc.string({ unit: 'binary', maxLength: 40 });
const time = fc.option(fc.nat({ max: 4_000_000_000_000 }));
const anySchedule: fc.Arbitrary<ScheduleRecord> = fc.record(
  {
    flowName: fc.constant('orders'),
    name: text,
    id: fc.uuid(),
    description: text,
    cronExpression: text,
    payload: text,
    isEnabled: fc.boolean(),
    createdMs: fc.nat({ max: 4_000_000_000_000 }),
    lastModifiedMs: fc.nat({ max: 4_000_000_000_000 }),
    revision: fc.nat(),
    nextDueMs: time,
    lastDueMs: time,
  },
  { noNullPrototype: true },
);

for (const adapter of ADAPTERS) {
  describe(`schedule store: ${adapter.name}`, () => {
    it('returns every member as stored, for any text', async (t) => {
      const { schedules: store } = await openWithFlows(t, adapter, 'orders');
      await fc.assert(
        fc.asyncProperty(anySchedule, async (given) => {
          if ((await store.create(given)) === 'exists') return;
          assert.deepEqual(await store.get('orders', given.name), given);
        }),
      );
    });

    it('has one schedule of a name in a flow, and none without a flow', async (t) => {
      const { schedules: store } = await openWithFlows(t, adapter, 'orders', 'returns');
      assert.equal(await store.create(schedule('daily')), 'created');
      assert.equal(await store.create(schedule('daily', { id: 'other', payload: 'x' })), 'exists');
      assert.equal(await store.create(schedule('daily', { id: 'third', flowName: 'returns' })), 'created');
      assert.equal(await store.create(schedule('daily', { id: 'fourth', flowName: 'absent' })), 'no-flow');
      assert.deepEqual(await store.get('orders', 'daily'), schedule('daily'));
      assert.equal(await store.get('orders', 'DAILY'), null);
    });

    it('updates a schedule that is as the caller knows it', async (t) => {
      const { schedules: store } = await openWithFlows(t, adapter, 'orders');
      const old = schedule('daily', { nextDueMs: NOW, payload: 'before' });
      await store.create(old);
      const changed = await store.update(old, {
        payload: 'after',
        isEnabled: false,
        nextDueMs: null,
        lastModifiedMs: 7,
      });
      const expected = { ...old, payload: 'after', isEnabled: false, nextDueMs: null, lastModifiedMs: 7, revision: 2 };
      assert.deepEqual(changed, expected);
      assert.deepEqual(await store.get('orders', 'daily'), expected);
      assert.equal(await store.update(old, { payload: 'again', lastModifiedMs: 8 }), 'changed');
      assert.equal(await store.update({ ...expected, id: 'other' }, { lastModifiedMs: 8 }), 'changed');
      assert.deepEqual(await store.get('orders', 'daily'), expected);
    });

    it('refuses an update that does not know that a due time was taken', async (t) => {
      const stores = await openWithFlows(t, adapter, 'orders');
      const { schedules: store } = stores;
      const { node } = await newNode(stores, NOW);
      const old = schedule('daily', { nextDueMs: NOW });
      await store.create(old);
      await store.take(node, [timeOf(old, NOW + 60_000)]);
      assert.equal(await store.update(old, { nextDueMs: NOW, lastModifiedMs: 8 }), 'changed');
      assert.equal((await store.get('orders', 'daily'))?.nextDueMs, NOW + 60_000);
    });

    it('deletes a schedule, and its due time with it', async (t) => {
      const { schedules: store } = await openWithFlows(t, adapter, 'orders');
      await store.create(schedule('daily', { nextDueMs: NOW }));
      assert.deepEqual(await store.delete('orders', 'daily'), schedule('daily', { nextDueMs: NOW }));
      assert.equal(await store.delete('orders', 'daily'), null);
      assert.equal(await store.nextDueMs(), null);
    });

    it('deletes the schedules of a flow with the flow, and none of others', async (t) => {
      const { schedules: store, flows } = await openWithFlows(t, adapter, 'orders', 'returns');
      await store.create(schedule('daily', { nextDueMs: NOW }));
      await store.create(schedule('hourly', { flowName: 'returns', nextDueMs: NOW }));
      await flows.delete('orders');
      assert.deepEqual(await dueNames(store, NOW), ['hourly']);
      await flows.create(flowRecord('orders', { id: 'another' }));
      assert.equal(await store.get('orders', 'daily'), null);
      assert.equal(await store.create(schedule('daily', { id: 'another' })), 'created');
    });

    it('lists schedules in the byte order of their names, in pages by number and by text', async (t) => {
      const { schedules: store } = await openWithFlows(t, adapter, 'orders', 'returns');
      for (const name of ['b', 'a', 'Z', 'é']) await store.create(schedule(name, { payload: 'p'.repeat(10) }));
      await store.create(schedule('c', { flowName: 'returns' }));
      const names = async (...query: [string, number, number]) => {
        const { schedules, nextName } = await store.list('orders', ...query);
        return [schedules.map(({ name }) => name), nextName];
      };
      assert.deepEqual(await names('', 10, 1_000), [['Z', 'a', 'b', 'é'], null]);
      assert.deepEqual(await names('', 2, 1_000), [['Z', 'a'], 'b']);
      assert.deepEqual(await names('a', 10, 15), [['a', 'b'], 'é']);
      assert.deepEqual(await names('zz', 10, 1_000), [['é'], null]);
    });

    it('pages through what is due, the earliest first', async (t) => {
      const { schedules: store } = await openWithFlows(t, adapter, 'orders');
      const dues = { d: NOW + 1, c: NOW, b: NOW, a: NOW, e: NOW - 5, later: NOW + 2, never: null };
      for (const [name, nextDueMs] of Object.entries(dues)) await store.create(schedule(name, { nextDueMs }));
      assert.deepEqual(await dueNames(store, NOW + 1), ['e', 'a', 'b', 'c', 'd']);
      assert.deepEqual(await dueNames(store, NOW - 6), []);
      assert.equal(await store.nextDueMs(), NOW - 5);
      const [first] = await store.due(NOW, null, 1);
      assert.equal(first?.flowId, 'id-of-orders');
      assert.equal(first.executionMode, 'Express');
    });

    it('gives a due time to one of two takers', async (t) => {
      const stores = await openWithFlows(t, adapter, 'orders');
      const { schedules: store } = stores;
      const { node } = await newNode(stores, NOW);
      const [a, b] = [schedule('a', { nextDueMs: NOW }), schedule('b', { nextDueMs: NOW })];
      await store.create(a);
      await store.create(b);
      const [one, two] = await Promise.all([
        store.take(node, [timeOf(a, NOW + 60_000), timeOf(b, null)]),
        store.take(node, [timeOf(a, NOW + 60_000), { ...timeOf(b, null), scheduleId: 'absent' }]),
      ]);
      assert.notEqual(one[0], two[0]);
      assert.deepEqual([one[1], two[1]], [true, false]);
      assert.deepEqual(await store.get('orders', 'a'), { ...a, nextDueMs: NOW + 60_000, lastDueMs: NOW });
      assert.deepEqual(await store.get('orders', 'b'), { ...b, nextDueMs: null, lastDueMs: NOW });
    });

    it('takes several due times of a schedule together, and remembers the last', async (t) => {
      const stores = await openWithFlows(t, adapter, 'orders');
      const { schedules: store, executions } = stores;
      const { node } = await newNode(stores, NOW);
      const [a, b] = [schedule('a', { nextDueMs: NOW }), schedule('b', { nextDueMs: NOW })];
      await store.create(a);
      await store.create(b);
      const several = { lastMs: NOW + 120_000, nextMs: NOW + 180_000 };
      const later = { ...timeOf(a, null), ...several, firstMs: NOW + 60_000 };
      assert.deepEqual(await store.take(node, [later]), [false]);
      assert.deepEqual(await store.take(node, [{ ...timeOf(a, null), ...several }]), [true]);
      const { start } = startOf(1);
      const change = { id: 1, start: { ...start, due: { ...timeOf(b, null), ...several } }, journal: row(1) };
      assert.deepEqual(await executions.commit(node, [change]), ['stored']);
      for (const before of [a, b]) {
        const expected = { ...before, nextDueMs: NOW + 180_000, lastDueMs: NOW + 120_000 };
        assert.deepEqual(await store.get('orders', before.name), expected);
      }
    });

    it('lets only a live node take due times', async (t) => {
      const stores = await openWithFlows(t, adapter, 'orders');
      const { schedules: store } = stores;
      const { node } = await newNode(stores, NOW);
      const due = schedule('daily', { nextDueMs: NOW });
      await store.create(due);
      await stores.nodes.leave(node);
      await assert.rejects(store.take(node, [timeOf(due, null)]), LeaseLost);
      assert.deepEqual(await store.get('orders', 'daily'), due);
    });

    it('takes a due time in the commit that starts the execution, once', async (t) => {
      const stores = await openWithFlows(t, adapter, 'orders');
      const { schedules: store, executions } = stores;
      const { node } = await newNode(stores, NOW);
      const daily = schedule('daily', { nextDueMs: NOW });
      await store.create(daily);
      const due = timeOf(daily, NOW + 60_000);
      const started = (id: number) => {
        const { start } = startOf(id);
        return { id, start: { ...start, due }, journal: row(1) };
      };
      assert.deepEqual(await executions.commit(node, [started(1)]), ['stored']);
      // The answer was lost, and the owner repeats the commit.
      assert.deepEqual(await executions.commit(node, [started(1)]), ['stored']);
      assert.equal((await executions.get(1))?.name, 'run-1');
      assert.deepEqual(await store.get('orders', 'daily'), { ...daily, nextDueMs: NOW + 60_000, lastDueMs: NOW });
      assert.deepEqual(await executions.commit(node, [started(2), { ...startOf(3), journal: row(1) }]), [
        'absent',
        'stored',
      ]);
      assert.equal(await executions.get(2), null);
      assert.deepEqual(await executions.journal(2, 1, 10), []);
      assert.equal((await executions.get(3))?.name, 'run-3');
    });

    it('takes no due time with a commit that fails', async (t) => {
      const stores = await openWithFlows(t, adapter, 'orders');
      const { schedules: store, executions } = stores;
      const { node } = await newNode(stores, NOW);
      const daily = schedule('daily', { nextDueMs: NOW });
      await store.create(daily);
      const { start } = startOf(1);
      const change = { id: 1, start: { ...start, due: timeOf(daily, null) }, journal: row(1) };
      const gap = { ...startOf(2), journal: row(5) };
      await assert.rejects(executions.commit(node, [change, gap]));
      assert.deepEqual(await store.get('orders', 'daily'), daily);
      assert.deepEqual(await executions.commit(node, [change]), ['stored']);
    });

    if (adapter.durable) {
      it('has its schedules again after it was closed', async (t) => {
        const folder = temporaryFolder(t);
        const first = await adapter.open(folder);
        await first.flows.create(flowRecord('orders', { id: 'id-of-orders' }));
        const { node } = await newNode(first, NOW);
        const daily = schedule('daily', { nextDueMs: NOW, payload: '{"a":1}' });
        await first.schedules.create(daily);
        await first.schedules.take(node, [timeOf(daily, NOW + 60_000)]);
        await first.close();
        const second = await adapter.open(folder);
        t.after(() => second.close());
        const stored = await second.schedules.get('orders', 'daily');
        assert.deepEqual(stored, { ...daily, nextDueMs: NOW + 60_000, lastDueMs: NOW });
      });
    }
  });
}
