/** Commits of the SQLite store with a full disk, a removed file, a dead thread and another writer. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import type { ExecutionChange } from '../../src/store/executions.ts';
import { StoreFault } from '../../src/store/fault.ts';
import { openDatabase } from '../../src/store/sqlite/database.ts';
import { isSqliteError } from '../../src/store/sqlite/files.ts';
import { MIGRATIONS } from '../../src/store/sqlite/migrations.ts';
import { Writer } from '../../src/store/sqlite/writer.ts';
import type { Stores } from '../../src/store/stores.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { flowRecord } from '../../src/testing/flow-record.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { openSqlite } from './adapters.ts';
import { ALL, endOf, row, startOf, writing } from './executions.ts';

const SQLITE_FULL = 13;

function openFile(t: CleanUp): Stores & { readonly file: string } {
  const file = join(temporaryFolder(t), 'store.db');
  const stores = openSqlite(file);
  atEnd(t, () => stores.close());
  return { ...stores, file };
}

/** The next thread that this process starts. The tests in this file run one after the other, so it is the test's own. */
async function nextWorker(): Promise<Worker> {
  const [worker] = await once(process, 'worker');
  return worker as Worker;
}

describe('sqlite commits', () => {
  it('fail whole while the disk is full, and succeed when it has space again', (t) => {
    const folder = temporaryFolder(t);
    const { database, close } = openDatabase({ file: join(folder, 'store.db'), synchronous: 'FULL' });
    atEnd(t, close);
    const writer = new Writer(database);
    writer.commit([{ ...startOf(1), journal: row(1) }]);
    const pages = Number(database.prepare('PRAGMA page_count').get()?.['page_count']);
    database.exec(`PRAGMA max_page_count = ${pages + 3}`);
    const large = (id: number): ExecutionChange => ({ ...startOf(id), journal: row(1, 1, 'x'.repeat(6000)) });
    for (let attempt = 0; attempt < 3; attempt++) {
      assert.throws(
        () => writer.commit([{ id: 1, journal: row(2) }, large(2), large(3), large(4)]),
        (error: unknown) => isSqliteError(error, SQLITE_FULL),
      );
      assert.equal(database.isTransaction, false);
      assert.deepEqual({ ...database.prepare('SELECT count(*) AS n FROM executions').get() }, { n: 1 });
      assert.deepEqual({ ...database.prepare('SELECT max(first) AS n FROM journal').get() }, { n: 1 });
    }
    // A change that needs no new page succeeds.
    writer.commit([{ id: 1, wakeMs: 5 }]);
    database.exec('PRAGMA max_page_count = 1000000');
    writer.commit([{ id: 1, journal: row(2) }, large(2), large(3), large(4)]);
    assert.deepEqual({ ...database.prepare('SELECT count(*) AS n FROM journal').get() }, { n: 5 });
    assert.deepEqual({ ...database.prepare('SELECT executions AS n FROM snapshot_uses').get() }, { n: 4 });
  });

  it('are refused when the file was removed or replaced', async (t) => {
    const stores = openFile(t);
    const { executions, flows, file } = stores;
    const { commit } = await writing(stores, [startOf(1)]);
    renameSync(file, `${file}.away`);
    const gone = (error: unknown) =>
      error instanceof StoreFault && error.message.includes('removed or replaced while the server was running');
    await assert.rejects(commit({ id: 1, journal: row(1) }), gone);
    writeFileSync(file, '');
    await assert.rejects(commit({ id: 1, journal: row(1) }), gone);
    await assert.rejects(flows.create(flowRecord('a')), gone);
    await assert.rejects(executions.get(1), gone);
    renameSync(`${file}.away`, file);
    await commit({ id: 1, journal: row(1) });
    assert.deepEqual(await executions.journal(1, 1, 9), [row(1)]);
  });

  it('succeed after their thread has died', async (t) => {
    const stores = openFile(t);
    const { executions } = stores;
    const starting = nextWorker();
    const { commit } = await writing(stores, [startOf(1)]);
    const first = await starting;
    const under = commit({ id: 1, journal: row(1) });
    // The commit under way may or may not have happened, so it is repeated below.
    await Promise.all([under.catch(() => {}), first.terminate()]);
    const second = nextWorker();
    await commit({ id: 1, journal: row(1) });
    await commit({ id: 1, journal: row(2) });
    assert.notEqual(await second, first);
    assert.deepEqual(await executions.journal(1, 1, 9), [row(1), row(2)]);
  });

  it('fail and can be repeated when their thread dies', async (t) => {
    const stores = openFile(t);
    const { executions, file } = stores;
    const starting = nextWorker();
    const { commit } = await writing(stores, [startOf(1)]);
    const worker = await starting;
    const other = new DatabaseSync(file);
    // Makes the commit wait, so that it is certainly under way.
    other.exec('BEGIN IMMEDIATE');
    const under = commit({ id: 1, journal: row(1) });
    const lost = assert.rejects(under, /The thread that writes to the store died/);
    await worker.terminate();
    await lost;
    other.exec('ROLLBACK');
    other.close();
    await commit({ id: 1, journal: row(1) });
    assert.deepEqual(await executions.journal(1, 1, 9), [row(1)]);
  });

  it('wait for another program that writes, while reads continue', async (t) => {
    const stores = openFile(t);
    const { executions, file } = stores;
    const { commit } = await writing(stores, [startOf(1)]);
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    const under = commit({ id: 1, journal: row(1) });
    assert.equal((await executions.get(1))?.status, 'Running');
    assert.deepEqual(await executions.journal(1, 1, 9), []);
    other.exec('ROLLBACK');
    other.close();
    await under;
    assert.deepEqual(await executions.journal(1, 1, 9), [row(1)]);
  });

  it('let the process exit, with the store closed or open', async (t) => {
    const folder = temporaryFolder(t);
    const modules = { adapters: './adapters.ts', executions: './executions.ts' };
    const url = (name: keyof typeof modules) => JSON.stringify(new URL(modules[name], import.meta.url).href);
    for (const end of ['await stores.close();', '']) {
      const program = `
        import { openSqlite } from ${url('adapters')};
        import { startOf, writing } from ${url('executions')};
        const file = ${JSON.stringify(join(folder, `${end.length}.db`))};
        const stores = openSqlite(file);
        await writing(stores, [startOf(1)]);
        ${end}
        process.on('exit', () => console.log('over'));`;
      const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
      assert.deepEqual({ stdout, stderr }, { stdout: 'over\n', stderr: '' });
    }
  });
});

