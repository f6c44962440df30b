/**
 * Flows in an SQLite file. Every change is one transaction and durable when its call resolves. The calls of `node:sqlite`
 * are synchronous and block the main thread; that is acceptable here, because flows change rarely and a running server
 * reads plans from its cache.
 */
import { flowUnits } from '../flows.ts';
import type { FlowPage, FlowQuery, FlowRecord, FlowStore } from '../flows.ts';
import type { SharedConnection } from './connection.ts';
import type { FoundRow, Row } from './flow-rows.ts';
import { changeValues, FLOW_COLUMNS, flowOf, flowValues, HEAD_COLUMNS, headOf } from './flow-rows.ts';
import { aliasMethods } from './flow-aliases.ts';
import { versionMethods } from './flow-versions.ts';

export function createSqliteFlows(shared: SharedConnection): Omit<FlowStore, 'changesSince'> {
  const { database } = shared;
  const connection = shared.use('flow store');
  const insert = database.prepare(`
    INSERT INTO flows (${FLOW_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING`);
  const select = database.prepare(`SELECT ${FLOW_COLUMNS} FROM flows WHERE name = ?`);
  const change = database.prepare(`
    UPDATE flows SET definition = coalesce(?, definition), description = coalesce(?, description),
      type = coalesce(?, type), role_arn = coalesce(?, role_arn), environment = coalesce(?, environment),
      last_modified_ms = ?, writer = ?, revision = revision + 1
    WHERE name = ? AND id = ?`);
  const remove = database.prepare('DELETE FROM flows WHERE name = ?');
  const range = database.prepare(`SELECT ${FLOW_COLUMNS} FROM flows WHERE name >= ? ORDER BY name LIMIT ?`);
  const rangeOfGroup = database.prepare(`
    SELECT ${FLOW_COLUMNS} FROM flows WHERE name >= ? AND resource_group_id = ? ORDER BY name LIMIT ?`);
  const headRange = database.prepare(`SELECT ${HEAD_COLUMNS} FROM flows WHERE name >= ? ORDER BY name LIMIT ?`);
  const number = database.prepare('SELECT count(*) AS n FROM flows');

  return {
    create: (flow) => connection.write(() => Number(insert.run(...flowValues(flow)).changes) === 1),
    get: (name) => connection.read(() => found(select.get(name))),
    update: (name, changes, expectedId) =>
      connection.write(() => {
        // RETURNING would return the row before the commit, so a failed commit would go unnoticed.
        const { changes: rows } = change.run(...changeValues(changes), name, expectedId);
        return Number(rows) === 0 ? null : found(select.get(name));
      }),
    delete: (name) =>
      connection.write(() => {
        const id = found(select.get(name))?.id ?? null;
        remove.run(name);
        return id;
      }),
    list: (query) =>
      connection.read(() => {
        const { fromName, limit, resourceGroupId } = query;
        const rows =
          resourceGroupId === null
            ? range.iterate(fromName, limit + 1)
            : rangeOfGroup.iterate(fromName, resourceGroupId, limit + 1);
        return page(rows, query);
      }),
    heads: (fromName, limit) =>
      connection.read(() => {
        const rows = headRange.all(fromName, limit + 1);
        return { heads: rows.slice(0, limit).map(headOf), nextName: nameOf(rows[limit]) };
      }),
    count: () => connection.read(() => Number(number.get()?.['n'])),
    ...versionMethods(database, connection),
    ...aliasMethods(database, connection),
    close: () => connection.close(),
  };
}

function nameOf(row: FoundRow): string | null {
  return row === undefined ? null : String(row['name']);
}

function found(row: FoundRow): FlowRecord | null {
  return row === undefined ? null : flowOf(row);
}

function page(rows: Iterable<Row>, query: FlowQuery): FlowPage {
  const flows: FlowRecord[] = [];
  let units = 0;
  for (const row of rows) {
    const flow = flowOf(row);
    if (flows.length === query.limit || units > query.textUnits) return { flows, nextName: flow.name };
    flows.push(flow);
    units += flowUnits(flow);
  }
  return { flows, nextName: null };
}
