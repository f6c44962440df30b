/** The contract of the flow store, run on every adapter. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { FlowChanges, FlowQuery, FlowRecord } from '../../src/store/flows.ts';
import { flowRecord } from '../../src/testing/flow-record.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { ADAPTERS, openStores } from './adapters.ts';

const ALL: FlowQuery = { fromName: '', limit: 1000, textUnits: Number.MAX_SAFE_INTEGER, resourceGroupId: null };

// Any text that a request can contain: whole code points, including control characters and NUL.
const text = fc.string({ unit: 'binary', maxLength: 40 });
const plain = { noNullPrototype: true };
const environment = fc.array(fc.record({ name: text, value: text, description: text }, plain), { maxLength: 3 });
const record: fc.Arbitrary<FlowRecord> = fc.record(
  {
    name: text,
    id: text,
    definition: text,
    description: text,
    type: fc.constantFrom('FDL', 'DEFAULT'),
    executionMode: fc.constantFrom('Standard', 'Express'),
    roleArn: text,
    externalStorageLocation: text,
    environment,
    resourceGroupId: text,
    createdMs: fc.nat({ max: 4_000_000_000_000 }),
    lastModifiedMs: fc.nat({ max: 4_000_000_000_000 }),
    revision: fc.integer({ min: 1, max: 1000 }),
    writer: fc.option(text),
  },
  plain,
);

for (const adapter of ADAPTERS) {
  describe(`flow store: ${adapter.name}`, () => {
    it('returns every member as stored, for any text', async (t) => {
      const { flows: store } = await openStores(t, adapter);
      await fc.assert(
        fc.asyncProperty(record, async (flow) => {
          await store.delete(flow.name);
          assert.equal(await store.create(flow), true);
          assert.deepEqual(await store.get(flow.name), flow);
        }),
        { numRuns: 50 },
      );
    });

    it('creates a flow once for each name', async (t) => {
      const { flows: store } = await openStores(t, adapter);
      const made = await Promise.all([1, 2, 3].map((n) => store.create(flowRecord('a', { id: `id${n}` }))));
      assert.equal(made.filter((isFirst) => isFirst).length, 1, 'any of them may be the first');
      assert.equal((await store.get('a'))?.id, `id${made.indexOf(true) + 1}`);
      assert.equal(await store.count(), 1);
    });

    it('compares names by their bytes', async (t) => {
      const { flows: store } = await openStores(t, adapter);
      for (const name of ['flow', 'Flow', 'flow ', 'flow\0', '\u00e9', 'e\u0301']) {
        assert.equal(await store.create(flowRecord(name)), true, JSON.stringify(name));
      }
      assert.equal(await store.count(), 6);
      assert.equal((await store.get('Flow'))?.name, 'Flow');
    });

    it('changes only the given members and counts revisions', async (t) => {
      const { flows: store } = await openStores(t, adapter);
      const variable = { name: 'a', value: 'b', description: '' };
      const flow = flowRecord('a', { description: 'old', roleArn: 'role', environment: [variable] });
      await store.create(flow);
      const steps: FlowChanges[] = [
        { writer: null, lastModifiedMs: 1 },
        { writer: null, lastModifiedMs: 2, definition: 'new text' },
        { writer: null, lastModifiedMs: 3, description: '', roleArn: '', environment: [] },
        { writer: null, lastModifiedMs: 4, type: 'DEFAULT', environment: [variable, { ...variable, name: 'c' }] },
      ];
      let expected = flow;
      for (const changes of steps) {
        expected = { ...expected, ...changes, revision: expected.revision + 1 };
        assert.deepEqual(await store.update('a', changes, flow.id), expected);
        assert.deepEqual(await store.get('a'), expected);
      }
    });

    it('updates only the flow with the expected id', async (t) => {
      const { flows: store } = await openStores(t, adapter);
      await store.create(flowRecord('a', { id: 'first' }));
      assert.equal(await store.update('b', { writer: null, lastModifiedMs: 1 }, 'first'), null);
      await store.delete('a');
      await store.create(flowRecord('a', { id: 'second' }));
      assert.equal(await store.update('a', { writer: null, lastModifiedMs: 1 }, 'first'), null);
      assert.deepEqual(await store.get('a'), flowRecord('a', { id: 'second' }));
    });

    it('loses no change of concurrent updates', async (t) => {
      const { flows: store } = await openStores(t, adapter);
      await store.create(flowRecord('a'));
      await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          store.update('a', { writer: null, lastModifiedMs: n, definition: `v${n}` }, 'id-of-a'),
        ),
      );
      const flow = await store.get('a');
      assert.equal(flow?.revision, 21);
      assert.equal(flow.definition, `v${flow.lastModifiedMs}`);
    });

    it('deletes once', async (t) => {
      const { flows: store } = await openStores(t, adapter);
      await store.create(flowRecord('a'));
      const deleted = await Promise.all([store.delete('a'), store.delete('a')]);
      assert.deepEqual(new Set(deleted), new Set(['id-of-a', null]));
      assert.equal(await store.count(), 0);
    });

    it('lists the heads of flows, in byte order, page by page', async (t) => {
      const { flows: store } = await openStores(t, adapter);
      const names = ['b', 'B', 'a\0', 'é', 'a', '\u{10ffff}'];
      for (const [i, name] of names.entries()) {
        const executionMode = i % 2 === 0 ? 'Express' : 'Standard';
        await store.create(flowRecord(name, { executionMode, revision: i + 1, lastModifiedMs: 100 + i }));
      }
      const { flows } = await store.list(ALL);
      const heads = flows.map(({ name, id, executionMode, revision, lastModifiedMs }) => ({
        ...{ name, id, executionMode, revision, lastModifiedMs },
      }));
      assert.deepEqual(await store.heads('', 100), { heads, nextName: null });
      assert.deepEqual(await store.heads('', 6), { heads, nextName: null });
      assert.deepEqual(await store.heads('a', 2), { heads: heads.slice(1, 3), nextName: heads[3]?.name });
      assert.deepEqual(await store.heads('c', 1), { heads: heads.slice(4, 5), nextName: heads[5]?.name });
      assert.deepEqual(await store.heads('\u{10ffff}a', 1), { heads: [], nextName: null });
    });

    it('lists each flow once, in byte order, page by page', async (t) => {
      const { flows: store } = await openStores(t, adapter);
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(text, { maxLength: 12 }),
          fc.integer({ min: 1, max: 5 }),
          fc.constantFrom(5, Number.MAX_SAFE_INTEGER),
          async (names, limit, textUnits) => {
            for (const name of names) await store.create(flowRecord(name));
            const listed: string[] = [];
            let fromName: string | null = '';
            while (fromName !== null) {
              const page = await store.list({ ...ALL, fromName, limit, textUnits });
              assert.ok(page.flows.length <= limit);
              assert.ok(page.flows.length > 0 || page.nextName === null);
              listed.push(...page.flows.map((flow) => flow.name));
              fromName = page.nextName;
            }
            const inOrder = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
            assert.deepEqual(listed, inOrder);
            for (const name of names) await store.delete(name);
          },
        ),
        { numRuns: 30 },
      );
    });

    it('begins a list with the first name that is not before the requested one', async (t) => {
      const { flows: store } = await openStores(t, adapter);
      for (const name of ['b', 'd', 'f']) await store.create(flowRecord(name));
      const names = async (fromName: string) => (await store.list({ ...ALL, fromName })).flows.map((flow) => flow.name);
      assert.deepEqual(await names('a'), ['b', 'd', 'f']);
      assert.deepEqual(await names('d'), ['d', 'f']);
      assert.deepEqual(await names('e'), ['f']);
      assert.deepEqual(await names('g'), []);
    });

    it('lists the flows of one resource group', async (t) => {
      const { flows: store } = await openStores(t, adapter);
      for (const name of ['a', 'b', 'c', 'd']) {
        await store.create(flowRecord(name, { resourceGroupId: name === 'b' ? 'rg-2' : 'rg-1' }));
      }
      const first = await store.list({ ...ALL, limit: 2, resourceGroupId: 'rg-1' });
      assert.deepEqual(
        first.flows.map((flow) => flow.name),
        ['a', 'c'],
      );
      assert.equal(first.nextName, 'd');
      assert.deepEqual((await store.list({ ...ALL, resourceGroupId: 'none' })).flows, []);
    });

    it('ends a page when its definitions are large', async (t) => {
      const { flows: store } = await openStores(t, adapter);
      for (const name of ['a', 'b', 'c', 'd']) await store.create(flowRecord(name, { definition: 'x'.repeat(100) }));
      const page = await store.list({ ...ALL, textUnits: 150 });
      assert.deepEqual(
        page.flows.map((flow) => flow.name),
        ['a', 'b'],
      );
      assert.equal(page.nextName, 'c');
    });

    it('stores a definition of one mebibyte', async (t) => {
      const { flows: store } = await openStores(t, adapter);
      const flow = flowRecord('big', { definition: '流程\n'.repeat(149_797) });
      await store.create(flow);
      assert.deepEqual(await store.get('big'), flow);
    });

    it('fails every call after its close', async (t) => {
      const folder = temporaryFolder(t);
      const stores = await adapter.open(folder);
      const store = stores.flows;
      await stores.close();
      await assert.rejects(store.get('a'));
      await assert.rejects(store.create(flowRecord('a')));
      await assert.rejects(store.list(ALL));
    });

    it(
      adapter.durable ? 'has its content again after closing and opening' : 'loses its content when it is closed',
      async (t) => {
        const folder = temporaryFolder(t);
        const before = await adapter.open(folder);
        const first = before.flows;
        await first.create(flowRecord('a'));
        await first.create(flowRecord('b'));
        await first.update('a', { writer: null, lastModifiedMs: 5, definition: 'second' }, 'id-of-a');
        await first.delete('b');
        await before.close();
        const after = await adapter.open(folder);
        const second = after.flows;
        const expected = flowRecord('a', { writer: null, lastModifiedMs: 5, definition: 'second', revision: 2 });
        assert.deepEqual(await second.get('a'), adapter.durable ? expected : null);
        assert.equal(await second.get('b'), null);
        await after.close();
      },
    );
  });
}