describe('a store without Map runs (schema 9)', () => {
  it('is migrated with its executions, which are no children of a run', async (t) => {
    const file = join(temporaryFolder(t), 'store.db');
    const old = openDatabase({ file, synchronous: 'FULL' }, MIGRATIONS.slice(0, 9));
    old.database.exec(`
      INSERT INTO execution_flows VALUES (1, 'flow-1', 'name of the flow');
      INSERT INTO snapshots (flow, revision, role_arn, description, environment, definition) VALUES (1, 1, '', '', '[]', 'text');
      INSERT INTO executions (id, flow, status, callback, started_ms, stopped_ms, revision, version, alias, name, error, cause)
        VALUES (1, 1, 0, 0, 5, 0, 1, '', '', 'run-1', '', ''), (2, 1, 1, 0, 6, 9, 1, '', '', 'run-2', '', '')`);
    old.close();
    const stores = openSqlite(file);
    const { executions, close } = stores;
    assert.equal((await executions.get(1))?.mapItem, null);
    assert.deepEqual({ ...(await executions.running()) }, { executions: 1, mapItems: 0 });
    const mapItem = { run: 'r', state: 0, index: 0 };
    const { node, commit } = await writing(stores, [
      startOf(3, { mapItem, parent: { execution: 1, event: 4 }, callback: 'owed' }),
    ]);
    const ids = async (mapRun: string | null) =>
      (await executions.list({ ...ALL, mapRun })).executions.map(({ id }) => id);
    assert.deepEqual(await ids(null), [2, 1]);
    assert.deepEqual(await ids('r'), [3]);
    assert.deepEqual([...(await executions.mapRunItems('r', 4))], [0]);
    assert.equal((await executions.claim(node, 1))?.owner, node);
    await commit({ id: 1, ...endOf() }, { id: 3, ...endOf() });
    assert.deepEqual({ ...(await executions.running()) }, { executions: 0, mapItems: 0 });
    await close();
  });
});

describe('a store of schema 1', () => {
  it('is migrated with its flows', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'store.db');
    const old = openDatabase({ file, synchronous: 'FULL' }, MIGRATIONS.slice(0, 1));
    old.database.exec(`
      INSERT INTO flows VALUES ('old', 'flow-1', 3, 'FDL', 'Standard', 1, 2, '', '', '', 'text', '[]', 'definition')`);
    old.close();
    const stores = openSqlite(file);
    const { flows, executions, close } = stores;
    const flow = flowRecord('old', {
      id: 'flow-1',
      revision: 3,
      executionMode: 'Standard',
      createdMs: 1,
      lastModifiedMs: 2,
      description: 'text',
      definition: 'definition',
    });
    assert.deepEqual(await flows.get('old'), flow);
    assert.deepEqual((await flows.publish('old', 'd', 9))?.flow, flow);
    await writing(stores, [{ ...startOf(1), journal: row(1), ...endOf() }]);
    assert.equal((await executions.list(ALL)).executions.length, 1);
    await close();
  });
});
