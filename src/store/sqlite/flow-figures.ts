/** Figures of many flows at once: each reads a few entries of an index, and no row. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ExecutionStatus } from '../../interpreter/execution.ts';
import type { ExecutionStore } from '../executions.ts';
import { RUNNING, statusNumber } from '../stored-forms.ts';
import type { ConnectionUse } from './connection.ts';

const FLOW = 'flow = (SELECT key FROM execution_flows WHERE flow_id = ?) AND map_run IS NULL';

export function flowFigureMethods(
  database: DatabaseSync,
  connection: Pick<ConnectionUse, 'read'>,
): Pick<ExecutionStore, 'newestStarts' | 'runningOf'> {
  const newest = database.prepare(`
    SELECT started_ms FROM executions INDEXED BY executions_by_start
    WHERE ${FLOW} AND started_ms <= ? ORDER BY started_ms DESC LIMIT 1`);
  const newestOfStatus = database.prepare(`
    SELECT started_ms FROM executions INDEXED BY executions_by_status
    WHERE ${FLOW} AND status = ? AND started_ms <= ? ORDER BY started_ms DESC LIMIT 1`);
  const running = database.prepare(`
    SELECT count(*) AS n FROM (
      SELECT 1 FROM executions INDEXED BY executions_by_status WHERE ${FLOW} AND status = ${RUNNING} LIMIT ?)`);
  const startOf = (flowId: string, status: ExecutionStatus | null, atMs: number): number | null =>
    numberIn(
      status === null ? newest.get(flowId, atMs) : newestOfStatus.get(flowId, statusNumber(status), atMs),
      'started_ms',
    );
  return {
    newestStarts: (flowIds, status, atMs) =>
      connection.read(() => flowIds.map((flowId) => startOf(flowId, status, atMs))),
    runningOf: (flowIds, most) =>
      connection.read(() => flowIds.map((flowId) => numberIn(running.get(flowId, most), 'n') ?? 0)),
  };
}

function numberIn(row: ReturnType<StatementSync['get']>, column: string): number | null {
  return row === undefined ? null : Number(row[column]);
}
