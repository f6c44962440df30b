/** Executions in memory, for tests and for a server that loses everything when it stops. Nothing here is durable. */
import { randomBytes } from 'node:crypto';
import type {
  ExecutionPage,
  ExecutionPosition,
  ExecutionQuery,
  ExecutionRecord,
  ExecutionStore,
  JournalRow,
  SeenTime,
} from '../executions.ts';
import { dueMethods } from './due-executions.ts';
import { ExecutionTable, placeOf } from './execution-table.ts';
import type { MemoryFlows } from './flow-store.ts';
import { Later } from './later.ts';
import { mapRunMethods } from './map-runs.ts';
import type { Owner } from './owner.ts';
import { purge } from './purge.ts';

export function createMemoryExecutions(flows: MemoryFlows, owner: Owner): ExecutionStore {
  const later = new Later('execution store');
  const table = new ExecutionTable((due) => flows.schedules.take(due));
  const tokenKey = new Uint8Array(randomBytes(32));
  let time: SeenTime = { nowMs: 0, setBackMs: 0 };

  return {
    takeOver: (nowMs) =>
      later.answer(() => {
        time = { nowMs, setBackMs: time.setBackMs + Math.max(0, time.nowMs - nowMs) };
        return { fence: owner.takeOver(), lastId: table.lastId, tokenKey, setBackMs: time.setBackMs };
      }),
    commit: (fence, changes, seen) =>
      later.answer(() => {
        owner.require(fence);
        const absent = table.commit(changes);
        if (seen !== undefined) time = seen;
        return absent;
      }),
    get: (id) => later.answer(() => table.executions.get(id)?.record ?? null),
    find: (flowId, name) =>
      later.answer(() => {
        const id = table.flows.get(flowId)?.names.get(name);
        return id === undefined ? null : table.recordOf(id);
      }),
    snapshot: (flowId, revision) =>
      later.answer(() => table.flows.get(flowId)?.snapshots.get(revision)?.snapshot ?? null),
    journal: (id, fromEvent, count) =>
      later.answer(() => rowsOf(table.executions.get(id)?.journal ?? [], fromEvent, count)),
    list: (query) => later.answer(() => page(table, query)),
    deletedFlows: () =>
      later.answer(() => {
        const existing = flows.revisions();
        return [...table.flows.keys()].filter((id) => !existing.has(id));
      }),
    running: () =>
      later.answer(() => {
        let mapItems = 0;
        for (const id of table.running) if (table.recordOf(id).mapItem !== null) mapItems++;
        return { executions: table.running.size - mapItems, mapItems };
      }),
    ...mapRunMethods(table, later),
    ...dueMethods(table, later),
    purge: (fence, retention, limit) =>
      later.answer(() => {
        owner.require(fence);
        return purge(table, flows.revisions(), retention, limit);
      }),
    giveBackSpace: (fence) =>
      later.answer(() => {
        owner.require(fence);
        return false;
      }),
    close: () => later.close(),
  };
}

function rowsOf(journal: readonly JournalRow[], fromEvent: number, count: number): readonly JournalRow[] {
  return journal.filter((row) => row.first + row.count > fromEvent && row.first < fromEvent + count);
}

function page(table: ExecutionTable, query: ExecutionQuery): ExecutionPage {
  const order = table.flows.get(query.flowId)?.order ?? [];
  const found: ExecutionRecord[] = [];
  let units = 0;
  for (let i = query.after === null ? order.length : placeOf(order, query.after); i > 0; i--) {
    const record = table.recordOf((order[i - 1] as ExecutionPosition).id);
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
    (query.mapRun ?? null) === (record.mapItem?.run ?? null) &&
    (version === null || record.version === version) &&
    (alias === null || record.alias === alias)
  );
}
