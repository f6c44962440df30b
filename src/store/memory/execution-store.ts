/** Executions in memory: the promises of the port but the one of durability, for tests and for servers that may forget. */
import { randomBytes } from 'node:crypto';
import type {
  ExecutionId,
  ExecutionPage,
  ExecutionQuery,
  ExecutionRecord,
  ExecutionStore,
  JournalRow,
} from '../executions.ts';
import { FenceLost } from '../executions.ts';
import { ExecutionTable, placeOf } from './execution-table.ts';
import type { MemoryFlows } from './flow-store.ts';
import { Later } from './later.ts';

export function createMemoryExecutions(flows: MemoryFlows): ExecutionStore {
  const later = new Later('execution store');
  const table = new ExecutionTable();
  const tokenKey = new Uint8Array(randomBytes(32));
  let owner = 0;

  function requireOwner(fence: number): void {
    if (fence !== owner) throw new FenceLost('another server has taken the store over');
  }

  function runningRecords(): ExecutionRecord[] {
    return Array.from(table.running, recordOf);
  }

  function recordOf(id: ExecutionId): ExecutionRecord {
    return (table.executions.get(id) as { record: ExecutionRecord }).record;
  }

  return {
    takeOver: () => later.answer(() => ({ fence: ++owner, lastId: table.lastId, tokenKey })),
    commit: (fence, changes) =>
      later.answer(() => {
        requireOwner(fence);
        table.commit(changes);
      }),
    get: (id) => later.answer(() => table.executions.get(id)?.record ?? null),
    find: (flowId, name) =>
      later.answer(() => {
        const id = table.flows.get(flowId)?.names.get(name);
        return id === undefined ? null : recordOf(id);
      }),
    snapshot: (flowId, revision) =>
      later.answer(() => table.flows.get(flowId)?.snapshots.get(revision)?.snapshot ?? null),
    journal: (id, fromEvent, count) =>
      later.answer(() => rowsOf(table.executions.get(id)?.journal ?? [], fromEvent, count)),
    list: (query) => later.answer(() => page(table, query)),
    running: () => later.answer(() => table.running.size),
    unfinished: (afterId, limit) =>
      later.answer(() => {
        const awake = runningRecords().filter((record) => record.wakeMs === null || record.stop !== null);
        return lowest([...awake.map((record) => record.id), ...table.dueCallbacks], afterId, limit);
      }),
    due: (nowMs, limit) =>
      later.answer(() =>
        runningRecords()
          .filter((record) => record.wakeMs !== null && record.wakeMs <= nowMs)
          .sort((a, b) => (a.wakeMs as number) - (b.wakeMs as number) || a.id - b.id)
          .slice(0, limit)
          .map((record) => record.id),
      ),
    asleep: (afterId, limit) =>
      later.answer(() => {
        const sleepers = runningRecords().filter((record) => record.wakeMs !== null);
        return lowest(
          sleepers.map((record) => record.id),
          afterId,
          limit,
        );
      }),
    nextWakeMs: () =>
      later.answer(() => {
        const earliest = runningRecords().reduce((least, { wakeMs }) => Math.min(least, wakeMs ?? least), Infinity);
        return earliest === Infinity ? null : earliest;
      }),
    children: (parent, events) => later.answer(() => table.childrenOf(parent, events).map(({ record }) => record.id)),
    orphans: (afterId, limit) =>
      later.answer(() => {
        const left = [...table.owed].filter(([parent]) => !table.running.has(parent));
        return lowest(
          left.flatMap(([, children]) => [...children]),
          afterId,
          limit,
        );
      }),
    purge: (fence, endedBeforeMs, limit) =>
      later.answer(() => {
        requireOwner(fence);
        return purge(table, flows.revisions(), endedBeforeMs ?? -Infinity, limit);
      }),
    close: () => later.close(),
  };
}

function lowest(ids: ExecutionId[], afterId: ExecutionId, limit: number): ExecutionId[] {
  return ids
    .filter((id) => id > afterId)
    .sort((a, b) => a - b)
    .slice(0, limit);
}

function rowsOf(journal: readonly JournalRow[], fromEvent: number, count: number): readonly JournalRow[] {
  return journal.filter((row) => row.first + row.count > fromEvent && row.first < fromEvent + count);
}

function page(table: ExecutionTable, query: ExecutionQuery): ExecutionPage {
  const order = table.flows.get(query.flowId)?.order ?? [];
  const found: ExecutionRecord[] = [];
  let units = 0;
  for (let i = query.after === null ? order.length : placeOf(order, query.after); i > 0; i--) {
    const { record } = table.executions.get(order[i - 1]?.id as ExecutionId) as { record: ExecutionRecord };
    if (!matches(record, query)) continue;
    const last = found.at(-1);
    if (last !== undefined && (found.length === query.limit || units > query.textUnits)) {
      return { executions: found, next: { startedMs: last.startedMs, id: last.id } };
    }
    const shown = query.metadataOnly ? { ...record, input: '', output: '' } : record;
    units += shown.input.length + shown.output.length;
    found.push(shown);
  }
  return { executions: found, next: null };
}

function matches(record: ExecutionRecord, query: ExecutionQuery): boolean {
  const { status, startedAfterMs, startedBeforeMs, namePrefix, version, alias } = query;
  return (
    (status === null || record.status === status) &&
    (startedAfterMs === null || record.startedMs > startedAfterMs) &&
    (startedBeforeMs === null || record.startedMs < startedBeforeMs) &&
    record.name.startsWith(namePrefix) &&
    (version === null || record.version === version) &&
    (alias === null || record.alias === alias)
  );
}

function purge(
  table: ExecutionTable,
  revisions: ReturnType<MemoryFlows['revisions']>,
  endedBeforeMs: number,
  limit: number,
): number {
  let purged = 0;
  for (const [id, { record }] of table.executions) {
    if (purged === limit) break;
    // One that its parent still has to hear of stays until then.
    if (record.status === 'Running' || record.callback === 'due') continue;
    if (revisions.has(record.flowId) && record.stoppedMs >= endedBeforeMs) continue;
    table.remove(id);
    purged++;
  }
  for (const [flowId, flow] of table.flows) {
    const startable = revisions.get(flowId);
    for (const [revision, { uses }] of flow.snapshots) {
      if (uses === 0 && !startable?.has(revision)) flow.snapshots.delete(revision);
    }
    if (flow.names.size === 0 && flow.snapshots.size === 0) table.flows.delete(flowId);
  }
  return purged;
}
