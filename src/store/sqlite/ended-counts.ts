/**
 * Counts ended executions without reading them: `snapshot_uses` has the number of all, and indexes that of running ones. An execution
 * that is redriven during a round of purges still counts as ended in it.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { EndedCounts } from '../retention.ts';
import { RUNNING } from '../stored-forms.ts';

/** The flows of executions that are not deleted. */
export const EXISTING_FLOWS = 'SELECT e.key, f.name FROM execution_flows e JOIN flows f ON f.id = e.flow_id';

export const RUNNING_OF_FLOW = `
  SELECT count(*) AS n FROM executions INDEXED BY executions_by_status
  WHERE flow = ? AND status = ${RUNNING} AND map_run IS NULL`;
/** Children of Map runs do not count: a Map of ten thousand items must not push out all other executions. */
const ALL_OF_FLOW = 'SELECT coalesce(sum(executions - items), 0) AS n FROM snapshot_uses WHERE flow = ?';

export function createEndedCounts(database: DatabaseSync): EndedCounts {
  const allOfFlow = database.prepare(ALL_OF_FLOW);
  const runningOfFlow = database.prepare(RUNNING_OF_FLOW);
  const flows = database.prepare(EXISTING_FLOWS);
  const ofFlow = (flow: string) =>
    Number(allOfFlow.get(Number(flow))?.['n']) - Number(runningOfFlow.get(Number(flow))?.['n']);
  return {
    ofFlow,
    ofFlows(isShared) {
      const counted = flows.all().filter((row) => isShared(String(row['name'])));
      return counted.reduce((ended, row) => ended + ofFlow(String(row['key'])), 0);
    },
  };
}
