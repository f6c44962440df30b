/** Flows, versions and aliases, and the row of the owner. */
import type { DatabaseSync } from 'node:sqlite';
import type { RepairableFinding } from '../../store-file.ts';
import { amount, fault, repairable, some } from './finding.ts';

export function checkFlows(database: DatabaseSync): readonly RepairableFinding[] {
  return [
    ...checkOwner(database),
    ...checkFlowsOfExecutions(database),
    ...checkVersionNumbers(database),
    ...checkAliases(database),
  ];
}

function checkOwner(database: DatabaseSync): readonly RepairableFinding[] {
  if (database.prepare('SELECT 1 FROM owner').get() !== undefined) return [];
  return [
    repairable({
      what: 'The row of the owner is missing.',
      means:
        'The server does not start. The key of the task tokens was in the row, so tokens that were issued are not good any more.',
      repair: 'adds the row; the next start of the server makes a new key',
      run: () =>
        database.exec(`
          INSERT INTO owner (one, fence, purged_id, token_key)
          SELECT 1, 0, coalesce(max(id), 0), NULL FROM executions`),
    }),
  ];
}

function checkFlowsOfExecutions(database: DatabaseSync): readonly RepairableFinding[] {
  const lost = 'FROM executions e WHERE NOT EXISTS (SELECT 1 FROM execution_flows WHERE key = e.flow)';
  const number = Number(database.prepare(`SELECT count(*) AS n ${lost}`).get()?.['n']);
  if (number === 0) return [];
  return [
    repairable({
      what: `${amount(number, 'execution')} ${number === 1 ? 'belongs' : 'belong'} to a flow that the store does not know.`,
      means: 'No call finds them, and they are never deleted.',
      repair: 'marks them as executions of a deleted flow, so that the server stops and deletes them',
      run: () =>
        database.exec(`
          INSERT INTO execution_flows (key, flow_id, name)
          SELECT DISTINCT e.flow, 'lost-' || e.flow, 'lost-' || e.flow ${lost}`),
    }),
  ];
}

function checkVersionNumbers(database: DatabaseSync): readonly RepairableFinding[] {
  const rows = database
    .prepare(`
      SELECT v.flow, max(v.version) AS version FROM flow_versions v LEFT JOIN version_numbers n ON n.flow = v.flow
      WHERE EXISTS (SELECT 1 FROM flows f WHERE f.name = v.flow)
      GROUP BY v.flow HAVING max(v.version) > coalesce(max(n.last), 0)`)
    .all();
  if (rows.length === 0) return [];
  return [
    repairable({
      what: `The last version number of ${amount(rows.length, 'flow')} is wrong: ${some(rows.map((row) => String(row['flow'])))}.`,
      means: 'The next PublishFlowVersion would fail, or use a number again.',
      repair: 'sets it to the highest version',
      run: () => {
        const set = database.prepare(`
          INSERT INTO version_numbers (flow, last) VALUES (?, ?) ON CONFLICT (flow) DO UPDATE SET last = excluded.last`);
        for (const row of rows) set.run(String(row['flow']), Number(row['version']));
      },
    }),
  ];
}

function checkAliases(database: DatabaseSync): readonly RepairableFinding[] {
  const rows = database
    .prepare(`
      SELECT DISTINCT a.flow, a.name FROM flow_aliases a, json_each(a.routes) AS route
      WHERE NOT EXISTS (SELECT 1 FROM flow_versions v WHERE v.flow = a.flow AND v.version = route.value ->> 'version')`)
    .all();
  if (rows.length === 0) return [];
  return [
    fault({
      what: `${rows.length === 1 ? 'An alias leads' : `${rows.length} aliases lead`} to versions that do not exist: ${some(rows.map((row) => `${String(row['flow'])}/${String(row['name'])}`))}.`,
      means: 'Starts with such an alias fail.',
      advice: 'Give each its versions with "millrace call UpdateFlowAlias".',
    }),
  ];
}
