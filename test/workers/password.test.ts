/** The password in the URL of a store is in no output of the main process and its workers, and in no answer of theirs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, freshOptions, WHERE_IT_RUNS } from '../store/postgres-stores.ts';
import { callerOfEach, linesOf, logLine, pidOf, startWithWorkers } from './support.ts';
import type { Caller } from './support.ts';

const PLANTED = 'pl4nt3d/p@ss?word#1';

test('a password is not shown by a server whose database refuses it', WHERE_IT_RUNS, async (t) => {
  const options = await freshOptions(t);
  const { host, port, database, schema } = options;
  const admin = await connect(t, options);
  // The database of the tests asks this user for its password.
  await admin.query(`CREATE ROLE millrace_strict LOGIN PASSWORD '${PLANTED}'`);
  await admin.query(`CREATE SCHEMA ${schema} AUTHORIZATION millrace_strict`);
  const url = `postgres://millrace_strict:${encodeURIComponent(PLANTED)}@localhost:${port}/${database}`;
  const server = await startWithWorkers(t, {
    env: { MILLRACE_STORE: null },
    settings: `store: "${url}?host=${host}"\npostgres: {schema: ${schema}}\ncluster: {lease: 2s}\n`,
  });
  const callers = await callerOfEach(t, server);
  const system = await (callers.get(2) as Caller).call('DescribeSystem');
  assert.equal(system.body['Store'], 'postgres');
  // From here on the database lets no one in.
  await admin.query("ALTER ROLE millrace_strict PASSWORD 'another'");
  await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'millrace_strict'");
  const refused = await (callers.get(2) as Caller).call('ListFlows');
  process.kill(pidOf(server, 1), 'SIGKILL');
  const failed = await logLine(server, ({ msg }) => String(msg).includes('could not start'));
  assert.match(JSON.stringify(failed), /refuses the user millrace_strict/);
  const { stdout, stderr } = await server.stop();
  assert.ok(linesOf(server).length > 5);
  for (const text of [stdout, stderr, JSON.stringify([system, refused])]) {
    for (const form of [PLANTED, encodeURIComponent(PLANTED), 'pl4nt3d']) assert.ok(!text.includes(form), text);
  }
});
