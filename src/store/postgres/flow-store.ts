/** Flows in PostgreSQL. A change is one transaction, which also takes the next epoch of flows (`flow-changes.ts`). */
import { flowUnits } from '../flows.ts';
import type { FlowPage, FlowQuery, FlowRecord, FlowStore } from '../flows.ts';
import type { DatabaseUse, Queries, Row } from './database.ts';
import { aliasMethods } from './flow-aliases.ts';
import { changesSince, recordChange } from './flow-changes.ts';
import { changeValues, FLOW_COLUMNS, flowOf, flowValues, HEAD_COLUMNS, headOf } from './flow-rows.ts';
import { versionMethods } from './flow-versions.ts';
import { original, stored } from './texts.ts';

const SELECT = `SELECT ${FLOW_COLUMNS} FROM flows`;
/** Flows that a page reads at once: each may have a definition of a mebibyte. */
const READ_AT_ONCE = 20;

export function createPostgresFlows(use: DatabaseUse): FlowStore {
  return {
    create: (flow) =>
      use.run((database) =>
        database.transaction(async (queries) => {
          const rows = await queries.rows(
            `INSERT INTO flows (${FLOW_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
             ON CONFLICT (name) DO NOTHING RETURNING 1`,
            flowValues(flow),
          );
          if (rows.length === 1) await recordChange(queries, flow.name);
          return rows.length === 1;
        }),
      ),
    get: (name) => use.run((database) => find(database, name)),
    update: (name, changes, expectedId) =>
      use.run((database) =>
        database.transaction(async (queries) => {
          const rows = await queries.rows(
            `UPDATE flows SET definition = coalesce($1, definition), description = coalesce($2, description),
               type = coalesce($3, type), role_arn = coalesce($4, role_arn), environment = coalesce($5, environment),
               last_modified_ms = $6, writer = $7, revision = revision + 1
             WHERE name = $8 AND id = $9 RETURNING ${FLOW_COLUMNS}`,
            [...changeValues(changes), stored(name), stored(expectedId)],
          );
          if (rows[0] === undefined) return null;
          await recordChange(queries, name);
          return flowOf(rows[0]);
        }),
      ),
    delete: (name) =>
      use.run((database) =>
        database.transaction(async (queries) => {
          const [row] = await queries.rows('DELETE FROM flows WHERE name = $1 RETURNING id', [stored(name)]);
          if (row === undefined) return null;
          const id = original(String(row['id']));
          await recordChange(queries, name, id);
          return id;
        }),
      ),
    list: (query) => use.run((database) => page(database, query)),
    heads: (fromName, limit) =>
      use.run(async (database) => {
        const rows = await database.rows(`SELECT ${HEAD_COLUMNS} FROM flows WHERE name >= $1 ORDER BY name LIMIT $2`, [
          stored(fromName),
          limit + 1,
        ]);
        const next = rows[limit];
        return {
          heads: rows.slice(0, limit).map(headOf),
          nextName: next === undefined ? null : original(String(next['name'])),
        };
      }),
    count: () =>
      use.run(async (database) => Number((await database.rows('SELECT count(*) AS n FROM flows'))[0]?.['n'])),
    ...versionMethods(use),
    ...aliasMethods(use),
    changesSince: (epoch) => use.run((database) => changesSince(database, epoch)),
    close: () => use.close(),
  };
}

async function find(queries: Queries, name: string): Promise<FlowRecord | null> {
  const [row] = await queries.rows(`${SELECT} WHERE name = $1`, [stored(name)]);
  return row === undefined ? null : flowOf(row);
}

async function page(queries: Queries, query: FlowQuery): Promise<FlowPage> {
  const { fromName, limit, textUnits, resourceGroupId } = query;
  const flows: FlowRecord[] = [];
  let units = 0;
  let from = stored(fromName);
  for (let isFirst = true; ; isFirst = false) {
    const rows: readonly Row[] = await queries.rows(
      `${SELECT} WHERE name ${isFirst ? '>=' : '>'} $1 AND ($2::text IS NULL OR resource_group_id = $2)
       ORDER BY name LIMIT ${READ_AT_ONCE}`,
      [from, resourceGroupId === null ? null : stored(resourceGroupId)],
    );
    for (const row of rows) {
      if (flows.length === limit || units > textUnits) return { flows, nextName: original(String(row['name'])) };
      const flow = flowOf(row);
      flows.push(flow);
      units += flowUnits(flow);
    }
    if (rows.length < READ_AT_ONCE) return { flows, nextName: null };
    from = String(rows.at(-1)?.['name']);
  }
}
