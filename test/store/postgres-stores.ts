/** Stores in the PostgreSQL of the tests, with a connection beside them. */
import { Client } from 'pg';
import { systemScheduler } from '../../src/base/scheduler.ts';
import { configOf } from '../../src/store/postgres/connect.ts';
import type { PostgresOptions } from '../../src/store/postgres/options.ts';
import { openPostgresStores } from '../../src/store/postgres/stores.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { postgresFault, testPostgres } from '../support/postgres.ts';

const fault = postgresFault();
/** For the tests of a file: skips them where PostgreSQL cannot run and need not. */
export const WHERE_IT_RUNS = { skip: fault !== null && process.env['CI'] === undefined && fault };

/** Options of an empty schema. */
export async function freshOptions(t: CleanUp, members: Partial<PostgresOptions> = {}): Promise<PostgresOptions> {
  return (await testPostgres()).options(temporaryFolder(t), members);
}

export async function open(t: CleanUp, options: PostgresOptions) {
  const stores = await openPostgresStores(options, systemScheduler);
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await stores.close();
    isOpen = false;
  };
  atEnd(t, close);
  return { ...stores, close };
}

/** A connection with the settings of the stores, and their schema. */
export async function connect(t: CleanUp, options: PostgresOptions): Promise<Client> {
  const client = new Client(configOf(options, { idle_in_transaction_session_timeout: '0' }));
  client.on('error', () => undefined);
  await client.connect();
  atEnd(t, () => client.end());
  return client;
}

/** Waits until a statement with this text waits for a lock. */
export async function waitForBlocked(client: Client, text: string): Promise<void> {
  for (;;) {
    // A transaction sees the same statistics until its end.
    await client.query('SELECT pg_stat_clear_snapshot()');
    const { rowCount } = await client.query(
      `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND position($1 IN query) > 0 AND pid <> pg_backend_pid()`,
      [text],
    );
    if (rowCount !== 0) return;
  }
}
