/** The part of the table of settings about the store, and about the nodes that share one. */
import * as k from './kinds.ts';
import { DEFAULT_STORE, storePlace } from './store-url.ts';
import { setting } from './table-entry.ts';

const MINUTE_MS = 60_000;

export const STORE = {
  store: setting(
    'MILLRACE_STORE',
    storePlace,
    DEFAULT_STORE,
    'Where the server stores flows, executions and messages: `sqlite:` and a file (relative to the data folder); `postgres://user:password@host:5432/database?sslmode=verify-full`, which several servers can share; or `memory`, whose content is lost when the server ends. `sslmode` is `disable`, `require` (TLS, the certificate is not checked) or `verify-full`, the default except on this machine. `?host=/folder` names a socket.',
  ),
  'sqlite.synchronous': setting(
    null,
    k.word('full', 'normal'),
    'full',
    '`full`: a change is on disk before the server answers. `normal` is faster, but a power failure can lose the last changes.',
  ),
  'postgres.password': setting(
    'MILLRACE_POSTGRES_PASSWORD',
    k.optional(k.secret),
    null,
    'Password of the user, if the URL has none.',
  ),
  'postgres.ca': setting(
    'MILLRACE_POSTGRES_CA',
    k.optional(k.text),
    null,
    "PEM file of the certificates that sign the database's. Default: those that Node.js trusts.",
  ),
  'postgres.schema': setting(
    null,
    k.matching(/^[a-z_][a-z0-9_]{0,62}$/, 'a name of small letters, digits and _'),
    'millrace',
    'Schema of the tables. The server makes it if it does not exist and the user may make one.',
  ),
  'postgres.pool': setting(
    null,
    k.integer(2, 1_000),
    8,
    'Most connections for reads and small changes. Each server has two more: for commits, and for hints between servers.',
  ),
  'postgres.statementTimeout': setting(
    null,
    k.duration(1_000, 10 * MINUTE_MS, 'from 1s to 10m'),
    '10s',
    'The database ends a statement that takes longer, and the server tries again. A connection that is silent for two seconds more is given up.',
  ),
  'postgres.connectTimeout': setting(
    null,
    k.duration(100, 10 * MINUTE_MS, 'from 100ms to 10m'),
    '5s',
    'How long a connection may take to open.',
  ),
  'postgres.shards': setting(
    null,
    k.integer(1, 1_024),
    1,
    'Parts into which executions are split, for databases that spread rows over machines. Fixed when the schema is made.',
  ),
  'cluster.name': setting(
    'MILLRACE_CLUSTER_NAME',
    k.optional(k.text),
    null,
    'Name of this server among those that share its store, for people. Default: host name and process id.',
  ),
  'cluster.lease': setting(
    null,
    k.duration(2_000, 10 * MINUTE_MS, 'from 2s to 10m'),
    '10s',
    'How long a server may be silent until the others take over what it runs. A server that cannot reach the store for this long starts nothing more.',
  ),
  'cluster.poll': setting(
    null,
    k.duration(50, MINUTE_MS, 'from 50ms to 1m'),
    '500ms',
    'How often a server looks for work and requests of the others. Hints make it look earlier; they may be lost.',
  ),
};
