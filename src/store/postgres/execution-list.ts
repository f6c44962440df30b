/**
 * ListExecutions in PostgreSQL. If no index can check a filter, the search ends at its bound, and the page is short and says where the
 * next one begins.
 */
import type { ExecutionId, ExecutionPage, ExecutionQuery, ExecutionRecord } from '../executions.ts';
import type { Queries, Row } from './database.ts';
import { executionOf } from './execution-rows.ts';
import { ExecutionSearch } from './execution-search.ts';
import { isKey, shardOfId } from './keys.ts';
import type { ListBounds } from './execution-search.ts';
import { flowKey } from './shards.ts';

/** Executions whose texts are read together: each may have two mebibytes. */
const TEXTS_AT_ONCE = 20;

export async function listExecutions(
  queries: Queries,
  query: ExecutionQuery,
  shards: number,
  bounds?: ListBounds,
): Promise<ExecutionPage> {
  const [flow] = await queries.rows('SELECT flow_name FROM snapshots WHERE flow = $1 LIMIT 1', [
    String(flowKey(query.flowId)),
  ]);
  if (flow === undefined) return { executions: [], next: null };
  const { rows, next } = await new ExecutionSearch(queries, query, bounds).find();
  const texts = new Texts(queries, rows, shards);
  const executions: ExecutionRecord[] = [];
  let units = 0;
  for (const row of rows) {
    const last = executions.at(-1);
    if (last !== undefined && (executions.length === query.limit || units > query.textUnits)) {
      return { executions, next: { startedMs: last.startedMs, id: last.id } };
    }
    const shown = query.metadataOnly ? {} : await texts.of(Number(row['id']));
    const record = executionOf({ ...row, ...shown, flow_id: '', flow_name: flow['flow_name'] });
    units += record.input.length + record.output.length;
    executions.push({ ...record, flowId: query.flowId });
  }
  return { executions, next };
}

/** Inputs and outputs of rows, read in their order as far as they are needed. */
class Texts {
  readonly #queries: Queries;
  readonly #ids: readonly ExecutionId[];
  readonly #shards: number;
  readonly #read = new Map<ExecutionId, Row>();
  #next = 0;

  constructor(queries: Queries, rows: readonly Row[], shards: number) {
    this.#queries = queries;
    this.#ids = rows.map((row) => Number(row['id']));
    this.#shards = shards;
  }

  async of(id: ExecutionId): Promise<Row> {
    while (!this.#read.has(id)) {
      const ids = this.#ids.slice(this.#next, this.#next + TEXTS_AT_ONCE);
      this.#next += TEXTS_AT_ONCE;
      const rows = await this.#queries.rows(
        `SELECT u.id, i.text AS input, o.text AS output FROM unnest($1::bigint[]) AS u (id)
           LEFT JOIN inputs i ON ${isKey('i.shard', shardOfId('u.id', '$2'))} AND ${isKey('i.execution', 'u.id')}
           LEFT JOIN outputs o ON ${isKey('o.shard', shardOfId('u.id', '$2'))} AND ${isKey('o.execution', 'u.id')}`,
        [ids, this.#shards],
      );
      for (const row of rows) this.#read.set(Number(row['id']), { input: row['input'], output: row['output'] });
    }
    return this.#read.get(id) ?? {};
  }
}
