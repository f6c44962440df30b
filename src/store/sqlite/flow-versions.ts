/**
 * Versions and aliases in the SQLite store. Foreign keys delete them with their flow; what an alias routes to is checked
 * in the transaction that changes it, and a version's deletion looks for routes in its own.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { FlowAlias, FlowStore, FlowVersion, Route } from '../flows.ts';
import type { ConnectionUse } from './connection.ts';
import type { Row } from './flow-rows.ts';
import { aliasOf, summaryOf, versionOf } from './flow-rows.ts';
import { inTransaction } from './transaction.ts';

type VersionStore = Pick<
  FlowStore,
  | 'publish'
  | 'getVersion'
  | 'listVersions'
  | 'deleteVersion'
  | 'createAlias'
  | 'getAlias'
  | 'updateAlias'
  | 'deleteAlias'
  | 'listAliases'
>;

const FROZEN = 'revision, last_modified_ms, type, role_arn, description, environment, definition';

export function createVersionStore(database: DatabaseSync, connection: ConnectionUse): VersionStore {
  const number = database.prepare(`
    INSERT INTO version_numbers (flow, last) SELECT name, 1 FROM flows WHERE name = ?
    ON CONFLICT (flow) DO UPDATE SET last = last + 1`);
  const freeze = database.prepare(`
    INSERT INTO flow_versions (flow, version, created_ms, version_description, ${FROZEN})
    SELECT name, (SELECT last FROM version_numbers WHERE flow = name), ?, ?, ${FROZEN} FROM flows WHERE name = ?`);
  const lastNumber = database.prepare('SELECT last FROM version_numbers WHERE flow = ?');
  const version = database.prepare(`
    SELECT v.version, v.version_description, v.created_ms AS version_created_ms, f.name, f.id, f.execution_mode,
      f.created_ms, f.external_storage_location, f.resource_group_id,
      ${FROZEN.split(', ')
        .map((column) => `v.${column}`)
        .join(', ')}
    FROM flow_versions v JOIN flows f ON f.name = v.flow WHERE v.flow = ? AND v.version = ?`);
  const versions = database.prepare(`
    SELECT version, version_description, created_ms AS version_created_ms FROM flow_versions
    WHERE flow = ? AND version <= ? ORDER BY version DESC LIMIT ?`);
  const versionThere = database.prepare('SELECT 1 FROM flow_versions WHERE flow = ? AND version = ?');
  const routedTo = database.prepare(`
    SELECT 1 FROM flow_aliases, json_each(routes) AS route WHERE flow = ? AND route.value ->> 'version' = ?`);
  const removeVersion = database.prepare('DELETE FROM flow_versions WHERE flow = ? AND version = ?');

  const alias = database.prepare('SELECT * FROM flow_aliases WHERE flow = ? AND name = ?');
  const aliases = database.prepare('SELECT * FROM flow_aliases WHERE flow = ? AND name >= ? ORDER BY name LIMIT ?');
  const insertAlias = database.prepare(`
    INSERT INTO flow_aliases (flow, name, created_ms, routes, description) VALUES (?, ?, ?, ?, ?)`);
  const changeAlias = database.prepare(
    'UPDATE flow_aliases SET routes = ?, description = ? WHERE flow = ? AND name = ?',
  );
  const removeAlias = database.prepare('DELETE FROM flow_aliases WHERE flow = ? AND name = ?');

  const changing = <T>(act: () => T): Promise<T> => connection.write(() => inTransaction(database, act));

  function allThere(flowName: string, routes: readonly Route[]): boolean {
    return routes.every((route) => versionThere.get(flowName, route.version) !== undefined);
  }

  function findVersion(flowName: string, wanted: number): FlowVersion | null {
    const row = version.get(flowName, wanted);
    return row === undefined ? null : versionOf(row);
  }

  function findAlias(flowName: string, name: string): FlowAlias | null {
    const row = alias.get(flowName, name);
    return row === undefined ? null : aliasOf(row);
  }

  return {
    publish: (flowName, description, createdMs) =>
      changing(() => {
        if (Number(number.run(flowName).changes) === 0) return null;
        freeze.run(createdMs, description, flowName);
        return findVersion(flowName, Number(lastNumber.get(flowName)?.['last']));
      }),
    getVersion: (flowName, wanted) => connection.read(() => findVersion(flowName, wanted)),
    listVersions: (flowName, fromVersion, limit) =>
      connection.read(() => {
        const rows: Row[] = versions.all(flowName, fromVersion ?? Number.MAX_SAFE_INTEGER, limit + 1);
        const more = rows.length > limit ? rows.pop() : undefined;
        return { versions: rows.map(summaryOf), nextVersion: more === undefined ? null : summaryOf(more).version };
      }),
    deleteVersion: (flowName, wanted) =>
      changing(() => {
        if (versionThere.get(flowName, wanted) === undefined) return 'absent';
        if (routedTo.get(flowName, wanted) !== undefined) return 'routed-to';
        removeVersion.run(flowName, wanted);
        return 'deleted';
      }),
    createAlias: (flowName, made) =>
      changing(() => {
        if (alias.get(flowName, made.name) !== undefined) return 'exists';
        if (!allThere(flowName, made.routes)) return 'no-version';
        insertAlias.run(flowName, made.name, made.createdMs, JSON.stringify(made.routes), made.description);
        return 'created';
      }),
    getAlias: (flowName, name) => connection.read(() => findAlias(flowName, name)),
    updateAlias: (flowName, name, changes) =>
      changing(() => {
        const old = findAlias(flowName, name);
        if (old === null) return 'absent';
        if (changes.routes !== undefined && !allThere(flowName, changes.routes)) return 'no-version';
        const changed = { ...old, ...changes };
        changeAlias.run(JSON.stringify(changed.routes), changed.description, flowName, name);
        return changed;
      }),
    deleteAlias: (flowName, name) => connection.write(() => Number(removeAlias.run(flowName, name).changes) === 1),
    listAliases: (flowName, fromName, limit) =>
      connection.read(() => {
        const rows: Row[] = aliases.all(flowName, fromName, limit + 1);
        const more = rows.length > limit ? rows.pop() : undefined;
        return { aliases: rows.map(aliasOf), nextName: more === undefined ? null : aliasOf(more).name };
      }),
  };
}
