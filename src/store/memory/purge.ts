/** Deletes ended executions from memory. Each step begins anew: it costs no more than a look at each of them. */
import type { ExecutionId, ExecutionRecord, PurgeStep, Retention } from '../executions.ts';
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
  const removal = new Removal(table, limit);
  for (const { record, endedMs } of ended) {
    const { id, flowId, flowName, callback, parent, mapItem } = record;
    // Those that were deleted with the execution of their Map.
    if (!table.executions.has(id)) continue;
    const place = { flow: flowId, flowName, endedMs, isItem: mapItem !== null };
    const isGone = !revisions.has(flowId);
    const isOrphan = mapItem !== null && parent !== null && !table.executions.has(parent.execution);
    if (!isGone && !isOrphan && !round.deletes(place)) continue;
    // The parent has yet to be notified of the end, or may look for the child by its name.
    const hasToStay = callback === 'due' || (!isGone && parent !== null && table.running.has(parent.execution));
    if (!isGone) round.passed(place);
    if (hasToStay) continue;
    if (!removal.remove(id)) return { deleted: removal.deleted, next: { endedMs, id } };
  }
  removeUnused(table, revisions);
  return { deleted: removal.deleted, next: null };
}

/** Deletes executions, each with the ended children of its Map runs. */
class Removal {
  deleted = 0;
  readonly #table: ExecutionTable;
  readonly #limit: number;
  /** By the execution of their Map. */
  readonly #items: Map<ExecutionId | undefined, ExecutionRecord[]>;

  constructor(table: ExecutionTable, limit: number) {
    this.#table = table;
    this.#limit = limit;
    const records = Array.from(table.executions.values(), ({ record }) => record);
    const items = records.filter(({ mapItem }) => mapItem !== null);
    this.#items = Map.groupBy(items, ({ parent }) => parent?.execution);
  }

  /** False if the limit does not allow all of it. A later step finds the children that are left, because their parent is gone. */
  remove(id: ExecutionId): boolean {
    if (this.deleted === this.#limit) return false;
    this.#table.remove(id);
    this.deleted++;
    for (const { id: item, status, callback } of this.#items.get(id) ?? []) {
      const isLeft = status === 'Running' || callback === 'due';
      if (!isLeft && this.#table.executions.has(item) && !this.remove(item)) return false;
    }
    return true;
  }
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
      const isEnded = record.status !== 'Running' && record.mapItem === null;
      if (isEnded && existing.has(record.flowId) && isCounted(record)) found++;
    }
    return found;
  };
  return {
    ofFlow: (flow) => count(({ flowId }) => flowId === flow),
    ofFlows: (isShared) => count(({ flowName }) => isShared(flowName)),
  };
}
