/** The partitions of a PostgreSQL store: made when they are needed, dropped when their executions are gone, swept when some remain. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { firstIdOf, IDS_OF_PARTITION, weekOf } from '../../src/store/postgres/shards.ts';
import type { ExecutionStore } from '../../src/store/executions.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { flowRecord } from '../../src/testing/flow-record.ts';
import { endOf, newNode, purge, row, startOf } from './executions.ts';
import { connect, freshOptions, open, WHERE_IT_RUNS } from './postgres-stores.ts';

async function writing(t: CleanUp) {
  const options = await freshOptions(t);
  const stores = await open(t, options);
  await stores.flows.create(flowRecord('a', { id: 'flow-1' }));
  const client = await connect(t, options);
  const { node } = await newNode(stores);
  const count = async (table: string) =>
    Number((await client.query<{ n: string }>(`SELECT count(*) AS n FROM ${table}`)).rows[0]?.n);
  const weeks = async () =>
    (await client.query<{ week: string }>('SELECT week FROM partitions ORDER BY week')).rows.map(({ week }) =>
      Number(week),
    );
  return { stores, store: stores.executions, client, node, count, weeks };
}

async function giveBackAll(store: ExecutionStore, node: number): Promise<number> {
  for (let steps = 1; ; steps++) if (!(await store.giveBackSpace(node))) return steps;
}

describe('partitions in PostgreSQL', WHERE_IT_RUNS, () => {
  it('are there for new ids, and begin with the day', async (t) => {
    const { store, node, weeks } = await writing(t);
    const { first } = await store.newIds(node, 10);
    assert.ok((await weeks()).includes(weekOf(first)));
    const nowMs = Date.now();
    assert.ok(Math.abs(first - firstIdOf(nowMs)) < 2 ** 34, 'ids of today, or of a day beside it');
    assert.ok(Number.isSafeInteger(firstIdOf(nowMs + 1_000 * 365 * 86_400_000)), 'in a thousand years too');
  });

  it('are made by the commit that finds none, with all of its changes', async (t) => {
    const { store, node, weeks } = await writing(t);
    const ids = [3, 40, 41].map((week) => week * IDS_OF_PARTITION + 5);
    const starts = ids.map((id) => ({ ...startOf(id, { name: `of ${id}` }), journal: row(1) }));
    assert.deepEqual(await store.commit(node, starts), ['stored', 'stored', 'stored']);
    assert.deepEqual((await weeks()).slice(0, 3), [3, 40, 41]);
    for (const id of ids) assert.deepEqual(await store.journal(id, 1, 9), [row(1)]);
  });

  it('go when the last execution of their week is gone, and come again', async (t) => {
    const { store, node, weeks, count } = await writing(t);
    const id = 3 * IDS_OF_PARTITION;
    await store.commit(node, [
      { ...startOf(id), journal: row(1), ...endOf({ stoppedMs: 5 }) },
      { ...startOf(id + 1), journal: row(1), ...endOf({ stoppedMs: 6 }) },
    ]);
    assert.equal(await purge(store, node, { endedBeforeMs: 6 }, 10), 1);
    await giveBackAll(store, node);
    assert.ok((await weeks()).includes(3), 'one execution is left');
    assert.deepEqual(await store.journal(id, 1, 9), [], 'no reader finds the rows that are left');
    assert.equal(await count('journal'), 2);
    assert.equal(await purge(store, node, { endedBeforeMs: 7 }, 10), 1);
    await giveBackAll(store, node);
    assert.ok(!(await weeks()).includes(3));
    assert.equal(await count('journal'), 0);
    await store.commit(node, [{ ...startOf(id + 2), journal: row(1) }]);
    assert.deepEqual(await store.journal(id + 2, 1, 9), [row(1)]);
  });

  it('are not dropped while a reader is in the way', async (t) => {
    const { store, node, weeks, client } = await writing(t);
    await store.commit(node, [{ ...startOf(3 * IDS_OF_PARTITION), journal: row(1), ...endOf({ stoppedMs: 5 }) }]);
    await purge(store, node, { endedBeforeMs: 6 }, 10);
    await client.query('BEGIN');
    await client.query('SELECT count(*) FROM journal');
    assert.equal(await store.giveBackSpace(node), false);
    assert.ok((await weeks()).includes(3));
    await client.query('COMMIT');
    assert.equal(await store.giveBackSpace(node), true);
    assert.ok(!(await weeks()).includes(3));
  });

  it('lose the rows of deleted executions in small steps when others stay long', async (t) => {
    const { store, node, client, count } = await writing(t);
    const first = 3 * IDS_OF_PARTITION;
    const ids = Array.from({ length: 450 }, (_, i) => first + i);
    await store.commit(
      node,
      ids.map((id) => ({ ...startOf(id), journal: row(1), ...endOf({ stoppedMs: 5 }) })),
    );
    await store.commit(node, [{ ...startOf(first + 1000), journal: row(1) }]);
    for (let after: Parameters<ExecutionStore['purge']>[3] = null; ; ) {
      const step = await store.purge(node, { endedBeforeMs: 6, executions: null, flows: [] }, 1000, after);
      after = step.next;
      if (after === null) break;
    }
    await giveBackAll(store, node);
    assert.equal(await count('journal'), 451, 'others of the week may go soon, and the partition with them');
    await client.query('UPDATE partitions SET purged_ms = 0 WHERE week = 3');
    assert.ok((await giveBackAll(store, node)) >= 3);
    assert.deepEqual([await count('journal'), await count('inputs'), await count('outputs')], [1, 1, 0]);
    assert.deepEqual(await store.journal(first + 1000, 1, 9), [row(1)]);
    assert.equal(await giveBackAll(store, node), 1, 'nothing is left to do');
  });

  it('are dropped while other nodes commit', async (t) => {
    const { stores, store, node } = await writing(t);
    const { node: other } = await newNode(stores);
    const base = 3 * IDS_OF_PARTITION;
    const id = (n: number) => base + (n % 3) * IDS_OF_PARTITION + n;
    for (let n = 0; n < 30; n++) {
      const [outcomes] = await Promise.all([
        store.commit(other, [{ ...startOf(id(n)), journal: row(1), ...endOf({ stoppedMs: 5 }) }]),
        store.giveBackSpace(node),
      ]);
      assert.deepEqual(outcomes, ['stored']);
      assert.deepEqual(await store.journal(id(n), 1, 9), [row(1)]);
      await purge(store, node, { endedBeforeMs: 6 }, 10);
    }
  });
});
