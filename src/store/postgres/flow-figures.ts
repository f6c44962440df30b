/** Figures of many flows in one round trip: for each flow, a query of its own that reads a few entries of an index. */
import type { ExecutionStore } from '../executions.ts';
import { RUNNING, statusNumber } from '../stored-forms.ts';
import type { DatabaseUse } from './database.ts';
import { numberOrNull } from './flow-rows.ts';
import { flowKey } from './shards.ts';

const OF_FLOW = 'FROM executions e WHERE e.flow = u.flow AND e.map_run IS NULL';
const FLOWS = 'FROM unnest($1::bigint[]) WITH ORDINALITY AS u (flow, n) ORDER BY u.n';

function newestStart(condition: string): string {
  return `SELECT (SELECT e.started_ms ${OF_FLOW} AND e.started_ms <= $2::bigint ${condition}
    ORDER BY e.started_ms DESC, e.id DESC LIMIT 1) AS started_ms ${FLOWS}`;
}

export const NEWEST_STARTS = newestStart('');
export const NEWEST_STARTS_OF_STATUS = newestStart('AND e.status = $3::smallint');
export const RUNNING_OF_FLOWS = `SELECT (
  SELECT count(*) FROM (SELECT 1 ${OF_FLOW} AND e.status = ${RUNNING} LIMIT $2::bigint) AS few) AS running ${FLOWS}`;

export function flowFigureMethods(use: DatabaseUse): Pick<ExecutionStore, 'newestStarts' | 'runningOf'> {
  return {
    newestStarts: (flowIds, status, atMs) =>
      use.run(async (database) => {
        const given = [keysOf(flowIds), atMs];
        const rows =
          status === null
            ? await database.rows(NEWEST_STARTS, given)
            : await database.rows(NEWEST_STARTS_OF_STATUS, [...given, statusNumber(status)]);
        return rows.map((row) => numberOrNull(row['started_ms']));
      }),
    runningOf: (flowIds, most) =>
      use.run(async (database) => {
        const rows = await database.rows(RUNNING_OF_FLOWS, [keysOf(flowIds), most]);
        return rows.map((row) => Number(row['running']));
      }),
  };
}

function keysOf(flowIds: readonly string[]): string[] {
  return flowIds.map((flowId) => String(flowKey(flowId)));
}
