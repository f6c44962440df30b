/** Versions of flows in PostgreSQL. Foreign keys delete them with their flow. */
import type { FlowStore, FlowVersion } from '../flows.ts';
import type { DatabaseUse, Queries } from './database.ts';
import { recordChange } from './flow-changes.ts';
import { summaryOf, versionOf } from './flow-rows.ts';
import { stored } from './texts.ts';

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

export function versionMethods(use: DatabaseUse): VersionMethods {
  return {
    publish: (flowName, description, createdMs) =>
      use.run((database) =>
        database.transaction(async (queries) => {
          const name = stored(flowName);
          const [raised] = await queries.rows(
            `INSERT INTO version_numbers (flow, last) SELECT name, 1 FROM flows WHERE name = $1
             ON CONFLICT (flow) DO UPDATE SET last = version_numbers.last + 1 RETURNING last`,
            [name],
          );
          if (raised === undefined) return null;
          const version = Number(raised['last']);
          await queries.rows(
            `INSERT INTO flow_versions (flow, version, created_ms, version_description, ${COPIED.join(', ')})
             SELECT name, $2, $3, $4, ${COPIED.join(', ')} FROM flows WHERE name = $1`,
            [name, version, createdMs, stored(description)],
          );
          return find(queries, name, version);
        }),
      ),
    getVersion: (flowName, version) => use.run((database) => find(database, stored(flowName), version)),
    listVersions: (flowName, fromVersion, limit) =>
      use.run(async (database) => {
        const rows = await database.rows(
          `SELECT version, version_description, created_ms AS version_created_ms FROM flow_versions
           WHERE flow = $1 AND version <= $2 ORDER BY version DESC LIMIT $3`,
          [stored(flowName), fromVersion ?? Number.MAX_SAFE_INTEGER, limit + 1],
        );
        const versions = rows.map(summaryOf);
        const more = versions.length > limit ? versions.pop() : undefined;
        return { versions, nextVersion: more?.version ?? null };
      }),
    deleteVersion: (flowName, version) =>
      use.run((database) =>
        database.transaction(async (queries) => {
          const name = stored(flowName);
          await lockFlow(queries, name);
          const routed = await queries.rows(
            `SELECT 1 FROM flow_aliases, json_array_elements(routes::json) AS route
             WHERE flow = $1 AND (route ->> 'version')::bigint = $2`,
            [name, version],
          );
          if (routed.length > 0) return 'routed-to';
          const rows = await queries.rows('DELETE FROM flow_versions WHERE flow = $1 AND version = $2 RETURNING 1', [
            name,
            version,
          ]);
          if (rows.length === 0) return 'absent';
          await recordChange(queries, flowName);
          return 'deleted';
        }),
      ),
  };
}

/** Changes of the versions and aliases of a flow wait for each other: an alias never leads to a version that is being deleted. */
export async function lockFlow(queries: Queries, name: string): Promise<void> {
  await queries.rows('SELECT 1 FROM flows WHERE name = $1 FOR UPDATE', [name]);
}

async function find(queries: Queries, name: string, version: number): Promise<FlowVersion | null> {
  const [row] = await queries.rows(
    `SELECT v.version, v.version_description, v.created_ms AS version_created_ms, f.name, f.id, f.execution_mode,
       f.created_ms, f.external_storage_location, f.resource_group_id, ${COPIED.map((column) => `v.${column}`).join(', ')}
     FROM flow_versions v JOIN flows f ON f.name = v.flow WHERE v.flow = $1 AND v.version = $2`,
    [name, version],
  );
  return row === undefined ? null : versionOf(row);
}
