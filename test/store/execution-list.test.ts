/** ListExecutions on every adapter: up to three filters compared with a search by hand, and stable pages. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ExecutionChange, ExecutionPage, ExecutionQuery, ExecutionRecord } from '../../src/store/executions.ts';
import { openDatabase } from '../../src/store/sqlite/database.ts';
import { createExecutionList } from '../../src/store/sqlite/execution-list.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { ADAPTERS, openStores } from './adapters.ts';
import { ALL, endOf, pagesOf, runningOf, startOf, writing } from './executions.ts';

type List = (query: ExecutionQuery) => ExecutionPage | Promise<ExecutionPage>;

/** Some records have the same start, so that their order depends on the id. */
function recordOf(id: number): ExecutionRecord {
  const endings = ['Running', 'Succeeded', 'Failed', 'TimedOut', 'Stopped'] as const;
  const status = endings[(id * 7) % 11] ?? 'Running';
  return runningOf(id, {
    flowId: id % 9 === 4 ? 'flow-2' : 'flow-1',
    name: `${['a', 'a_', 'a%', 'A', 'b-', '_'][id % 6]}${id % 4}${id}`,
    startedMs: 1000 + Math.floor(id / 3) * 10 - (id % 13 === 0 ? 95 : 0),
    version: ['', '1', '2'][id % 3] as string,
    alias: ['', 'live'][id % 2] as string,
    input: 'i'.repeat(id % 5),
    ...(status === 'Running' ? {} : { ...endOf({ status, stoppedMs: 9000 + id, output: 'o'.repeat(id % 3) }).end }),
  });
}

const RECORDS = Array.from({ length: 90 }, (_, i) => recordOf(i + 1));
const CHANGES: readonly ExecutionChange[] = RECORDS.map(
  ({ id, status, stoppedMs, output, error, cause, wakeMs: _wake, stop: _stop, ...start }) => ({
    ...startOf(id, start),
    ...(status === 'Running' ? {} : { end: { status, stoppedMs, output, error, cause } }),
  }),
);

function expected(query: ExecutionQuery): ExecutionRecord[] {
  return RECORDS.filter(
    (record) =>
      record.flowId === query.flowId &&
      (query.status === null || record.status === query.status) &&
      (query.startedAfterMs === null || record.startedMs > query.startedAfterMs) &&
      (query.startedBeforeMs === null || record.startedMs < query.startedBeforeMs) &&
      record.name.startsWith(query.namePrefix) &&
      (query.version === null || record.version === query.version) &&
      (query.alias === null || record.alias === query.alias),
  )
    .toSorted((a, b) => b.startedMs - a.startedMs || b.id - a.id)
    .map((record) => (query.metadataOnly ? { ...record, input: '', output: '' } : record));
}

const FILTERS = {
  status: fc.constantFrom('Running', 'Succeeded', 'Failed', 'TimedOut', 'Stopped'),
  startedAfterMs: fc.integer({ min: 900, max: 1310 }),
  startedBeforeMs: fc.integer({ min: 900, max: 1310 }),
  namePrefix: fc.constantFrom('a', 'a_', 'a%', 'A', 'b-', 'b-1', '_', '%', 'a12', 'no', 'a\u{10ffff}', '\u{10ffff}'),
  version: fc.constantFrom('', '1', '2', '3'),
  alias: fc.constantFrom('', 'live', 'none'),
} as const;

const filters = fc.subarray(Object.keys(FILTERS) as (keyof typeof FILTERS)[], { maxLength: 3 }).chain((chosen) =>
  fc.record(Object.fromEntries(chosen.map((name) => [name, FILTERS[name] as fc.Arbitrary<unknown>])), {
    noNullPrototype: true,
  }),
) as fc.Arbitrary<Partial<ExecutionQuery>>;

const queries = fc
  .tuple(
    filters,
    fc.integer({ min: 1, max: 12 }),
    fc.boolean(),
    fc.constantFrom(0, 5, Number.MAX_SAFE_INTEGER),
    fc.constantFrom('flow-1', 'flow-1', 'flow-2', 'none'),
  )
  .map(([given, limit, metadataOnly, textUnits, flowId]) => ({
    ...ALL,
    limit,
    metadataOnly,
    textUnits,
    flowId,
    ...given,
  }));

async function agrees(list: List, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(queries, async (query) => {
      assert.deepEqual(await pagesOf(list, query), expected(query));
    }),
    { numRuns },
  );
}

