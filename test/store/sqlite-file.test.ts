/** The files of the SQLite store: permissions, refusals and migrations. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { StoreFault } from '../../src/store/fault.ts';
import { openDatabase } from '../../src/store/sqlite/database.ts';
import { MIGRATIONS } from '../../src/store/sqlite/migrations.ts';
import { flowRecord } from '../../src/testing/flow-record.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { openSqlite as open } from './adapters.ts';

/** The number of the migration that a later version will add. */
const NEXT = MIGRATIONS.length + 1;

/** The refusal of a file with a later schema. */
function newer(schema: number): RegExp {
  const numbers = `schema ${schema}; this version supports up to ${MIGRATIONS.length}`;
  return new RegExp(`written by a newer Millrace \\(${numbers}\\), .* Start that version`);
}

function refused(file: string, reason: RegExp): void {
  assert.throws(
    () => open(file),
    (error: unknown) => {
      assert.ok(error instanceof StoreFault, String(error));
      assert.match(error.message, reason);
      return true;
    },
  );
}

async function filledStore(file: string): Promise<void> {
  const store = open(file);
  for (let n = 0; n < 20; n++) await store.flows.create(flowRecord(`flow-${n}`, { definition: 'text '.repeat(2000) }));
  await store.close();
}

describe('sqlite store file', () => {
  it('is readable by its user only, and so is its folder', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'data', 'deep', 'flows.db');
    const store = open(file);
    await store.flows.create(flowRecord('a'));
    for (const name of [file, `${file}-wal`, `${file}-shm`, `${file}.lock`]) {
      assert.equal(statSync(name).mode & 0o777, 0o600, name);
    }
    assert.equal(statSync(join(folder, 'data')).mode & 0o777, 0o700);
    assert.equal(statSync(join(folder, 'data', 'deep')).mode & 0o777, 0o700);
    await store.close();
  });

  it('has a write-ahead log and the requested level of synchronization', (t) => {
    const folder = temporaryFolder(t);
    for (const [synchronous, level] of [
      ['FULL', 2],
      ['NORMAL', 1],
    ] as const) {
      const { database, close } = openDatabase({ file: join(folder, `${synchronous}.db`), synchronous });
      assert.equal(database.prepare('PRAGMA synchronous').get()?.['synchronous'], level);
      assert.equal(database.prepare('PRAGMA journal_mode').get()?.['journal_mode'], 'wal');
      close();
    }
  });

  it('has one owner in a process, under any name', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'flows.db');
    const store = open(file);
    refused(file, /Another Millrace server is using the store/);
    symlinkSync(folder, join(folder, 'link'));
    refused(join(folder, 'link', 'flows.db'), /Another Millrace server is using the store/);
    symlinkSync(file, join(folder, 'other.db'));
    refused(join(folder, 'other.db'), /Another Millrace server is using the store/);
    await store.close();
    await open(file).close();
  });

  it('can be read by another program while a server runs', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'flows.db');
    const store = open(file);
    await store.flows.create(flowRecord('a'));
    const reader = new DatabaseSync(file, { readOnly: true });
    assert.equal(reader.prepare('SELECT count(*) AS n FROM flows').get()?.['n'], 1);
    reader.close();
    await store.close();
  });

  it('can be an empty file', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'flows.db');
    writeFileSync(file, '');
    const store = open(file);
    assert.equal(await store.flows.create(flowRecord('a')), true);
    await store.close();
  });

  it('is refused when it is not a database', (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'flows.db');
    for (const text of ['hello', 'x'.repeat(10_000)]) {
      writeFileSync(file, text);
      refused(file, /flows\.db is not an SQLite database, or its beginning is damaged, .* Restore a backup/);
      assert.equal(readFileSync(file, 'utf8'), text);
    }
  });

  it("is refused and not changed when it is another program's", (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'flows.db');
    const other = new DatabaseSync(file);
    other.exec('CREATE TABLE notes (text TEXT)');
    other.close();
    const before = readFileSync(file);
    refused(file, /SQLite database of another program, so Millrace does not use it/);
    assert.deepEqual(readFileSync(file), before);
  });

  it('is refused when a newer version wrote it', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'flows.db');
    await filledStore(file);
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 99');
    database.close();
    refused(file, newer(99));
  });

  it('is refused when it is cut short', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'flows.db');
    await filledStore(file);
    truncateSync(file, statSync(file).size - 8192);
    refused(file, /flows\.db is damaged/);
    truncateSync(file, 50);
    refused(file, /flows\.db is damaged/);
  });

  it('is refused when a page of it is overwritten', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'flows.db');
    await filledStore(file);
    const bytes = readFileSync(file);
    bytes.fill(0xff, 4096, 3 * 4096);
    writeFileSync(file, bytes);
    refused(file, /flows\.db is damaged/);
  });

  it('is refused when it is a folder, or its folder cannot be created', (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'flows.db'));
    refused(join(folder, 'flows.db'), /flows\.db is a folder or a device/);
    writeFileSync(join(folder, 'plain'), '');
    refused(join(folder, 'plain', 'flows.db'), /cannot create the data folder .*plain: /);
  });

  it('is refused when its lock file is damaged, with the reason', (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'flows.db');
    writeFileSync(`${file}.lock`, 'this is no database at all, but longer than a header would be'.repeat(20));
    refused(file, /cannot use the lock file .*: .*The file contains no data\. Delete it/);
    mkdirSync(join(folder, 'other.db.lock'));
    refused(join(folder, 'other.db'), /cannot use the lock file .*: /);
  });

  it('is refused when it lacks a table or an index, and can be opened when that is back', async (t) => {
    const file = join(temporaryFolder(t), 'flows.db');
    await filledStore(file);
    const change = (sql: string) => {
      const database = new DatabaseSync(file);
      database.exec(sql);
      database.close();
    };
    change('ALTER TABLE journal RENAME TO gone');
    refused(file, /flows\.db lacks a part of its schema \(no such table: .*journal\).* "millrace doctor" says what/);
    change('ALTER TABLE gone RENAME TO journal');
    await open(file).close();
  });

  it('can be opened after a refusal', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'flows.db');
    writeFileSync(file, 'x'.repeat(10_000));
    refused(file, /not an SQLite database/);
    writeFileSync(file, '');
    await open(file).close();
  });
});

describe('migrations', () => {
  it('are numbered from 1 without a gap', () => {
    assert.deepEqual(
      MIGRATIONS.map((migration) => migration.number),
      MIGRATIONS.map((_, i) => i + 1),
    );
  });

  it('change an old file and preserve its content', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'flows.db');
    await filledStore(file);
    const options = { file, synchronous: 'FULL' } as const;
    const extra = { number: NEXT, sql: "ALTER TABLE flows ADD COLUMN extra TEXT NOT NULL DEFAULT 'x'" };
    const { database, close } = openDatabase(options, [...MIGRATIONS, extra]);
    assert.deepEqual(
      { ...database.prepare('SELECT count(*) AS n, min(extra) AS x FROM flows').get() },
      { n: 20, x: 'x' },
    );
    close();
    refused(file, newer(NEXT));
  });

  it('are applied whole or not at all', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'flows.db');
    await filledStore(file);
    const broken = { number: NEXT, sql: 'CREATE TABLE made (a TEXT); CREATE TABLE made (a TEXT);' };
    assert.throws(() => openDatabase({ file, synchronous: 'FULL' }, [...MIGRATIONS, broken]), StoreFault);
    const { database, close } = openDatabase({ file, synchronous: 'FULL' });
    assert.equal(database.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'made'").get()?.['n'], 0);
    close();
    assert.ok(existsSync(file));
  });
});
