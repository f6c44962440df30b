/** Deletes ended executions from memory. Each step begins anew: it costs no more than a look at each of them. */
import type { PurgeStep, Retention } from '../executions.ts';
import { RetentionRound } from '../retention.ts';
import type { EndedCounts } from '../retention.ts';
import type { ExecutionTable } from './execution-table.ts';
import type { MemoryFlows } from './flow-store.ts';

/** A step of a round, as `ExecutionStore.purge` says. */
export function purge(
  table: ExecutionTable,
  revisions: ReturnType<MemoryFlows['revisions']>,
  retention: Retention,
  limit: number,
): PurgeStep {
  const round = new RetentionRound(retention, countsOf(table, revisions));
  const ended = [...table.executions.values()]
    .filter(({ record }) => record.status !== 'Running')
    .sort((a, b) => a.endedMs - b.endedMs || a.record.id - b.record.id);
  let deleted = 0;
  for (const { record, endedMs } of ended) {
    const { id, flowId, flowName, callback, parent } = record;
    const place = { flow: flowId, flowName, endedMs };
    const isGone = !revisions.has(flowId);
    if (!isGone && !round.deletes(place)) continue;
    // The parent has yet to be notified of the end, or may look for the child by its name.
    const hasToStay = callback === 'due' || (!isGone && parent !== null && table.running.has(parent.execution));
    if (hasToStay) {
      if (!isGone) round.passed(place);
      continue;
    }
    if (deleted === limit) return { deleted, next: { endedMs, id } };
    if (!isGone) round.passed(place);
    table.remove(id);
    deleted++;
  }
  removeUnused(table, revisions);
  return { deleted, next: null };
}

function removeUnused(table: ExecutionTable, revisions: ReturnType<MemoryFlows['revisions']>): void {
  for (const [flowId, flow] of table.flows) {
    const startable = revisions.get(flowId);
    for (const [revision, { uses }] of flow.snapshots) {
      if (uses === 0 && !startable?.has(revision)) flow.snapshots.delete(revision);
    }
    if (flow.names.size === 0 && flow.snapshots.size === 0) table.flows.delete(flowId);
  }
}

function countsOf(table: ExecutionTable, existing: ReadonlyMap<string, unknown>): EndedCounts {
  const count = (isCounted: (record: { flowId: string; flowName: string }) => boolean) => {
    let found = 0;
    for (const { record } of table.executions.values()) {
      if (record.status !== 'Running' && existing.has(record.flowId) && isCounted(record)) found++;
    }
    return found;
  };
  return {
    ofFlow: (flow) => count(({ flowId }) => flowId === flow),
    ofFlows: (isShared) => count(({ flowName }) => isShared(flowName)),
  };
}
