/**
 * Cases on the durable runtime with a real PostgreSQL: one server, and servers that die after each commit. Without
 * `MILLRACE_TEST_CASES=all` the first cases of each folder run, because all of them take minutes.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dirname } from 'node:path';
import type { Client } from 'pg';
import { systemScheduler } from '../../src/base/scheduler.ts';
import type { NodeNumber } from '../../src/store/nodes.ts';
import type { PostgresOptions } from '../../src/store/postgres/options.ts';
import { openPostgresStores } from '../../src/store/postgres/stores.ts';
import type { Stores } from '../../src/store/stores.ts';
import type { VirtualTime } from '../../src/testing/virtual-time.ts';
import { connect, freshOptions, WHERE_IT_RUNS } from '../store/postgres-stores.ts';
import { fileEnd } from '../support/at-end.ts';
import { readCases } from './case.ts';
import type { Case } from './case.ts';
import { driveDurable } from './durable.ts';
import { engine } from './engines.ts';
import { expectedHistory } from './expected-histories.ts';
import { differences } from './outcome.ts';

const OF_EACH_FOLDER = process.env['MILLRACE_TEST_CASES'] === 'all' ? Number.POSITIVE_INFINITY : 1;

/**
 * Their calls or histories depend on which of two commits is quicker, and the cases expect those of a store in memory. In the last one the
 * answer of a call comes at once, and may be durable before the check of the call has read the journal.
 */
const RACES = new Set([
  'classic-children/error',
  'classic-children/input',
  'distributed-map/callback-inside',
  'distributed-map/redrive-stopped',
  'redrive/twice-in-a-parallel',
]);

/** Deletes what cases have stored. The tables of one row, which have a column `one`, and what the migrations have made stay. */
const EMPTY = `DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT tablename FROM pg_tables t WHERE schemaname = current_schema()
    AND tablename NOT IN ('migrations', 'partitions') AND NOT EXISTS (SELECT 1 FROM information_schema.columns c
      WHERE c.table_schema = t.schemaname AND c.table_name = t.tablename AND c.column_name = 'one') LOOP
    EXECUTE format('DELETE FROM %I', name);
  END LOOP;
END $$`;

/** Cases that share a schema. Deleted rows make it slower with each. */
const CASES_OF_SCHEMA = 50;

interface Prepared {
  readonly options: PostgresOptions;
  readonly client: Client;
}

let prepared: Promise<Prepared> | null = null;
let cases = 0;

async function prepare(): Promise<Prepared> {
  const options = await freshOptions(fileEnd);
  const stores = await openPostgresStores(options, systemScheduler);
  await stores.close();
  return { options, client: await connect(fileEnd, options) };
}

async function openStores(time: VirtualTime): Promise<Stores> {
  if (cases++ % CASES_OF_SCHEMA === 0) prepared = prepare();
  const { options, client } = await (prepared as Promise<Prepared>);
  await client.query(EMPTY);
  return onVirtualTime(await openPostgresStores(options, systemScheduler), time);
}

/**
 * Time does not pass while the database works. Nodes neither beat nor poll, because a year of virtual time would be too many of both;
 * a node that joins replaces the one before, as with a store of one process.
 */
function onVirtualTime(stores: Stores, time: VirtualTime): Stores {
  const { nodes } = stores;
  let last: NodeNumber | null = null;
  const join: typeof nodes.join = async (info, nowMs) => {
    if (last !== null) await nodes.leave(last);
    const membership = await nodes.join(info, nowMs);
    last = membership.node;
    return membership;
  };
  return {
    ...stores,
    flows: slowly(stores.flows, time),
    executions: slowly(stores.executions, time),
    messages: slowly(stores.messages, time),
    schedules: slowly(stores.schedules, time),
    nodes: slowly({ ...nodes, isShared: false, join }, time),
  };
}

function slowly<T extends object>(port: T, time: VirtualTime): T {
  const members = Object.entries(port).map(([name, member]: [string, unknown]) => {
    if (typeof member !== 'function') return [name, member];
    const call = (...given: unknown[]): unknown => {
      const answer: unknown = Reflect.apply(member, port, given);
      return answer instanceof Promise ? time.outside(answer) : answer;
    };
    return [name, call];
  });
  return Object.fromEntries(members) as T;
}

/** Those that run, a few of each folder. */
function sample(cases: readonly Case[]): Case[] {
  const taken = new Map<string, number>();
  return cases.filter(({ id, expect }) => {
    if (expect.status === undefined || RACES.has(id)) return false;
    const folder = dirname(id);
    const count = (taken.get(folder) ?? 0) + 1;
    taken.set(folder, count);
    return count <= OF_EACH_FOLDER;
  });
}

for (const crashes of [false, true]) {
  const durable = engine('Standard', driveDurable({ crashes, openStores }));
  describe(crashes ? 'PostgreSQL, with crashes' : 'PostgreSQL', WHERE_IT_RUNS, () => {
    for (const wanted of sample(readCases().filter((one) => durable.takes(one)))) {
      test(`${wanted.id}: ${wanted.title}`, { timeout: 60_000 }, async () => {
        const found = differences(wanted, await durable.run(wanted), expectedHistory(wanted.id));
        if (found.length > 0)
          assert.fail(`\n${['', ...found].join('\n')}\n\nin test/conformance/cases/${wanted.id}.yaml`);
      });
    }
  });
}
