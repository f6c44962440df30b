/** Purges of the SQLite store: bounded steps along indexes in a large file, long journals in pieces, and disk space. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import type { ExecutionStore, PurgePosition } from '../../src/store/executions.ts';
import type { MapRunRecord } from '../../src/store/map-runs.ts';
import { openDatabase } from '../../src/store/sqlite/database.ts';
import { RUNNING_OF_FLOW } from '../../src/store/sqlite/ended-counts.ts';
import { ENDED_ITEMS_OF_FLOW, ENDED_OF_FLOW } from '../../src/store/sqlite/gone-flows.ts';
import { ENDED } from '../../src/store/sqlite/purge.ts';
import {
  ENDED_ITEMS_OF_RUN,
  rowsOfExecution,
  RUNS_OF_EXECUTION,
  TABLES_OF_EXECUTIONS,
} from '../../src/store/sqlite/removal.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { flowRecord } from '../../src/testing/flow-record.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { openSqlite } from './adapters.ts';
import { LeaseLost } from '../../src/store/nodes.ts';
import { ALL, endOf, newNode, retention, row, startOf, writing } from './executions.ts';

const MANY = 100_000;

function newFile(t: CleanUp): string {
  return join(temporaryFolder(t), 'store.db');
}

/** A file with `MANY` ended executions of the flow `flow-1`, one a millisecond. */
async function largeFile(t: CleanUp): Promise<string> {
  const file = newFile(t);
  const stores = openSqlite(file);
  await stores.flows.create(flowRecord('a', { id: 'flow-1' }));
  await writing(stores, [{ ...startOf(1), ...endOf({ stoppedMs: 1 }) }]);
  await stores.close();
  const database = new DatabaseSync(file);
  database.exec(`
    WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ${MANY})
    INSERT INTO executions (id, flow, status, callback, started_ms, stopped_ms, revision, version, alias, name, error, cause)
    SELECT i, 1, 1, 0, i, i, 1, '', '', 'run-' || i, '', '' FROM n;
    INSERT INTO inputs SELECT id, '{}' FROM executions WHERE id > 1;
    INSERT INTO journal SELECT id, 1, 1, '["event"]' FROM executions WHERE id > 1;
    UPDATE snapshot_uses SET executions = ${MANY};`);
  database.close();
  return file;
}

const RUN = 'a'.repeat(32);

/** A file with an ended execution of `flow-1`, whose Map had `MANY` children, and with another one that ended later. */
async function mappedFile(t: CleanUp): Promise<string> {
  const file = newFile(t);
  const stores = openSqlite(file);
  await stores.flows.create(flowRecord('a', { id: 'flow-1' }));
  const mapRun: MapRunRecord = {
    ...{ name: RUN, key: 2, event: 2, status: 'Succeeded', startedMs: 1, stoppedMs: 2, concurrency: 40 },
    ...{ toleratedCount: null, toleratedPercentage: null, total: MANY, running: 0, succeeded: MANY, failed: 0 },
  };
  await writing(stores, [
    { ...startOf(1), mapRuns: [{ record: mapRun, log: row(1) }], ...endOf({ stoppedMs: MANY + 2 }) },
    { ...startOf(MANY + 2), ...endOf({ stoppedMs: MANY + 3 }) },
  ]);
  await stores.close();
  const database = new DatabaseSync(file);
  database.exec(`
    WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i <= ${MANY})
    INSERT INTO executions (id, flow, status, callback, started_ms, stopped_ms, revision, version, alias, name, error, cause,
      parent, parent_event, map_run, map_state, map_item)
    SELECT i, 1, 1, 3, i, i, 1, '', '', 'run-' || i, '', '', 1, 2, '${RUN}', 0, i - 2 FROM n;
    INSERT INTO inputs SELECT id, '{}' FROM executions WHERE map_run IS NOT NULL;
    INSERT INTO journal SELECT id, 1, 1, '["event"]' FROM executions WHERE map_run IS NOT NULL;
    UPDATE snapshot_uses SET executions = ${MANY + 2}, items = ${MANY};`);
  database.close();
  return file;
}

