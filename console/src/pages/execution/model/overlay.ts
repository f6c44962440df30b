/**
 * A history on the graph of its definition: the status of each node, the ways that were taken, and which visits a node
 * had. A scope is found by the node around it and its position; a state by its name in its scope.
 */
import type { FlowGraph, GraphNode } from '../../../../../src/language/graph/flow-graph.ts';
import { isUndone, isWaiting } from './history.ts';
import type { Counts, History, Line, Outcome, Visit } from './history.ts';

export type NodeStatus = Outcome | 'Waiting';

export interface NodeFacts {
  /** Of the latest visit that no redrive has left out. */
  readonly status: NodeStatus;
  readonly counts: Readonly<Counts>;
  /** How many visits it had. */
  readonly visits: number;
  /** The latest one. */
  readonly latest: Visit;
  /** The latest failure was caught. */
  readonly isCaught: boolean;
}

export interface Overlay {
  readonly nodes: ReadonlyMap<number, NodeFacts>;
  /** Numbers of the edges that were taken, with how often. */
  readonly edges: ReadonlyMap<number, number>;
}

/** Finds the nodes of visits. Made once for a graph; it remembers what it has found. */
export class Places {
  readonly #graph: FlowGraph;
  readonly #names = new Map<string, GraphNode>();
  readonly #scopes = new Map<string, number>();
  readonly #scopeOf = new WeakMap<Line, number>();
  readonly #nodeOf = new WeakMap<Visit, GraphNode | null>();

  constructor(graph: FlowGraph) {
    this.#graph = graph;
    for (const node of graph.nodes) this.#names.set(`${node.scope} ${node.name}`, node);
    for (const { id, owner, position } of graph.scopes) this.#scopes.set(`${owner ?? ''} ${position}`, id);
  }

  /** Null for a state that the graph does not have. */
  nodeOf(visit: Visit): GraphNode | null {
    const known = this.#nodeOf.get(visit);
    if (known !== undefined) return known;
    const scope = this.#scope(visit.line);
    const node = scope === null ? null : (this.#names.get(`${scope} ${visit.name}`) ?? null);
    this.#nodeOf.set(visit, node);
    return node;
  }

  /** The branch of a graph's scope by its label, for a line; empty for none. */
  labelOf(line: Line): string {
    const scope = this.#scope(line);
    return scope === null ? '' : (this.#graph.scopes[scope]?.label ?? '');
  }

  #scope(line: Line): number | null {
    const known = this.#scopeOf.get(line);
    if (known !== undefined) return known;
    const found = this.#findScope(line);
    if (found !== null) this.#scopeOf.set(line, found);
    return found;
  }

  #findScope({ owner, kind, index }: Line): number | null {
    if (owner === null) return 0;
    const around = this.nodeOf(owner);
    if (around === null) return null;
    return this.#scopes.get(`${around.index} ${kind === 'item' ? 0 : index}`) ?? null;
  }
}

interface Gathering {
  counts: Counts;
  visits: number;
  latest: Visit | null;
  status: NodeStatus;
}

/** Looks at each visit once: a thousandth of a second for 5,000 events. */
export function overlayOf(history: History, graph: FlowGraph, places: Places): Overlay {
  const nodes = new Map<number, Gathering>();
  const taken = new Map<string, number>();
  for (const visit of history.visits) {
    const node = places.nodeOf(visit);
    if (node === null) continue;
    const isLeft = isUndone(visit.line);
    gather(nodes, node.index, visit, isLeft);
    if (isLeft) continue;
    const next = visit.line.visits[visit.place + 1];
    const to = next === undefined ? null : (places.nodeOf(next)?.index ?? null);
    if (next === undefined && !leavesScope(visit)) continue;
    const key = wayKey(node.index, to, visit.caughtBy !== null);
    taken.set(key, (taken.get(key) ?? 0) + 1);
  }
  const edges = new Map<number, number>();
  for (const [number, { from, to, kind }] of graph.edges.entries()) {
    const count = taken.get(wayKey(from, to, kind === 'catch'));
    if (count !== undefined) edges.set(number, count);
  }
  const found = [...nodes].flatMap(([index, { counts, visits, latest, status }]): [number, NodeFacts][] =>
    latest === null ? [] : [[index, { counts, visits, latest, status, isCaught: latest.caughtBy !== null }]],
  );
  return { nodes: new Map(found), edges };
}

function gather(nodes: Map<number, Gathering>, index: number, visit: Visit, isLeft: boolean): void {
  let facts = nodes.get(index);
  if (facts === undefined) {
    const counts = { Running: 0, Succeeded: 0, Failed: 0, TimedOut: 0, Aborted: 0 };
    facts = { counts, visits: 0, latest: null, status: 'Running' };
    nodes.set(index, facts);
  }
  facts.visits++;
  if (!isLeft) facts.counts[visit.status]++;
  // One that still runs says more about the present than one of another item that was entered later.
  const isNewer = facts.latest === null || visit.end === 0 || facts.latest.end !== 0;
  if (isLeft && facts.latest !== null) return;
  if (!isNewer) return;
  facts.latest = visit;
  facts.status = isWaiting(visit) ? 'Waiting' : visit.status;
}

function leavesScope({ line, status, caughtBy }: Visit): boolean {
  return status === 'Succeeded' && caughtBy === null && line.status === 'Succeeded';
}

function wayKey(from: number, to: number | null, isCatch: boolean): string {
  return `${from} ${to ?? ''} ${isCatch ? 'catch' : ''}`;
}
