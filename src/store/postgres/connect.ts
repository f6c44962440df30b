/**
 * Connections to the database. All of them have the same bounds: no statement, no lock and no silent network makes a call wait for
 * ever. Each sets what the statements depend on, because database and user may have other defaults.
 */
import { readFileSync } from 'node:fs';
import { Client, Pool } from 'pg';
import type { ClientConfig } from 'pg';
import type { PostgresOptions } from './options.ts';

/** How much longer a call waits for an answer than the database may work on it: then the network is broken. */
const NETWORK_MS = 2_000;
/** A transaction that waits for its client this long ends: the client has stopped, and others may wait for its locks. */
const IDLE_IN_TRANSACTION_MS = 2_000;
/** The system probes a silent connection after this time. */
const KEEPALIVE_MS = 5_000;
/** A connection of the pool that no call has needed for this long is closed. */
const IDLE_MS = 60_000;

/** Names as the settings allow them need no quotes; a test may have others. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** After this time without an answer, a call fails and its connection is given up. */
export function answerTimeoutMs({ statementTimeoutMs }: PostgresOptions): number {
  return statementTimeoutMs + NETWORK_MS;
}

const SESSION = {
  default_transaction_isolation: 'read committed',
  idle_in_transaction_session_timeout: String(IDLE_IN_TRANSACTION_MS),
  // The database notices a client that is gone within some seconds, and releases its locks.
  tcp_keepalives_idle: '5',
  tcp_keepalives_interval: '2',
  tcp_keepalives_count: '3',
  // Short statements gain nothing from compilation.
  jit: 'off',
  // A statement gets its plan once for all parameters. With statistics of an empty table the planner prefers to read whole tables,
  // and would continue to when they are large; so it may use neither such scans nor joins that need them.
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  // Nor may it sort where an index has the order: the limit of a query then ends the reading.
  enable_sort: 'off',
  // A row is looked up once in a statement, so remembering it is work for nothing.
  enable_memoize: 'off',
} as const;

/** @param more settings of this connection */
export function configOf(options: PostgresOptions, more: Readonly<Record<string, string>> = {}): ClientConfig {
  const { host, port, database, user, password, statementTimeoutMs, connectTimeoutMs } = options;
  const session = { ...SESSION, search_path: quoted(options.schema), ...more };
  return {
    ...{ host, port, database, user },
    ...(password === null ? {} : { password: password.reveal() }),
    ssl: tlsOf(options),
    application_name: 'millrace',
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_MS,
    options: Object.entries(session)
      .map(([name, value]) => `-c ${name}=${value.replaceAll('\\', '\\\\').replaceAll(' ', '\\ ')}`)
      .join(' '),
  };
}

/** Reads the file each time: a connection that opens later trusts the certificates that are there then. */
function tlsOf({ tls, caFile }: PostgresOptions): NonNullable<ClientConfig['ssl']> {
  if (tls === 'disable') return false;
  return { rejectUnauthorized: tls === 'verify-full', ...(caFile === null ? {} : { ca: readFileSync(caFile) }) };
}

/**
 * A connection of its own, which is not open yet. An error of it that no call waits for is silent: the next call reports it.
 * @param session settings of this connection
 * @param more how the client behaves
 */
export function createClient(
  options: PostgresOptions,
  session: Readonly<Record<string, string>> = {},
  more: Pick<ClientConfig, 'query_timeout'> = {},
): Client {
  const client = new Client({ ...configOf(options, session), ...more });
  client.on('error', () => undefined);
  return client;
}

export function createPool(options: PostgresOptions): Pool {
  const pool = new Pool({
    ...configOf(options),
    max: options.pool,
    idleTimeoutMillis: IDLE_MS,
    query_timeout: answerTimeoutMs(options),
  });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
