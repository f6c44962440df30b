/** Aliases in the SQLite store. A change of an alias checks its routes in the same transaction. */
import type { DatabaseSync } from 'node:sqlite';
import type { FlowAlias, FlowStore, Route } from '../flows.ts';
import type { ConnectionUse } from './connection.ts';
import type { Row } from './flow-rows.ts';
import { aliasOf } from './flow-rows.ts';
import { inTransaction } from './transaction.ts';

type AliasMethods = Pick<FlowStore, 'createAlias' | 'getAlias' | 'updateAlias' | 'deleteAlias' | 'listAliases'>;

export function aliasMethods(database: DatabaseSync, connection: ConnectionUse): AliasMethods {
  const select = database.prepare('SELECT * FROM flow_aliases WHERE flow = ? AND name = ?');
  const range = database.prepare('SELECT * FROM flow_aliases WHERE flow = ? AND name >= ? ORDER BY name LIMIT ?');
  const insert = database.prepare(`
    INSERT INTO flow_aliases (flow, name, created_ms, routes, description) VALUES (?, ?, ?, ?, ?)`);
  const change = database.prepare('UPDATE flow_aliases SET routes = ?, description = ? WHERE flow = ? AND name = ?');
  const remove = database.prepare('DELETE FROM flow_aliases WHERE flow = ? AND name = ?');
  const version = database.prepare('SELECT 1 FROM flow_versions WHERE flow = ? AND version = ?');

  function hasVersions(flowName: string, routes: readonly Route[]): boolean {
    return routes.every((route) => version.get(flowName, route.version) !== undefined);
  }

  function find(flowName: string, name: string): FlowAlias | null {
    const row = select.get(flowName, name);
    return row === undefined ? null : aliasOf(row);
  }

  return {
    createAlias: (flowName, alias) =>
      connection.write(() =>
        inTransaction(database, () => {
          if (select.get(flowName, alias.name) !== undefined) return 'exists';
          if (!hasVersions(flowName, alias.routes)) return 'no-version';
          insert.run(flowName, alias.name, alias.createdMs, JSON.stringify(alias.routes), alias.description);
          return 'created';
        }),
      ),
    getAlias: (flowName, name) => connection.read(() => find(flowName, name)),
    updateAlias: (flowName, name, changes) =>
      connection.write(() =>
        inTransaction(database, () => {
          const old = find(flowName, name);
          if (old === null) return 'absent';
          if (changes.routes !== undefined && !hasVersions(flowName, changes.routes)) return 'no-version';
          const alias = { ...old, ...changes };
          change.run(JSON.stringify(alias.routes), alias.description, flowName, name);
          return alias;
        }),
      ),
    deleteAlias: (flowName, name) => connection.write(() => Number(remove.run(flowName, name).changes) === 1),
    listAliases: (flowName, fromName, limit) =>
      connection.read(() => {
        const rows: Row[] = range.all(flowName, fromName, limit + 1);
        const more = rows.length > limit ? rows.pop() : undefined;
        return { aliases: rows.map(aliasOf), nextName: more === undefined ? null : aliasOf(more).name };
      }),
  };
}
