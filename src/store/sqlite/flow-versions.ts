/**
 * Versions in the SQLite store. Foreign keys delete them with their flow. A deletion looks for aliases that lead to the
 * version in the same transaction.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { FlowStore, FlowVersion } from '../flows.ts';
import type { ConnectionUse } from './connection.ts';
import type { Row } from './flow-rows.ts';
import { summaryOf, versionOf } from './flow-rows.ts';
import { inTransaction } from './transaction.ts';

type VersionMethods = Pick<FlowStore, 'publish' | 'getVersion' | 'listVersions' | 'deleteVersion'>;

/** The columns of a flow that a version copies. */
const COPIED = [
  'revision',
  'last_modified_ms',
  'type',
  'role_arn',
  'description',
  'environment',
  'definition',
  'writer',
];

export function versionMethods(database: DatabaseSync, connection: ConnectionUse): VersionMethods {
  const raiseNumber = database.prepare(`
    INSERT INTO version_numbers (flow, last) SELECT name, 1 FROM flows WHERE name = ?
    ON CONFLICT (flow) DO UPDATE SET last = last + 1`);
  const lastNumber = database.prepare('SELECT last FROM version_numbers WHERE flow = ?');
  const insert = database.prepare(`
    INSERT INTO flow_versions (flow, version, created_ms, version_description, ${COPIED.join(', ')})
    SELECT name, (SELECT last FROM version_numbers WHERE flow = name), ?, ?, ${COPIED.join(', ')}
    FROM flows WHERE name = ?`);
  const select = database.prepare(`
    SELECT v.version, v.version_description, v.created_ms AS version_created_ms, f.name, f.id, f.execution_mode,
      f.created_ms, f.external_storage_location, f.resource_group_id, ${COPIED.map((column) => `v.${column}`).join(', ')}
    FROM flow_versions v JOIN flows f ON f.name = v.flow WHERE v.flow = ? AND v.version = ?`);
  const range = database.prepare(`
    SELECT version, version_description, created_ms AS version_created_ms FROM flow_versions
    WHERE flow = ? AND version <= ? ORDER BY version DESC LIMIT ?`);
  const routedTo = database.prepare(`
    SELECT 1 FROM flow_aliases, json_each(routes) AS route WHERE flow = ? AND route.value ->> 'version' = ?`);
  const remove = database.prepare('DELETE FROM flow_versions WHERE flow = ? AND version = ?');

  function find(flowName: string, version: number): FlowVersion | null {
    const row = select.get(flowName, version);
    return row === undefined ? null : versionOf(row);
  }

  return {
    publish: (flowName, description, createdMs) =>
      connection.write(() =>
        inTransaction(database, () => {
          if (Number(raiseNumber.run(flowName).changes) === 0) return null;
          insert.run(createdMs, description, flowName);
          return find(flowName, Number(lastNumber.get(flowName)?.['last']));
        }),
      ),
    getVersion: (flowName, version) => connection.read(() => find(flowName, version)),
    listVersions: (flowName, fromVersion, limit) =>
      connection.read(() => {
        const rows: Row[] = range.all(flowName, fromVersion ?? Number.MAX_SAFE_INTEGER, limit + 1);
        const more = rows.length > limit ? rows.pop() : undefined;
        return { versions: rows.map(summaryOf), nextVersion: more === undefined ? null : summaryOf(more).version };
      }),
    deleteVersion: (flowName, version) =>
      connection.write(() =>
        inTransaction(database, () => {
          if (routedTo.get(flowName, version) !== undefined) return 'routed-to';
          return Number(remove.run(flowName, version).changes) === 1 ? 'deleted' : 'absent';
        }),
      ),
  };
}
