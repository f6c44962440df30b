/** Counts ended executions without reading them: `snapshot_uses` has the number of all, and an index the running ones. */
import type { EndedCounts } from '../retention.ts';
import type { Queries } from './database.ts';
import { textOf } from './flow-rows.ts';
import { isRunning } from './predicates.ts';

/** The flows of executions that are not deleted. */
export const EXISTING_FLOWS = 'SELECT DISTINCT s.flow, f.name FROM snapshots s JOIN flows f ON f.id = s.flow_id';

/** Children of Map runs do not count: a Map of ten thousand items must not push out all other executions. */
const ALL = 'SELECT flow, sum(executions - items) AS n FROM snapshot_uses GROUP BY flow';
const RUNNING_ONES = `SELECT flow, count(*) AS n FROM executions WHERE ${isRunning()} AND map_run IS NULL GROUP BY flow`;

export async function readEndedCounts(queries: Queries): Promise<EndedCounts> {
  const ended = new Map<string, number>();
  for (const row of await queries.rows(ALL)) ended.set(String(row['flow']), Number(row['n']));
  for (const row of await queries.rows(RUNNING_ONES)) {
    const flow = String(row['flow']);
    ended.set(flow, (ended.get(flow) ?? 0) - Number(row['n']));
  }
  const flows = (await queries.rows(EXISTING_FLOWS)).map((row) => ({
    flow: String(row['flow']),
    name: textOf(row['name']),
  }));
  const ofFlow = (flow: string): number => ended.get(flow) ?? 0;
  return {
    ofFlow,
    ofFlows: (isShared) => flows.reduce((sum, { flow, name }) => sum + (isShared(name) ? ofFlow(flow) : 0), 0),
  };
}
