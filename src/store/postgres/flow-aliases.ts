/** Aliases in PostgreSQL. A change of an alias checks its routes in the same transaction. */
import type { FlowAlias, FlowStore, Route } from '../flows.ts';
import type { DatabaseUse, Queries } from './database.ts';
import { recordChange } from './flow-changes.ts';
import { aliasOf } from './flow-rows.ts';
import { lockFlow } from './flow-versions.ts';
import { stored } from './texts.ts';

type AliasMethods = Pick<FlowStore, 'createAlias' | 'getAlias' | 'updateAlias' | 'deleteAlias' | 'listAliases'>;

export function aliasMethods(use: DatabaseUse): AliasMethods {
  return {
    createAlias: (flowName, alias) =>
      use.run((database) =>
        database.transaction(async (queries) => {
          await lockFlow(queries, stored(flowName));
          if ((await find(queries, flowName, alias.name)) !== null) return 'exists';
          if (!(await hasVersions(queries, flowName, alias.routes))) return 'no-version';
          await queries.rows(
            'INSERT INTO flow_aliases (flow, name, created_ms, routes, description) VALUES ($1, $2, $3, $4, $5)',
            [...keyOf(flowName, alias.name), alias.createdMs, JSON.stringify(alias.routes), stored(alias.description)],
          );
          await recordChange(queries, flowName);
          return 'created';
        }),
      ),
    getAlias: (flowName, name) => use.run((database) => find(database, flowName, name)),
    updateAlias: (flowName, name, changes) =>
      use.run((database) =>
        database.transaction(async (queries) => {
          await lockFlow(queries, stored(flowName));
          const old = await find(queries, flowName, name);
          if (old === null) return 'absent';
          if (changes.routes !== undefined && !(await hasVersions(queries, flowName, changes.routes))) {
            return 'no-version';
          }
          const alias = { ...old, ...changes };
          await queries.rows('UPDATE flow_aliases SET routes = $3, description = $4 WHERE flow = $1 AND name = $2', [
            ...keyOf(flowName, name),
            JSON.stringify(alias.routes),
            stored(alias.description),
          ]);
          await recordChange(queries, flowName);
          return alias;
        }),
      ),
    deleteAlias: (flowName, name) =>
      use.run((database) =>
        database.transaction(async (queries) => {
          const rows = await queries.rows(
            'DELETE FROM flow_aliases WHERE flow = $1 AND name = $2 RETURNING 1',
            keyOf(flowName, name),
          );
          if (rows.length === 1) await recordChange(queries, flowName);
          return rows.length === 1;
        }),
      ),
    listAliases: (flowName, fromName, limit) =>
      use.run(async (database) => {
        const rows = await database.rows(
          'SELECT * FROM flow_aliases WHERE flow = $1 AND name >= $2 ORDER BY name LIMIT $3',
          [...keyOf(flowName, fromName), limit + 1],
        );
        const aliases = rows.map(aliasOf);
        const more = aliases.length > limit ? aliases.pop() : undefined;
        return { aliases, nextName: more?.name ?? null };
      }),
  };
}

function keyOf(flowName: string, name: string): [string, string] {
  return [stored(flowName), stored(name)];
}

async function find(queries: Queries, flowName: string, name: string): Promise<FlowAlias | null> {
  const [row] = await queries.rows('SELECT * FROM flow_aliases WHERE flow = $1 AND name = $2', keyOf(flowName, name));
  return row === undefined ? null : aliasOf(row);
}

async function hasVersions(queries: Queries, flowName: string, routes: readonly Route[]): Promise<boolean> {
  const versions = routes.map(({ version }) => version);
  const rows = await queries.rows('SELECT version FROM flow_versions WHERE flow = $1 AND version = ANY($2::bigint[])', [
    stored(flowName),
    versions,
  ]);
  return versions.every((version) => rows.some((row) => Number(row['version']) === version));
}
