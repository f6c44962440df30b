/** Versions and aliases of the flows in memory. */
import type { AliasPage, FlowAlias, FlowRecord, FlowStore, FlowVersion, Route, VersionPage } from '../flows.ts';
import { compareBytes, firstAtOrAfter } from './byte-order.ts';
import type { Later } from './later.ts';

/** A flow with its versions and aliases. */
export interface FlowEntry {
  flow: FlowRecord;
  /** Number of the latest version that was published, even if it was deleted since; 0 for none. */
  lastVersion: number;
  readonly versions: Map<number, FlowVersion>;
  readonly aliases: Map<string, FlowAlias>;
}

type VersionMethods = Pick<FlowStore, 'publish' | 'getVersion' | 'listVersions' | 'deleteVersion'>;
type AliasMethods = Pick<FlowStore, 'createAlias' | 'getAlias' | 'updateAlias' | 'deleteAlias' | 'listAliases'>;

export function versionMethods(entries: ReadonlyMap<string, FlowEntry>, later: Later): VersionMethods {
  return {
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
  };
}

export function aliasMethods(entries: ReadonlyMap<string, FlowEntry>, later: Later): AliasMethods {
  return {
    createAlias: (name, alias) =>
      later.answer(() => {
        const entry = entries.get(name);
        if (entry?.aliases.has(alias.name)) return 'exists';
        if (entry === undefined || !hasVersions(entry, alias.routes)) return 'no-version';
        entry.aliases.set(alias.name, alias);
        return 'created';
      }),
    getAlias: (name, alias) => later.answer(() => entries.get(name)?.aliases.get(alias) ?? null),
    updateAlias: (name, aliasName, changes) =>
      later.answer(() => {
        const entry = entries.get(name);
        const old = entry?.aliases.get(aliasName);
        if (entry === undefined || old === undefined) return 'absent';
        if (changes.routes !== undefined && !hasVersions(entry, changes.routes)) return 'no-version';
        const alias = { ...old, ...changes };
        entry.aliases.set(aliasName, alias);
        return alias;
      }),
    deleteAlias: (name, alias) => later.answer(() => entries.get(name)?.aliases.delete(alias) ?? false),
    listAliases: (name, fromName, limit) =>
      later.answer(() => aliasPage(entries.get(name)?.aliases ?? new Map(), fromName, limit)),
  };
}

function publish(entry: FlowEntry, description: string, createdMs: number): FlowVersion {
  entry.lastVersion++;
  const version = { version: entry.lastVersion, description, createdMs, flow: entry.flow };
  entry.versions.set(version.version, version);
  return version;
}

function hasVersions(entry: FlowEntry, routes: readonly Route[]): boolean {
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
