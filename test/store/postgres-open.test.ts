/** Opening a store in PostgreSQL: what makes it impossible, migrations by several nodes at once, and schemas of other versions. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemScheduler } from '../../src/base/scheduler.ts';
import { Secret } from '../../src/config/settings.ts';
import { StoreFault } from '../../src/store/fault.ts';
import { prepareDatabase } from '../../src/store/postgres/migrate.ts';
import { MIGRATIONS } from '../../src/store/postgres/migrations.ts';
import { openPostgresStores } from '../../src/store/postgres/stores.ts';
import type { PostgresOptions } from '../../src/store/postgres/options.ts';
import { newNode, row, startOf } from './executions.ts';
import { connect, freshOptions, open, WHERE_IT_RUNS } from './postgres-stores.ts';

async function refused(options: PostgresOptions, message: RegExp): Promise<void> {
  await assert.rejects(openPostgresStores(options, systemScheduler), (error) => {
    assert.ok(error instanceof StoreFault, String(error));
    assert.match(error.message, message);
    return true;
  });
}

describe('opening a store in PostgreSQL', WHERE_IT_RUNS, () => {
  it('says why it cannot connect', async (t) => {
    const options = await freshOptions(t);
    await refused(
      { ...options, port: 5433 },
      /^Millrace cannot connect to the database postgres in .*ENOENT.*Check that it runs/,
    );
    await refused({ ...options, database: 'absent' }, /has no database absent\. Make it \(CREATE DATABASE absent\)/);
    await refused({ ...options, tls: 'require' }, /cannot connect.*does not support SSL/);
    await refused({ ...options, tls: 'require', caFile: '/no/such/file' }, /cannot connect.*no such file/);
  });

  it('says that a password is wrong, and does not show it', async (t) => {
    const options = await freshOptions(t);
    const other = await connect(t, options);
    // The database of the tests asks this user for its password.
    await other.query("CREATE ROLE millrace_strict LOGIN PASSWORD 'right'");
    const strict = { ...options, user: 'millrace_strict', password: new Secret('wr0ng') };
    await refused(strict, /refuses the user millrace_strict \((?!.*wr0ng).*Correct the user and the password/);
    await refused({ ...strict, password: null }, /cannot connect|refuses the user/);
  });

  it('says that the user may not make the schema', async (t) => {
    const options = await freshOptions(t);
    const other = await connect(t, options);
    await other.query('CREATE ROLE poor LOGIN');
    await refused(
      { ...options, user: 'poor' },
      new RegExp(
        `The user poor may not make or use the schema ${options.schema} .*CREATE SCHEMA ${options.schema} AUTHORIZATION poor`,
      ),
    );
    await other.query(`CREATE SCHEMA ${options.schema} AUTHORIZATION poor`);
    await (await open(t, { ...options, user: 'poor' })).close();
  });

  it('refuses a database that cannot hold every text', async (t) => {
    const options = await freshOptions(t);
    const other = await connect(t, options);
    await other.query("CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0");
    await refused({ ...options, database: 'ascii' }, /has the encoding SQL_ASCII/);
    await other.query('DROP DATABASE ascii');
  });

  it('refuses a standby, which cannot be written to', async (t) => {
    const options = await freshOptions(t);
    const other = await connect(t, options);
    await other.query('CREATE ROLE reader LOGIN');
    await other.query('ALTER ROLE reader SET default_transaction_read_only = on');
    await refused({ ...options, user: 'reader' }, /is read-only, so it is a standby/);
  });

  it('refuses commits that are confirmed before they are on disk', async (t) => {
    const options = await freshOptions(t);
    const other = await connect(t, options);
    await other.query('CREATE ROLE hasty LOGIN');
    await other.query(`CREATE SCHEMA ${options.schema} AUTHORIZATION hasty`);
    await other.query('ALTER ROLE hasty SET synchronous_commit = off');
    await refused(
      { ...options, user: 'hasty' },
      /confirms commits before they are on disk \(synchronous_commit is off for the user hasty\).*ALTER ROLE hasty SET synchronous_commit = on/,
    );
    await other.query('ALTER ROLE hasty SET synchronous_commit = local');
    await (await open(t, { ...options, user: 'hasty' })).close();
  });

  it('makes the schema once, for nodes that start at the same time', async (t) => {
    const options = await freshOptions(t);
    const opened = await Promise.allSettled([1, 2, 3, 4].map(() => open(t, options)));
    const nodes = opened.map((each) => {
      if (each.status === 'rejected') throw each.reason;
      return each.value;
    });
    const numbers = await Promise.all(nodes.map(async (each) => (await newNode(each)).node));
    assert.deepEqual(
      numbers.toSorted((a, b) => a - b),
      [1, 2, 3, 4],
    );
    const other = await connect(t, options);
    const { rows } = await other.query('SELECT number FROM migrations');
    assert.deepEqual(
      rows.map(({ number }) => Number(number)),
      MIGRATIONS.map(({ number }) => number),
    );
  });

  it('makes its first tables while other nodes do, at every moment that they can meet', async (t) => {
    for (let round = 0; round < 15; round++) {
      const options = await freshOptions(t);
      const prepared = await Promise.allSettled(Array.from({ length: 6 }, () => prepareDatabase(options)));
      for (const each of prepared)
        assert.equal(each.status, 'fulfilled', each.status === 'rejected' ? String(each.reason) : '');
    }
  });

  it('applies a later migration once, and a migration that fails not at all', async (t) => {
    const options = await freshOptions(t);
    await prepareDatabase(options);
    const number = MIGRATIONS.length + 1;
    const broken = { number, readableBy: 1, sql: 'CREATE TABLE more (n int); SELECT 1 / 0' };
    await assert.rejects(prepareDatabase(options, [...MIGRATIONS, broken]), /division by zero/);
    const good = { number, readableBy: 1, sql: 'CREATE TABLE more (n int)' };
    await Promise.all([1, 2, 3].map(() => prepareDatabase(options, [...MIGRATIONS, good])));
    const other = await connect(t, options);
    assert.equal((await other.query('SELECT 1 FROM migrations WHERE number = $1', [number])).rowCount, 1);
  });

  it('works beside a later version if that one lets it, and refuses to if not', async (t) => {
    const options = await freshOptions(t);
    const stores = await open(t, options);
    const other = await connect(t, options);
    await other.query('INSERT INTO migrations VALUES (98, 1)');
    const beside = await open(t, options);
    const { node } = await newNode(beside);
    assert.deepEqual(await beside.executions.commit(node, [{ ...startOf(1), journal: row(1) }]), ['stored']);
    assert.equal((await beside.executions.get(1))?.status, 'Running');
    // Prepared statements of this version meet a table with a column more.
    await other.query('ALTER TABLE executions ADD COLUMN later bigint');
    for (const store of [beside.executions, stores.executions]) assert.equal((await store.get(1))?.status, 'Running');
    assert.deepEqual(await beside.executions.commit(node, [{ id: 1, journal: row(2) }]), ['stored']);
    await other.query('INSERT INTO migrations VALUES (99, 99)');
    await refused(options, /was changed by a newer Millrace \(schema 99; this version supports up to \d+\)/);
    await stores.close();
  });

  it('refuses another number of shards than the schema has', async (t) => {
    const options = await freshOptions(t);
    await (await open(t, options)).close();
    await refused({ ...options, shards: 2 }, /has 1 shard, and postgres\.shards is 2/);
  });
});
