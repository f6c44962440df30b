/** Executions in memory, for tests and for a server that loses everything when it stops. Nothing here is durable. */
import { randomBytes } from 'node:crypto';
import type { ExecutionStatus } from '../../interpreter/execution.ts';
import type { EmbeddedNodes } from '../embedded-nodes.ts';
import type {
  ExecutionId,
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
import { ownershipMethods } from './ownership.ts';
import { purge } from './purge.ts';

export interface MemoryExecutions {
  readonly store: ExecutionStore;
  /** The data that a node gets when it joins. */
  joined(nowMs: number): Promise<{ lastId: ExecutionId; tokenKey: Uint8Array; setBackMs: number }>;
}

export function createMemoryExecutions(flows: MemoryFlows, nodes: EmbeddedNodes): MemoryExecutions {
  const later = new Later('execution store');
  const table = new ExecutionTable(nodes, (due) => flows.schedules.take(due));
  const tokenKey = new Uint8Array(randomBytes(32));
  let time: SeenTime = { nowMs: 0, setBackMs: 0 };
  let issuedId: ExecutionId = 0;

  const store: ExecutionStore = {
    newIds: (node, count) =>
      later.answer(() => {
        nodes.require(node);
        const first = issuedId + 1;
        issuedId += count;
        return { first, step: 1, count };
      }),
    placeOf: () => 0,
    commit: (node, changes, seen) =>
      later.answer(() => {
        nodes.require(node);
        const outcomes = table.commit(node, changes);
        if (seen !== undefined) time = seen;
        return outcomes;
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
    newestStarts: (flowIds, status, atMs) =>
      later.answer(() => flowIds.map((id) => newestStart(table, id, status, atMs))),
    deletedFlows: () =>
      later.answer(() => {
        const existing = flows.revisions();
        return [...table.flows.keys()].filter((id) => !existing.has(id));
      }),
    ...mapRunMethods(table, later),
    ...dueMethods(table, nodes, later),
    ...ownershipMethods(table, nodes, later),
    purge: (node, retention, limit) =>
      later.answer(() => {
        nodes.require(node);
        return purge(table, flows.revisions(), retention, limit);
      }),
    giveBackSpace: (node) =>
      later.answer(() => {
        nodes.require(node);
        return false;
      }),
    close: () => later.close(),
  };
  return {
    store,
    joined: (nowMs) =>
      later.answer(() => {
        time = { nowMs, setBackMs: time.setBackMs + Math.max(0, time.nowMs - nowMs) };
        // Other nodes may use their blocks of ids yet.
        issuedId = nodes.isShared ? Math.max(issuedId, table.lastId) : table.lastId;
        return { lastId: table.lastId, tokenKey, setBackMs: time.setBackMs };
      }),
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

function newestStart(
  table: ExecutionTable,
  flowId: string,
  status: ExecutionStatus | null,
  atMs: number,
): number | null {
  const order = table.flows.get(flowId)?.order ?? [];
  for (let i = placeOf(order, { startedMs: atMs, id: Number.MAX_SAFE_INTEGER }); i > 0; i--) {
    const { startedMs, status: own, mapItem } = table.recordOf((order[i - 1] as ExecutionPosition).id);
    if (mapItem === null && (status === null || own === status)) return startedMs;
  }
  return null;
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
