/** Commits in PostgreSQL under the faults of a network and of other nodes: fences, lost answers, ended connections, round trips. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecutionChange } from '../../src/store/executions.ts';
import { LeaseLost } from '../../src/store/nodes.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { endOf, newNode, row, snapshotOf, startOf } from './executions.ts';
import { openProxy } from './postgres-proxy.ts';
import { connect, freshOptions, open, waitForBlocked, WHERE_IT_RUNS } from './postgres-stores.ts';

async function writingNode(t: CleanUp) {
  const options = await freshOptions(t);
  const proxy = await openProxy(t, options);
  const stores = await open(t, proxy.options);
  const { node } = await newNode(stores);
  const commit = (...changes: ExecutionChange[]) => stores.executions.commit(node, changes);
  return { options, proxy, stores, node, commit };
}

describe('commits in PostgreSQL', WHERE_IT_RUNS, () => {
  it('wait for no removal, and the removal of a node waits for its commit under way', async (t) => {
    const { options, stores, node, commit } = await writingNode(t);
    await commit({ ...startOf(1), journal: row(1) });
    const other = await connect(t, options);
    await other.query('BEGIN');
    await other.query('SELECT 1 FROM executions WHERE id = 1 FOR UPDATE');
    const underWay = commit({ id: 1, journal: row(2), ...endOf() });
    // It has its fence once it waits for the row.
    await waitForBlocked(other, 'UPDATE executions');
    const leaving = stores.nodes.leave(node);
    await waitForBlocked(other, 'DELETE FROM node_fences');
    await other.query('COMMIT');
    assert.deepEqual(await underWay, ['stored']);
    await leaving;
    await assert.rejects(commit({ ...startOf(2), journal: row(1) }), LeaseLost);
    assert.equal((await stores.executions.get(1))?.status, 'Succeeded');
    assert.equal(await stores.executions.get(2), null);
  });

  it('do not change anything for a node that was removed before', async (t) => {
    const { options, stores, commit, node } = await writingNode(t);
    await commit({ ...startOf(1), journal: row(1) });
    const other = await connect(t, options);
    await other.query('DELETE FROM node_fences WHERE number = $1', [node]);
    for (const change of [{ id: 1, journal: row(2) }, { id: 1, ...endOf() }, startOf(2)]) {
      await assert.rejects(commit(change), LeaseLost);
    }
    assert.deepEqual(await stores.executions.journal(1, 1, 9), [row(1)]);
  });

  it('have the same outcome when they are repeated after a lost answer', async (t) => {
    const { proxy, stores, commit } = await writingNode(t);
    const { executions } = stores;
    await commit({ ...startOf(9, { name: 'taken' }), journal: row(1) });
    const commits: ExecutionChange[][] = [
      [
        { ...startOf(1), journal: row(1) },
        { ...startOf(2), journal: row(1), wakeMs: 50, release: true },
      ],
      [{ id: 1, journal: row(2, 3) }],
      [
        { id: 1, journal: row(5), ...endOf() },
        { ...startOf(3), journal: row(1), ...endOf() },
      ],
      [{ id: 1, reopen: true, journal: row(6) }],
    ];
    for (const changes of commits) {
      proxy.loseAnswer();
      await assert.rejects(commit(...changes));
      const repeated = await commit(...changes);
      // One that gave the execution up does not own it any more.
      assert.ok(repeated.every((outcome, i) => outcome === 'stored' || changes[i]?.release === true));
    }
    assert.equal((await executions.get(1))?.status, 'Running');
    assert.equal((await executions.journal(1, 1, 99)).length, 4);
    assert.equal((await executions.get(2))?.wakeMs, 50);
    assert.equal((await executions.running()).executions, 3);
  });

  it('continue after the connection was ended by an administrator', async (t) => {
    const { options, stores, commit } = await writingNode(t);
    await commit({ ...startOf(1), journal: row(1) });
    const other = await connect(t, options);
    await other.query('BEGIN');
    await other.query('SELECT 1 FROM executions WHERE id = 1 FOR UPDATE');
    const end = { id: 1, journal: row(2), ...endOf() };
    const underWay = assert.rejects(commit(end));
    await waitForBlocked(other, 'UPDATE executions');
    await other.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%UPDATE executions e SET status%'",
    );
    await underWay;
    await other.query('COMMIT');
    assert.deepEqual(await commit(end), ['stored']);
    assert.deepEqual(await stores.executions.journal(1, 1, 9), [row(1), row(2)]);
  });

  for (const [what, isGone] of [
    ['is made again as a whole', false],
    ['changes nothing if the node was removed meanwhile', true],
  ] as const) {
    it(`whose connection ends between its two halves ${what}`, async (t) => {
      const { options, proxy, stores, node, commit } = await writingNode(t);
      await commit({ ...startOf(1), journal: row(1) }, { ...startOf(2, { name: 'two' }), journal: row(1) });
      await commit({ id: 1, journal: row(2), ...endOf() });
      const other = await connect(t, options);
      proxy.collect();
      // A redrive is decided here, between the look and the writes.
      const underWay = commit({ id: 1, reopen: true, journal: row(3) }, { id: 2, journal: row(2) });
      const outcome = underWay.catch((error: unknown) => error);
      await ended(other, "state = 'idle in transaction'");
      if (isGone) await other.query('DELETE FROM node_fences WHERE number = $1', [node]);
      proxy.deliver();
      if (isGone) assert.ok((await outcome) instanceof LeaseLost, String(await outcome));
      else assert.deepEqual(await outcome, ['stored', 'stored']);
      const rows = isGone ? [1, 2] : [1, 2, 3];
      assert.deepEqual(
        await stores.executions.journal(1, 1, 9),
        rows.map((n) => row(n)),
      );
      assert.equal((await stores.executions.get(1))?.status, isGone ? 'Succeeded' : 'Running');
    });
  }

  it('do not notice that the connection was ended between two of them', async (t) => {
    const options = await freshOptions(t);
    const stores = await open(t, options);
    const { node } = await newNode(stores);
    const commit = (...changes: ExecutionChange[]) => stores.executions.commit(node, changes);
    await commit({ ...startOf(1), journal: row(1) });
    const other = await connect(t, options);
    const { rowCount } = await other.query(
      "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = 'millrace'",
    );
    assert.ok((rowCount ?? 0) >= 2);
    // The end of a connection reaches this process before the answer of a later one.
    await other.query('SELECT 1');
    await new Promise(setImmediate);
    assert.deepEqual(await commit({ id: 1, journal: row(2) }), ['stored']);
    assert.equal((await stores.executions.get(1))?.status, 'Running');
  });

  it('leave no connection behind that could not prepare its statements', async (t) => {
    const options = await freshOptions(t);
    const stores = await open(t, options);
    const { node } = await newNode(stores);
    const other = await connect(t, options);
    const connections = async (): Promise<number> => {
      await other.query('SELECT pg_stat_clear_snapshot()');
      const { rows } = await other.query<{ count: string }>(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'millrace'",
      );
      return Number(rows[0]?.count);
    };
    const before = await connections();
    await other.query('ALTER TABLE node_fences RENAME TO elsewhere');
    for (let n = 0; n < 5; n++) await assert.rejects(stores.executions.commit(node, [startOf(1)]), /node_fences/);
    // The database takes a moment to end one.
    while ((await connections()) > before);
    await other.query('ALTER TABLE elsewhere RENAME TO node_fences');
    assert.deepEqual(await stores.executions.commit(node, [startOf(1)]), ['stored']);
    assert.equal(await connections(), before + 1);
  });

  it('are one round trip when nothing is in their way', async (t) => {
    const { proxy, commit } = await writingNode(t);
    await commit({ ...startOf(1), journal: row(1) });
    await commit({ ...startOf(2, { name: 'two' }), journal: row(1) });
    proxy.sent();
    await commit({ id: 1, journal: row(2) }, { id: 2, journal: row(2) });
    assert.equal(proxy.sent(), 1);
    await commit({ ...startOf(3), journal: row(1) }, { id: 1, journal: row(3), ...endOf() }, { id: 2, wakeMs: 7 });
    assert.equal(proxy.sent(), 1);
  });

  it('send the snapshot of a flow once, and again after a purge', async (t) => {
    const { stores, commit, node } = await writingNode(t);
    const { executions } = stores;
    await commit({ ...startOf(1), ...endOf({ stoppedMs: 5 }) });
    // The flow does not exist, so a purge deletes all of it.
    await executions.purge(node, { endedBeforeMs: null, executions: null, flows: [] }, 10, null);
    assert.equal(await executions.snapshot('flow-1', 1), null);
    assert.deepEqual(await commit(startOf(2)), ['stored']);
    assert.deepEqual(await executions.snapshot('flow-1', 1), snapshotOf('flow-1'));
  });

  it('have one winner of a name that two nodes start at the same moment, with many names', async (t) => {
    const options = await freshOptions(t);
    const [one, two] = [await open(t, options), await open(t, options)];
    const [a, b] = [(await newNode(one)).node, (await newNode(two)).node];
    for (let round = 0; round < 10; round++) {
      const starts = (from: number, order: (names: number[]) => number[]) =>
        order([0, 1, 2, 3]).map((n) => ({
          ...startOf(1000 * round + from + n, { name: `r${round}-${n}` }),
          journal: row(1),
        }));
      const outcomes = await Promise.all([
        one.executions.commit(
          a,
          starts(100, (names) => names),
        ),
        two.executions.commit(
          b,
          starts(200, (names) => names.toReversed()),
        ),
      ]);
      for (let n = 0; n < 4; n++) {
        assert.deepEqual([outcomes[0][n], outcomes[1][3 - n]].sort(), ['name-taken', 'stored']);
      }
    }
    assert.equal((await one.executions.running()).executions, 40);
  });

  it('split executions into shards by their ids', async (t) => {
    const stores = await open(t, await freshOptions(t, { shards: 3 }));
    const { node } = await newNode(stores);
    const { executions } = stores;
    const { first, step } = await executions.newIds(node, 10);
    assert.equal(step, 3);
    const names = Array.from({ length: 10 }, (_, i) => `name-${i}`);
    const ids = names.map((name, i) => first + i * step + executions.placeOf('flow-1', name));
    const starts = names.map((name, i) => ({ ...startOf(ids[i] ?? 0, { name }), journal: row(1) }));
    assert.deepEqual(new Set(await executions.commit(node, starts)), new Set(['stored']));
    assert.ok(new Set(ids.map((id) => id % 3)).size > 1);
    await executions.commit(
      node,
      ids.map((id) => ({ id, journal: row(2), ...endOf() })),
    );
    for (const [i, name] of names.entries()) {
      const found = await executions.find('flow-1', name);
      assert.deepEqual([found?.id, found?.status, found?.output], [ids[i], 'Succeeded', '{}']);
      assert.equal((await executions.journal(ids[i] ?? 0, 1, 9)).length, 2);
    }
  });
});

/** Waits for a connection of a store of which this is true, and ends it. */
async function ended(client: Awaited<ReturnType<typeof connect>>, condition: string): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ ended: boolean }>(
      `SELECT pg_terminate_backend(pid, 10000) AS ended FROM pg_stat_activity
       WHERE ${condition} AND application_name = 'millrace' AND pid <> pg_backend_pid()`,
    );
    if (rows[0]?.ended === true) return;
  }
}
