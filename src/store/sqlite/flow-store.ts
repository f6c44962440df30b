/**
 * Flows in an SQLite file, the embedded default. Every change is one statement and so one transaction: after a crash a
 * flow is wholly old or wholly new, and what was answered is on the disk. The calls of `node:sqlite` are synchronous;
 * flows are few and changed rarely, and a running server reads their plans from its cache.
 */
import type { StatementSync } from 'node:sqlite';
import type {
  EnvironmentVariable,
  ExecutionMode,
  FlowChanges,
  FlowPage,
  FlowQuery,
  FlowRecord,
  FlowStore,
} from '../flows.ts';
import { openDatabase } from './database.ts';
import type { SqliteStoreOptions } from './database.ts';

const COLUMNS = `name, id, revision, type, execution_mode, created_ms, last_modified_ms, resource_group_id, role_arn,
  external_storage_location, description, environment, definition`;

type Row = ReturnType<StatementSync['get']>;

/**
 * Opens the store and brings its schema up to date.
 * @throws {StoreFault} when the file is in use, foreign, damaged, newer than this program or cannot be opened.
 */
export function openSqliteFlowStore(options: SqliteStoreOptions): FlowStore {
  const { database, requireFiles, close } = openDatabase(options);
  const insert = database.prepare(`
    INSERT INTO flows (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING`);
  const select = database.prepare(`SELECT ${COLUMNS} FROM flows WHERE name = ?`);
  const change = database.prepare(`
    UPDATE flows SET definition = coalesce(?, definition), description = coalesce(?, description),
      type = coalesce(?, type), role_arn = coalesce(?, role_arn), environment = coalesce(?, environment),
      last_modified_ms = ?, revision = revision + 1
    WHERE name = ? AND id = ?`);
  const remove = database.prepare('DELETE FROM flows WHERE name = ?');
  const range = database.prepare(`SELECT ${COLUMNS} FROM flows WHERE name >= ? ORDER BY name LIMIT ?`);
  const rangeOfGroup = database.prepare(`
    SELECT ${COLUMNS} FROM flows WHERE name >= ? AND resource_group_id = ? ORDER BY name LIMIT ?`);
  const number = database.prepare('SELECT count(*) AS n FROM flows');

  return {
    async create(flow) {
      requireFiles();
      return Number(insert.run(...valuesOf(flow)).changes) === 1;
    },
    async get(name) {
      requireFiles();
      return recordOf(select.get(name));
    },
    async update(name, changes, expectedId) {
      requireFiles();
      // Not RETURNING: a row would be handed over before the commit, and a failed commit would go unseen.
      const { changes: rows } = change.run(...changesOf(changes), name, expectedId);
      return Number(rows) === 0 ? null : recordOf(select.get(name));
    },
    async delete(name) {
      requireFiles();
      return Number(remove.run(name).changes) === 1;
    },
    async list(query) {
      requireFiles();
      const { fromName, limit, resourceGroupId } = query;
      const rows =
        resourceGroupId === null
          ? range.iterate(fromName, limit + 1)
          : rangeOfGroup.iterate(fromName, resourceGroupId, limit + 1);
      return page(rows, query);
    },
    async count() {
      requireFiles();
      return Number(number.get()?.['n']);
    },
    close: async () => close(),
  };
}

function valuesOf(flow: FlowRecord) {
  return [
    flow.name,
    flow.id,
    flow.revision,
    flow.type,
    flow.executionMode,
    flow.createdMs,
    flow.lastModifiedMs,
    flow.resourceGroupId,
    flow.roleArn,
    flow.externalStorageLocation,
    flow.description,
    JSON.stringify(flow.environment),
    flow.definition,
  ];
}

function changesOf(changes: FlowChanges) {
  return [
    changes.definition ?? null,
    changes.description ?? null,
    changes.type ?? null,
    changes.roleArn ?? null,
    changes.environment === undefined ? null : JSON.stringify(changes.environment),
    changes.lastModifiedMs,
  ];
}

function page(rows: Iterable<Row>, query: FlowQuery): FlowPage {
  const flows: FlowRecord[] = [];
  let units = 0;
  for (const row of rows) {
    const flow = recordOf(row) as FlowRecord;
    if (flows.length === query.limit || units > query.definitionUnits) return { flows, nextName: flow.name };
    flows.push(flow);
    units += flow.definition.length;
  }
  return { flows, nextName: null };
}

function recordOf(row: Row): FlowRecord | null {
  if (row === undefined) return null;
  return {
    name: String(row['name']),
    id: String(row['id']),
    definition: String(row['definition']),
    description: String(row['description']),
    type: row['type'] as FlowRecord['type'],
    executionMode: row['execution_mode'] as ExecutionMode,
    roleArn: String(row['role_arn']),
    externalStorageLocation: String(row['external_storage_location']),
    environment: JSON.parse(String(row['environment'])) as readonly EnvironmentVariable[],
    resourceGroupId: String(row['resource_group_id']),
    createdMs: Number(row['created_ms']),
    lastModifiedMs: Number(row['last_modified_ms']),
    revision: Number(row['revision']),
  };
}
