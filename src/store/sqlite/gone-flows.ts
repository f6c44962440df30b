/** The executions of deleted flows. */
import type { DatabaseSync } from 'node:sqlite';
import { isLeft } from './removal.ts';
import type { Removal, RemovalBudget } from './removal.ts';
import { DUE, RUNNING } from '../stored-forms.ts';

/** The ended executions of a flow. Those whose callback is due are left out: the parent has yet to be notified of the end. */
export const ENDED_OF_FLOW = `
  SELECT id, flow, revision, map_run FROM executions INDEXED BY executions_by_status
  WHERE flow = ? AND status > ${RUNNING} AND callback <> ${DUE} AND map_run IS NULL LIMIT ?`;
/** The same of the children of its Map runs whose execution is gone, or still runs. */
export const ENDED_ITEMS_OF_FLOW = `
  SELECT id, flow, revision, map_run FROM executions INDEXED BY executions_by_map_run
  WHERE flow = ? AND status > ${RUNNING} AND callback <> ${DUE} AND map_run IS NOT NULL LIMIT ?`;

export function createGoneFlows(database: DatabaseSync, removal: Removal) {
  const goneFlows = database.prepare(`
    SELECT key FROM execution_flows f WHERE NOT EXISTS (SELECT 1 FROM flows WHERE id = f.flow_id)`);
  const endedOfFlow = database.prepare(ENDED_OF_FLOW);
  const endedItemsOfFlow = database.prepare(ENDED_ITEMS_OF_FLOW);
  const forget = database.prepare(`
    DELETE FROM execution_flows WHERE key = ?1 AND NOT EXISTS (SELECT 1 FROM executions WHERE flow = ?1)`);
  const keys = () => goneFlows.all().map((row) => Number(row['key']));
  return {
    removeExecutions(budget: RemovalBudget): void {
      for (const flow of keys()) {
        for (const ended of [endedOfFlow, endedItemsOfFlow]) {
          if (!isLeft(budget)) return;
          for (const row of ended.all(flow, budget.executions)) if (isLeft(budget)) removal.remove(row, budget);
        }
      }
    },
    /** Removes the flows without executions. */
    forget(): void {
      for (const flow of keys()) forget.run(flow);
    },
  };
}
