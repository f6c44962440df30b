/**
 * Flows in memory, for tests, for `millrace run` and for a server that loses everything when it stops. It fulfils the
 * contract of the port except durability.
 */
import { flowUnits } from '../flows.ts';
import type { FlowHead, FlowPage, FlowQuery, FlowRecord, FlowStore } from '../flows.ts';
import { compareBytes, firstAtOrAfter } from './byte-order.ts';
import { aliasMethods, versionMethods } from './flow-versions.ts';
import type { FlowEntry } from './flow-versions.ts';
import { Later } from './later.ts';
import { ScheduleTable } from './schedule-table.ts';

export interface MemoryFlows {
  readonly store: Omit<FlowStore, 'changesSince'>;
  /** By flow id, the revisions from which an execution can start: the current one and those of the versions. */
  revisions(): ReadonlyMap<string, ReadonlySet<number>>;
  /** The schedules of all flows; those of a flow are deleted with it. */
  readonly schedules: ScheduleTable;
  flowOf(name: string): FlowRecord | undefined;
}

export function createMemoryFlows(): MemoryFlows {
  const entries = new Map<string, FlowEntry>();
  const schedules = new ScheduleTable();
  // Sorted by the first `list` after a flow was created or deleted.
  let names: readonly string[] | null = null;
  const later = new Later('flow store');

  function sortedNames(): readonly string[] {
    names ??= [...entries.keys()].sort(compareBytes);
    return names;
  }

  const store: MemoryFlows['store'] = {
    create: (flow) =>
      later.answer(() => {
        if (entries.has(flow.name)) return false;
        entries.set(flow.name, { flow, lastVersion: 0, versions: new Map(), aliases: new Map() });
        names = null;
        return true;
      }),
    get: (name) => later.answer(() => entries.get(name)?.flow ?? null),
    update: (name, changes, expectedId) =>
      later.answer(() => {
        const entry = entries.get(name);
        if (entry === undefined || entry.flow.id !== expectedId) return null;
        entry.flow = { ...entry.flow, ...changes, revision: entry.flow.revision + 1 };
        return entry.flow;
      }),
    delete: (name) =>
      later.answer(() => {
        names = null;
        schedules.removeFlow(name);
        const id = entries.get(name)?.flow.id ?? null;
        entries.delete(name);
        return id;
      }),
    list: (query) => later.answer(() => page(entries, sortedNames(), query)),
    heads: (fromName, limit) =>
      later.answer(() => {
        const names = sortedNames();
        const from = firstAtOrAfter(names, fromName);
        const heads = names.slice(from, from + limit).map((name) => headOf((entries.get(name) as FlowEntry).flow));
        return { heads, nextName: names[from + limit] ?? null };
      }),
    count: () => later.answer(() => entries.size),
    ...versionMethods(entries, later),
    ...aliasMethods(entries, later),
    close: () => later.close(),
  };
  return {
    store,
    revisions: () => revisionsOf(entries.values()),
    schedules,
    flowOf: (name) => entries.get(name)?.flow,
  };
}

function headOf({ name, id, executionMode, revision, lastModifiedMs }: FlowRecord): FlowHead {
  return { name, id, executionMode, revision, lastModifiedMs };
}

function page(entries: ReadonlyMap<string, FlowEntry>, names: readonly string[], query: FlowQuery): FlowPage {
  const found: FlowRecord[] = [];
  let units = 0;
  for (let i = firstAtOrAfter(names, query.fromName); i < names.length; i++) {
    const { flow } = entries.get(names[i] as string) as FlowEntry;
    if (query.resourceGroupId !== null && flow.resourceGroupId !== query.resourceGroupId) continue;
    if (found.length === query.limit || units > query.textUnits) return { flows: found, nextName: flow.name };
    found.push(flow);
    units += flowUnits(flow);
  }
  return { flows: found, nextName: null };
}

function revisionsOf(entries: Iterable<FlowEntry>): ReadonlyMap<string, ReadonlySet<number>> {
  const revisions = new Map<string, ReadonlySet<number>>();
  for (const { flow, versions } of entries) {
    revisions.set(flow.id, new Set([flow.revision, ...[...versions.values()].map((version) => version.flow.revision)]));
  }
  return revisions;
}
