/**
 * ListExecutions in the SQLite store. If no index can check a filter, the search ends at its bound, and the page is short and
 * says where the next one begins.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { ExecutionPage, ExecutionQuery, ExecutionRecord } from '../executions.ts';
import { executionOf } from './execution-rows.ts';
import { ExecutionSearch } from './execution-search.ts';
import type { ListBounds } from './execution-search.ts';

export function createExecutionList(
  database: DatabaseSync,
  bounds?: ListBounds,
): (query: ExecutionQuery) => ExecutionPage {
  const flowOfId = database.prepare('SELECT key, name FROM execution_flows WHERE flow_id = ?');
  const texts = database.prepare(`
    SELECT (SELECT text FROM inputs WHERE execution = ?1) AS input, (SELECT text FROM outputs WHERE execution = ?1) AS output`);
  const search = new ExecutionSearch(database, bounds);

  return (query) => {
    const flow = flowOfId.get(query.flowId);
    if (flow === undefined) return { executions: [], next: null };
    const { rows, next } = search.find(Number(flow['key']), query);
    const executions: ExecutionRecord[] = [];
    let units = 0;
    for (const row of rows) {
      const last = executions.at(-1);
      if (last !== undefined && (executions.length === query.limit || units > query.textUnits)) {
        return { executions, next: { startedMs: last.startedMs, id: last.id } };
      }
      const shown = query.metadataOnly ? {} : texts.get(Number(row['id']));
      const record = executionOf({ ...row, ...shown, flow_id: query.flowId, flow_name: flow['name'] });
      units += record.input.length + record.output.length;
      executions.push(record);
    }
    return { executions, next };
  };
}
