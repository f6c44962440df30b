/**
 * The plans of the statements that run often, or over large tables: they use indexes when the tables are empty, when they are full and
 * the database has no statistics yet, and when it has.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Client } from 'pg';
import { STATEMENTS } from '../../src/store/postgres/commit-statements.ts';
import { NEWEST_STARTS, NEWEST_STARTS_OF_STATUS, RUNNING_OF_FLOWS } from '../../src/store/postgres/flow-figures.ts';
import { DUE_ENDS, DUE_EXECUTIONS, OWNED_AWAKE, UNOWNED } from '../../src/store/postgres/ownership.ts';
import { ENDED, ENDED_ITEMS_OF_FLOW, ENDED_OF_FLOW } from '../../src/store/postgres/purge.ts';
import { ENDED_ITEMS_OF_RUN } from '../../src/store/postgres/removal.ts';
import { OPEN_MAIL, STOPS } from '../../src/store/postgres/requests.ts';
import { ExecutionSearch } from '../../src/store/postgres/execution-search.ts';
import type { ExecutionQuery } from '../../src/store/executions.ts';
import { ALL, endOf, newNode, row, startOf } from './executions.ts';
import { connect, freshOptions, open, WHERE_IT_RUNS } from './postgres-stores.ts';

const MANY = 50_000;

/** Statements that read all rows of a table that has one, or a few. */
const READS_ALL = new Set(['begin', 'commit', 'rollback', 'purged']);

const POLLED = {
  ...{ UNOWNED, OWNED_AWAKE, DUE_EXECUTIONS, DUE_ENDS, STOPS, OPEN_MAIL },
  ...{ NEWEST_STARTS, NEWEST_STARTS_OF_STATUS, RUNNING_OF_FLOWS },
  ...{ ENDED, ENDED_OF_FLOW, ENDED_ITEMS_OF_FLOW, ENDED_ITEMS_OF_RUN },
};

async function planOf(client: Client, text: string): Promise<string> {
  const { rows } = await client.query<Record<string, string>>(`EXPLAIN (GENERIC_PLAN) ${text}`);
  return rows.map((line) => line['QUERY PLAN']).join('\n');
}

async function useIndexes(client: Client): Promise<void> {
  const all = { ...STATEMENTS, ...POLLED };
  for (const [name, text] of Object.entries(all)) {
    if (READS_ALL.has(name)) continue;
    const plan = await planOf(client, text);
    assert.doesNotMatch(plan, /Seq Scan on (?!partitions|clock|store)/, `${name}:\n${plan}`);
    // Most lists of ids are short, and a table or an index may be long.
    if (name in STATEMENTS) assert.deepEqual(wholeScans(plan), [], `${name}:\n${plan}`);
  }
  assert.doesNotMatch(await planOf(client, ENDED), /Sort/, 'along its index, so that the limit ends it');
  for (const text of [NEWEST_STARTS, NEWEST_STARTS_OF_STATUS, RUNNING_OF_FLOWS]) {
    assert.match(await planOf(client, text), /using executions_by_(start|status) on/);
  }
  assert.doesNotMatch(await planOf(client, DUE_EXECUTIONS), /Bitmap|Hash Join|Merge Join/);
  await searchesAlongIndexes(client);
}

/** The scans of an index from end to end, and those that find rows by something else than their key. */
function wholeScans(plan: string): readonly string[] {
  const lines = plan.split('\n').map((line) => line.trim());
  return lines.filter((line, i) => {
    if (!/Index (?:Only )?Scan/.test(line)) return false;
    const isByKey = /using (?:executions_(?:pkey|by_name|owed)|(?!executions_)\w+) on/.test(line);
    return (
      !isByKey || !/^Index Cond: .* AND |^Index Cond: \(\(?(?:id|number|execution|message_id)/.test(lines[i + 1] ?? '')
    );
  });
}

/** Every combination of filters reads along an index in the order of the list. */
async function searchesAlongIndexes(client: Client): Promise<void> {
  const filters: Partial<ExecutionQuery>[] = [
    {},
    { status: 'Failed' },
    { startedAfterMs: 1, startedBeforeMs: 9 },
    { after: { startedMs: 5, id: 5 } },
    { status: 'Running', after: { startedMs: 5, id: 5 }, version: '1' },
    { mapRun: 'a' },
    { mapRun: 'a', status: 'Failed' },
  ];
  for (const query of filters) {
    const texts: string[] = [];
    const queries = {
      rows: async (text: string) => {
        texts.push(text);
        return [];
      },
    };
    await new ExecutionSearch(queries, { ...ALL, ...query }).find();
    for (const text of texts) {
      const plan = await planOf(client, text);
      assert.match(plan, /Index (?:Only )?Scan Backward using executions_by_(?:start|status|map_run)/, text);
      assert.doesNotMatch(plan, /Seq Scan|Bitmap/, text);
    }
  }
}

describe('plans in PostgreSQL', WHERE_IT_RUNS, () => {
  it('use indexes, with empty tables, with full ones, and with statistics of empty ones', async (t) => {
    const options = await freshOptions(t);
    const stores = await open(t, options);
    const { node } = await newNode(stores);
    await stores.executions.commit(node, [
      { ...startOf(1), journal: row(1), ...endOf() },
      { ...startOf(2), journal: row(1) },
    ]);
    const client = await connect(t, options);
    const { rows } = await client.query<{ version: number }>(
      "SELECT current_setting('server_version_num')::int AS version",
    );
    if ((rows[0]?.version ?? 0) < 160_000) return t.skip('EXPLAIN of a generic plan needs PostgreSQL 16');
    await useIndexes(client);
    await client.query('ANALYZE');
    await useIndexes(client);
    await client.query(`
      INSERT INTO executions (shard, id, flow, status, callback, owner, started_ms, stopped_ms, revision, depth, version, alias, name,
        identity, started_by, error, cause)
      SELECT 0, i, (SELECT flow FROM snapshots), CASE WHEN i % 10 = 0 THEN 0 ELSE 1 END, 0, CASE WHEN i % 10 = 0 THEN 1 END, i, i, 1, 0,
        '', '', 'n' || i, '', '', '', '' FROM generate_series(10, ${MANY}) AS i`);
    await client.query(`INSERT INTO journal SELECT 0, i, 1, 1, '[]' FROM generate_series(10, ${MANY}) AS i`);
    await useIndexes(client);
    await client.query('ANALYZE');
    await useIndexes(client);
  });
});