/** Does a whole round and returns what each step has deleted. */
async function round(store: ExecutionStore, node: number, members: Parameters<typeof retention>[0]) {
  const deleted: number[] = [];
  let after: PurgePosition | null = null;
  do {
    const step: Awaited<ReturnType<ExecutionStore['purge']>> = await store.purge(node, retention(members), 100, after);
    deleted.push(step.deleted);
    after = step.next;
  } while (after !== null);
  return deleted;
}

describe('purges of the sqlite store', () => {
  it('find executions and their rows by indexes, without a sort and without a scan', async (t) => {
    const { database, close } = openDatabase({ file: await largeFile(t), synchronous: 'FULL' });
    atEnd(t, close);
    const plan = (text: string, ...values: (number | string)[]) =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${text}`)
        .all(...values)
        .map((step) => String(step['detail']));
    assert.deepEqual(plan(ENDED, 0, 0, 10), ['SEARCH executions USING INDEX executions_ended (<expr>>?)']);
    const ofFlow = 'INDEX executions_by_status (flow=? AND map_run=? AND status';
    assert.deepEqual(plan(ENDED_OF_FLOW, 1, 10), [`SEARCH executions USING ${ofFlow}>?)`]);
    assert.deepEqual(plan(RUNNING_OF_FLOW, 1), [`SEARCH executions USING COVERING ${ofFlow}=?)`]);
    const ofRuns = 'SEARCH executions USING INDEX executions_by_map_run (flow=?';
    assert.deepEqual(plan(ENDED_ITEMS_OF_FLOW, 1, 10), [`${ofRuns} AND map_run>?)`]);
    assert.deepEqual(plan(ENDED_ITEMS_OF_RUN, 1, 'a'), [`${ofRuns} AND map_run=?)`]);
    assert.match(plan(RUNS_OF_EXECUTION, 1).join(), /^SEARCH map_runs USING INDEX \w+ \(execution=\?\)$/);
    for (const table of TABLES_OF_EXECUTIONS) {
      const steps = plan(rowsOfExecution(table), 1);
      assert.match(steps.join(), /^SEARCH \w+ USING (?:INDEX \w+ \(execution=\?\)|INTEGER PRIMARY KEY \(rowid=\?\))$/);
    }
  });

  it('reach what has to be deleted among 100,000 executions, and stop there', async (t) => {
    const stores = openSqlite(await largeFile(t));
    atEnd(t, () => stores.close());
    const { executions: store } = stores;
    const { node } = await newNode(stores);
    assert.deepEqual(await round(store, node, { endedBeforeMs: 251 }), [100, 100, 50]);
    assert.equal(await store.get(250), null);
    assert.equal((await store.get(251))?.id, 251);
    const byNumber = await round(store, node, { executions: MANY - 400 });
    assert.equal(
      byNumber.reduce((sum, each) => sum + each),
      150,
    );
    assert.equal(await store.get(400), null);
    assert.equal((await store.get(401))?.id, 401);
    assert.deepEqual(await round(store, node, { executions: MANY - 400 }), [0], 'nothing to look for');
  });

  it('delete the 100,000 children of a Map with its execution, in steps of the same size', async (t) => {
    const file = await mappedFile(t);
    const stores = openSqlite(file);
    atEnd(t, () => stores.close());
    const { executions: store } = stores;
    const { node } = await newNode(stores);
    const children = async () => (await store.list({ ...ALL, mapRun: RUN, limit: 1 })).executions.length;
    assert.deepEqual(await round(store, node, { executions: 2 }), [0], 'the children do not count');
    assert.equal(await children(), 1);
    const deleted = (await round(store, node, { executions: 1 })).filter((each) => each > 0);
    assert.equal(deleted.pop(), 1);
    assert.deepEqual([deleted.length, new Set(deleted)], [MANY / 100, new Set([100])]);
    assert.equal(await store.get(1), null);
    assert.equal(await children(), 0);
    assert.equal((await store.get(MANY + 2))?.id, MANY + 2);
    const database = new DatabaseSync(file, { readOnly: true });
    atEnd(t, () => database.close());
    const count = (table: string) => Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']);
    assert.deepEqual(
      ['executions', 'inputs', 'journal', 'map_runs', 'map_run_log', 'purging'].map(count),
      [1, 1, 0, 0, 0, 0],
    );
    assert.deepEqual(
      { ...database.prepare('SELECT executions, items FROM snapshot_uses').get() },
      { executions: 1, items: 0 },
    );
  });

  it('delete a long journal in pieces, of which no reader finds any', async (t) => {
    const file = newFile(t);
    const stores = openSqlite(file);
    atEnd(t, () => stores.close());
    const { executions: store, flows } = stores;
    await flows.create(flowRecord('a', { id: 'flow-1' }));
    const { node, commit } = await writing(stores, [startOf(1)]);
    const text = 'x'.repeat(1024 * 1024);
    for (let first = 1; first <= 10; first++) await commit({ id: 1, journal: row(first, 1, text) });
    await commit({ id: 1, ...endOf({ stoppedMs: 5 }) }, { ...startOf(2), journal: row(1), ...endOf({ stoppedMs: 6 }) });
    const rows = () => {
      const database = new DatabaseSync(file, { readOnly: true });
      const found = database.prepare('SELECT execution, count(*) AS n FROM journal GROUP BY execution').all();
      database.close();
      return found.map((each) => `${Number(each['execution'])}: ${Number(each['n'])}`);
    };
    const first = await store.purge(node, retention({ endedBeforeMs: 10 }), 100, null);
    assert.deepEqual([first.deleted, rows()], [1, ['1: 6', '2: 1']]);
    assert.equal(await store.find('flow-1', 'run-1'), null);
    await commit({ ...startOf(3, { name: 'run-1' }), journal: row(1) });
    // A later round finishes it too, for example after a crash.
    await round(store, node, {});
    assert.deepEqual(rows(), ['2: 1', '3: 1']);
    await round(store, node, { endedBeforeMs: 10 });
    assert.deepEqual(rows(), ['3: 1']);
  });

  it('give disk space back in small steps, and empty the log', async (t) => {
    const file = newFile(t);
    const stores = openSqlite(file);
    atEnd(t, () => stores.close());
    const { executions: store, flows } = stores;
    await flows.create(flowRecord('a', { id: 'flow-1' }));
    const { node, commit } = await writing(stores);
    const text = 'x'.repeat(1024 * 1024);
    for (let id = 1; id <= 30; id++) {
      await commit({ ...startOf(id), journal: row(1, 1, text), ...endOf({ stoppedMs: id }) });
    }
    assert.equal(await store.giveBackSpace(node), false, 'nothing is free');
    const before = statSync(file).size;
    assert.ok(before > 30 * 1024 * 1024);
    await round(store, node, { endedBeforeMs: 30 });
    let steps = 1;
    while (await store.giveBackSpace(node)) steps++;
    assert.ok(steps > 20, `a mebibyte a step: ${steps} steps`);
    assert.ok(statSync(file).size < 8 * 1024 * 1024, `${statSync(file).size} bytes`);
    assert.equal(statSync(`${file}-wal`).size, 0);
    assert.equal((await store.journal(30, 1, 1)).length, 1);
    await assert.rejects(store.giveBackSpace(node - 1), LeaseLost);
  });

  it('wait for no other reader when they empty the log', async (t) => {
    const file = newFile(t);
    const stores = openSqlite(file);
    atEnd(t, () => stores.close());
    const { node, commit } = await writing(stores, [startOf(1)]);
    const reader = new DatabaseSync(file, { readOnly: true });
    atEnd(t, () => reader.close());
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM executions').get();
    await commit({ id: 1, journal: row(1) });
    assert.equal(await stores.executions.giveBackSpace(node), false);
    assert.ok(statSync(`${file}-wal`).size > 0);
    await commit({ id: 1, journal: row(2) });
    reader.exec('COMMIT');
    assert.equal(await stores.executions.giveBackSpace(node), false);
    assert.equal(statSync(`${file}-wal`).size, 0);
  });
});
