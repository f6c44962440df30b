/**
 * Flows in memory: for tests, for `millrace run`, and for a server that may forget everything when it stops. It keeps
 * the same promises as the durable stores but the one of durability.
 */
import type {
  AliasPage,
  FlowAlias,
  FlowPage,
  FlowQuery,
  FlowRecord,
  FlowStore,
  FlowVersion,
  Route,
  VersionPage,
} from '../flows.ts';
import { compareBytes, firstAtOrAfter } from './byte-order.ts';
import { Later } from './later.ts';

/** A flow and what goes with it when it is deleted. */
interface Entry {
  flow: FlowRecord;
  /** The last version number given out. */
  published: number;
  readonly versions: Map<number, FlowVersion>;
  readonly aliases: Map<string, FlowAlias>;
}

export interface MemoryFlows {
  readonly store: FlowStore;
  /** By the id of each flow that exists, the revisions that an execution may yet start from: the current one and the versions'. */
  revisions(): ReadonlyMap<string, ReadonlySet<number>>;
}

export function createMemoryFlows(): MemoryFlows {
  const entries = new Map<string, Entry>();
  // Made by the first `list` after a flow came or went.
  let names: readonly string[] | null = null;
  const later = new Later('flow store');

  function sortedNames(): readonly string[] {
    names ??= [...entries.keys()].sort(compareBytes);
    return names;
  }

  const store: FlowStore = {
    create: (flow) =>
      later.answer(() => {
        if (entries.has(flow.name)) return false;
        entries.set(flow.name, { flow, published: 0, versions: new Map(), aliases: new Map() });
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
        return entries.delete(name);
      }),
    list: (query) => later.answer(() => page(entries, sortedNames(), query)),
    count: () => later.answer(() => entries.size),
    publish: (name, description, createdMs) =>
      later.answer(() => {
        const entry = entries.get(name);
        return entry === undefined ? null : publish(entry, description, createdMs);
      }),
    getVersion: (name, version) => later.answer(() => entries.get(name)?.versions.get(version) ?? null),
    listVersions: (name, fromVersion, limit) =>
      later.answer(() => versionPage(entries.get(name)?.versions ?? new Map(), fromVersion, limit)),
    deleteVersion: (name, version) =>
      later.answer(() => {
        const entry = entries.get(name);
        if (entry === undefined || !entry.versions.has(version)) return 'absent';
        for (const { routes } of entry.aliases.values()) {
          if (routes.some((route) => route.version === version)) return 'routed-to';
        }
        entry.versions.delete(version);
        return 'deleted';
      }),
    createAlias: (name, alias) =>
      later.answer(() => {
        const entry = entries.get(name);
        if (entry?.aliases.has(alias.name)) return 'exists';
        if (entry === undefined || !allThere(entry, alias.routes)) return 'no-version';
        entry.aliases.set(alias.name, alias);
        return 'created';
      }),
    getAlias: (name, alias) => later.answer(() => entries.get(name)?.aliases.get(alias) ?? null),
    updateAlias: (name, aliasName, changes) =>
      later.answer(() => {
        const entry = entries.get(name);
        const old = entry?.aliases.get(aliasName);
        if (entry === undefined || old === undefined) return 'absent';
        if (changes.routes !== undefined && !allThere(entry, changes.routes)) return 'no-version';
        const alias = { ...old, ...changes };
        entry.aliases.set(aliasName, alias);
        return alias;
      }),
    deleteAlias: (name, alias) => later.answer(() => entries.get(name)?.aliases.delete(alias) ?? false),
    listAliases: (name, fromName, limit) =>
      later.answer(() => aliasPage(entries.get(name)?.aliases ?? new Map(), fromName, limit)),
    close: () => later.close(),
  };
  return { store, revisions: () => revisionsOf(entries.values()) };
}

function page(entries: ReadonlyMap<string, Entry>, names: readonly string[], query: FlowQuery): FlowPage {
  const found: FlowRecord[] = [];
  let units = 0;
  for (let i = firstAtOrAfter(names, query.fromName); i < names.length; i++) {
    const { flow } = entries.get(names[i] as string) as Entry;
    if (query.resourceGroupId !== null && flow.resourceGroupId !== query.resourceGroupId) continue;
    if (found.length === query.limit || units > query.definitionUnits) return { flows: found, nextName: flow.name };
    found.push(flow);
    units += flow.definition.length;
  }
  return { flows: found, nextName: null };
}

function publish(entry: Entry, description: string, createdMs: number): FlowVersion {
  entry.published++;
  const version = { version: entry.published, description, createdMs, flow: entry.flow };
  entry.versions.set(version.version, version);
  return version;
}

function allThere(entry: Entry, routes: readonly Route[]): boolean {
  return routes.every((route) => entry.versions.has(route.version));
}

function versionPage(
  versions: ReadonlyMap<number, FlowVersion>,
  fromVersion: number | null,
  limit: number,
): VersionPage {
  const numbers = [...versions.keys()].filter((version) => version <= (fromVersion ?? Infinity)).sort((a, b) => b - a);
  return {
    versions: numbers.slice(0, limit).map((number) => {
      const { version, description, createdMs } = versions.get(number) as FlowVersion;
      return { version, description, createdMs };
    }),
    nextVersion: numbers[limit] ?? null,
  };
}

function aliasPage(aliases: ReadonlyMap<string, FlowAlias>, fromName: string, limit: number): AliasPage {
  const names = [...aliases.keys()].sort(compareBytes);
  const first = firstAtOrAfter(names, fromName);
  return {
    aliases: names.slice(first, first + limit).map((name) => aliases.get(name) as FlowAlias),
    nextName: names[first + limit] ?? null,
  };
}

function revisionsOf(entries: Iterable<Entry>): ReadonlyMap<string, ReadonlySet<number>> {
  const revisions = new Map<string, ReadonlySet<number>>();
  for (const { flow, versions } of entries) {
    revisions.set(flow.id, new Set([flow.revision, ...[...versions.values()].map((version) => version.flow.revision)]));
  }
  return revisions;
}
