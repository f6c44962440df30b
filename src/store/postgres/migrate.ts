/**
 * Prepares the database for a node: checks that Millrace can use it, and applies the migrations that its schema lacks.
 *
 * Nodes start at the same time. Each migration is one transaction that holds a lock of the table `migrations`, so one node at a time
 * applies one.
 */
import { Client } from 'pg';
import { StoreFault } from '../fault.ts';
import { configOf, quoted } from './connect.ts';
import { CODES, hasCode, placeOf } from './faults.ts';
import { MIGRATIONS } from './migrations.ts';
import type { Migration } from './migrations.ts';
import type { PostgresOptions } from './options.ts';

const OLDEST_SERVER = 140_000;
/** A migration may change a large table. */
const MIGRATION_MS = 3_600_000;
/** How often the first tables are made again when other nodes make them at the same time. */
const ATTEMPTS = 10;
/** What PostgreSQL answers then, `IF NOT EXISTS` or not; which one depends on how far the other has come. */
const RACES = [CODES.uniqueViolation, CODES.duplicateSchema, CODES.duplicateTable, CODES.duplicateObject] as const;

/**
 * @returns the number of shards of the schema
 * @throws {StoreFault} when the database cannot be used
 */
export async function prepareDatabase(
  options: PostgresOptions,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<number> {
  const config = configOf(options, { enable_seqscan: 'on', idle_in_transaction_session_timeout: '0' });
  const client = new Client({ ...config, statement_timeout: MIGRATION_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await requireUsable(client, options);
    await makeFirstTables(client, options);
    await migrate(client, options, migrations);
    return await readShards(client, options);
  } finally {
    await client.end();
  }
}

async function requireUsable(client: Client, options: PostgresOptions): Promise<void> {
  const { rows } = await client.query<Record<'server' | 'version' | 'encoding' | 'readonly' | 'durable', string>>(`
    SELECT current_setting('server_version_num') AS server, current_setting('server_version') AS version,
      current_setting('server_encoding') AS encoding, current_setting('transaction_read_only') AS readonly,
      current_setting('synchronous_commit') AS durable`);
  const [found] = rows;
  if (Number(found?.server) < OLDEST_SERVER) {
    throw new StoreFault(
      `The database ${placeOf(options)} is PostgreSQL ${found?.version}, and Millrace needs 14 or later. Upgrade it, or name another one in MILLRACE_STORE.`,
    );
  }
  if (found?.encoding !== 'UTF8') {
    throw new StoreFault(
      `The database ${placeOf(options)} has the encoding ${found?.encoding}, which cannot hold every text of a flow. Make one with UTF8: CREATE DATABASE millrace ENCODING 'UTF8' TEMPLATE template0.`,
    );
  }
  if (found.readonly === 'on') {
    throw new StoreFault(
      `The database ${placeOf(options)} is read-only, so it is a standby or its transactions are read-only by default. Name the primary in MILLRACE_STORE.`,
    );
  }
  if (found.durable === 'off') {
    const { user } = options;
    throw new StoreFault(
      `The database ${placeOf(options)} confirms commits before they are on disk (synchronous_commit is off for the user ${user}), so a loss of power would lose starts that were answered and steps that have had effects. Switch it on: ALTER ROLE ${user} SET synchronous_commit = on.`,
    );
  }
}

/** Makes the schema and the table of its migrations. Several nodes may do so at once, and all but one then find them. */
async function makeFirstTables(client: Client, { schema }: PostgresOptions): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { rowCount } = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
      // CREATE SCHEMA IF NOT EXISTS would need the right to make one, even if an administrator has made it.
      if (rowCount === 0) await client.query(`CREATE SCHEMA ${quoted(schema)}`);
      const { rows } = await client.query<{ found: string | null }>("SELECT to_regclass('migrations') AS found");
      if (rows[0]?.found !== null) return;
      await client.query(`
        CREATE TABLE IF NOT EXISTS migrations (
          number integer PRIMARY KEY,
          readable_by integer NOT NULL,
          applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
        )`);
      return;
    } catch (error) {
      if (!hasCode(error, ...RACES) || attempt === ATTEMPTS) throw error;
    }
  }
}

async function migrate(client: Client, options: PostgresOptions, migrations: readonly Migration[]): Promise<void> {
  const known = migrations.at(-1)?.number ?? 0;
  for (let isDone = false; !isDone; ) {
    await client.query('BEGIN');
    try {
      const { rows } = await client.query<{ number: number; readable_by: number }>(
        'SELECT coalesce(max(number), 0) AS number, coalesce(max(readable_by), 0) AS readable_by FROM migrations',
      );
      const { number = 0, readable_by: readableBy = 0 } = rows[0] ?? {};
      if (readableBy > known) throw new StoreFault(newerSchema(options, number, known));
      const next = migrations.find((migration) => migration.number > number);
      isDone = next === undefined;
      if (next !== undefined) await applyLocked(client, options, next);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    }
  }
}

/** Does nothing if another node has applied the migration while this one waited for the lock. */
async function applyLocked(client: Client, options: PostgresOptions, migration: Migration): Promise<void> {
  await client.query('LOCK TABLE migrations IN EXCLUSIVE MODE');
  const { number, readableBy, sql } = migration;
  const { rowCount } = await client.query('SELECT 1 FROM migrations WHERE number >= $1', [number]);
  if (rowCount !== 0) return;
  await client.query(sql);
  if (number === 1) await client.query('INSERT INTO store VALUES (1, $1, 0, NULL, 0)', [options.shards]);
  await client.query('INSERT INTO migrations (number, readable_by) VALUES ($1, $2)', [number, readableBy]);
}

function newerSchema(options: PostgresOptions, number: number, known: number): string {
  return `The schema ${options.schema} of ${placeOf(options)} was changed by a newer Millrace (schema ${number}; this version supports up to ${known}), so this version cannot use it. Start that version or a later one, or name another schema (postgres.schema).`;
}

async function readShards(client: Client, options: PostgresOptions): Promise<number> {
  const { rows } = await client.query<{ shards: number }>('SELECT shards FROM store');
  const shards = Number(rows[0]?.shards);
  if (shards === options.shards) return shards;
  throw new StoreFault(
    `The schema ${options.schema} of ${placeOf(options)} has ${shards} ${shards === 1 ? 'shard' : 'shards'}, and postgres.shards is ${options.shards}. The number is fixed when the schema is made: correct postgres.shards, or name another schema (postgres.schema).`,
  );
}