for (const adapter of ADAPTERS) {
  const filled = async (t: CleanUp) => {
    const stores = await openStores(t, adapter);
    const { executions } = stores;
    const { commit } = await writing(stores, CHANGES);
    return { store: executions, list: (query: ExecutionQuery) => executions.list(query), commit };
  };

  describe(`execution lists: ${adapter.name}`, () => {
    it('have the result of a search by hand, newest first', async (t) => {
      const { list } = await filled(t);
      await agrees(list, 150);
    });

    it('end a page at its limit, or when its texts are large', async (t) => {
      const { list } = await filled(t);
      const all = expected(ALL);
      const full = await list({ ...ALL, limit: 7 });
      assert.equal(full.executions.length, 7);
      const { startedMs, id } = full.executions[6] as ExecutionRecord;
      assert.deepEqual(full.next, { startedMs, id });
      assert.equal((await list({ ...ALL, limit: all.length })).next, null);
      const small = await list({ ...ALL, textUnits: 6 });
      const units = small.executions.map(({ input, output }) => input.length + output.length);
      const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);
      assert.ok(sum(units) > 6 && sum(units.slice(0, -1)) <= 6);
      assert.equal((await list({ ...ALL, textUnits: 0, metadataOnly: true })).next, null);
    });

    it('begin where the newest start of each flow says', async (t) => {
      const { store, commit } = await filled(t);
      // A child of a Map run counts nowhere.
      await commit(startOf(500, { startedMs: 9_000, mapItem: { run: 'r', state: 0, index: 0 } }));
      const flows = ['flow-2', 'none', 'flow-1'];
      for (const status of [null, 'Running', 'Failed'] as const) {
        for (const atMs of [0, 999, 1005, 1100, 1250, 10_000]) {
          const newest = flows.map(
            (flowId) => expected({ ...ALL, flowId, status, startedBeforeMs: atMs + 1 })[0]?.startedMs ?? null,
          );
          assert.deepEqual(await store.newestStarts(flows, status, atMs), newest, `${status} at ${atMs}`);
        }
      }
      assert.deepEqual(await store.newestStarts([], null, 5000), []);
    });

    it('count running executions of each flow, up to a number', async (t) => {
      const { store, commit } = await filled(t);
      await commit(startOf(500, { mapItem: { run: 'r', state: 0, index: 0 } }));
      const flows = ['none', 'flow-1', 'flow-2'];
      const counts = flows.map((flowId) => expected({ ...ALL, flowId, status: 'Running' }).length);
      assert.deepEqual(await store.runningOf(flows, 10_000), counts);
      assert.deepEqual(await store.runningOf(flows, 3), [0, 3, 3]);
      assert.deepEqual(await store.runningOf([], 3), []);
    });

    it('show each execution once while others start and end', async (t) => {
      const { list, commit } = await filled(t);
      let id = 1000;
      const running = { ...ALL, limit: 4 };
      const listed = await pagesOf(list, running, async () => {
        id += 2;
        await commit(
          startOf(id, { startedMs: 5000 + id }),
          // As after a clock that was set back.
          startOf(id + 1, { startedMs: 10 }),
          { id: RECORDS[id % 90]?.id ?? 1, ...endOf() },
        );
      });
      const old = listed.filter((record) => record.id <= 90).map((record) => record.id);
      assert.deepEqual(
        old,
        expected(ALL).map((record) => record.id),
      );
      assert.equal(new Set(listed.map((record) => record.id)).size, listed.length);
    });
  });
}

describe('execution lists: sqlite, with small bounds', () => {
  it('find the same with every index, in short pages', async (t) => {
    const folder = temporaryFolder(t);
    const sqlite = ADAPTERS.find(({ name }) => name === 'sqlite');
    const stores = await sqlite?.open(folder);
    assert.ok(stores !== undefined);
    await writing(stores, CHANGES);
    await stores.close();
    const { database, close } = openDatabase({ file: join(folder, 'store.db'), synchronous: 'FULL' });
    atEnd(t, close);
    for (const scannedRows of [1, 3, 10]) {
      for (const sortedNames of [0, 4]) await agrees(createExecutionList(database, { scannedRows, sortedNames }), 60);
    }
    const scarce = createExecutionList(database, { scannedRows: 5, sortedNames: 0 });
    const page = scarce({ ...ALL, version: '3' });
    assert.deepEqual(page.executions, []);
    assert.notEqual(page.next, null);
  });
});
