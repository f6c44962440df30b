/**
 * Flows in memory: for tests, for `millrace run`, and for a server that may forget everything when it stops. It keeps
 * the same promises as the durable stores but the one of durability.
 */
import { assert } from '../../base/assert.ts';
import type { FlowPage, FlowQuery, FlowRecord, FlowStore } from '../flows.ts';

export function createMemoryFlowStore(): FlowStore {
  const flows = new Map<string, FlowRecord>();
  // Made by the first `list` after a flow came or went.
  let names: readonly string[] | null = null;
  let closed = false;

  // Every answer comes in a later turn, as from a store that does I/O, so that nothing here hides a race.
  function answer<T>(act: () => T): Promise<T> {
    return Promise.resolve().then(() => {
      assert(!closed, 'the flow store is used after it was closed');
      return act();
    });
  }

  function sortedNames(): readonly string[] {
    names ??= [...flows.keys()].sort(compareBytes);
    return names;
  }

  return {
    create: (flow) =>
      answer(() => {
        if (flows.has(flow.name)) return false;
        flows.set(flow.name, flow);
        names = null;
        return true;
      }),
    get: (name) => answer(() => flows.get(name) ?? null),
    update: (name, changes, expectedId) =>
      answer(() => {
        const old = flows.get(name);
        if (old === undefined || old.id !== expectedId) return null;
        const flow = { ...old, ...changes, revision: old.revision + 1 };
        flows.set(name, flow);
        return flow;
      }),
    delete: (name) =>
      answer(() => {
        names = null;
        return flows.delete(name);
      }),
    list: (query) => answer(() => page(flows, sortedNames(), query)),
    count: () => answer(() => flows.size),
    close: () =>
      answer(() => {
        closed = true;
      }),
  };
}

function page(flows: ReadonlyMap<string, FlowRecord>, names: readonly string[], query: FlowQuery): FlowPage {
  const found: FlowRecord[] = [];
  let units = 0;
  for (let i = firstAtOrAfter(names, query.fromName); i < names.length; i++) {
    const flow = flows.get(names[i] as string) as FlowRecord;
    if (query.resourceGroupId !== null && flow.resourceGroupId !== query.resourceGroupId) continue;
    if (found.length === query.limit || units > query.definitionUnits) return { flows: found, nextName: flow.name };
    found.push(flow);
    units += flow.definition.length;
  }
  return { flows: found, nextName: null };
}

function firstAtOrAfter(names: readonly string[], name: string): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareBytes(names[middle] as string, name) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Order of the UTF-8 bytes, which is that of SQLite's BINARY and differs from JavaScript's beyond U+FFFF. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
