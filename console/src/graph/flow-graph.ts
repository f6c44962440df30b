/**
 * The graph of a definition in the browser: the form that CheckDefinition sends, and look-ups in it, which are made once for each
 * graph and never change.
 */
import type { FlowGraph, GraphEdge, GraphNode, GraphScope } from '../../../src/language/graph/flow-graph.ts';

export type { FlowGraph, GraphEdge, GraphNode, GraphScope } from '../../../src/language/graph/flow-graph.ts';

export interface GraphIndex {
  /** The nodes of each scope, in the order of the text. */
  readonly nodesOf: readonly (readonly number[])[];
  /** The scopes that each node holds; empty for most. */
  readonly scopesOf: readonly (readonly number[])[];
  /** Numbers of the edges that lead from and to each node. */
  readonly edgesFrom: readonly (readonly number[])[];
  readonly edgesTo: readonly (readonly number[])[];
  /** Numbers of the edges of each scope. */
  readonly edgesOf: readonly (readonly number[])[];
  /** How many nodes each node has inside, at any depth. */
  readonly sizes: readonly number[];
  /** A text for each node that survives edits elsewhere in the definition: the names on the way to it. */
  readonly keys: readonly string[];
  /** Number of a node by its key. */
  readonly byKey: ReadonlyMap<string, number>;
}

const indexes = new WeakMap<FlowGraph, GraphIndex>();

export function indexOf(graph: FlowGraph): GraphIndex {
  let index = indexes.get(graph);
  if (index === undefined) {
    index = makeIndex(graph);
    indexes.set(graph, index);
  }
  return index;
}

function makeIndex({ nodes, scopes, edges }: FlowGraph): GraphIndex {
  const lists = (count: number): number[][] => Array.from({ length: count }, () => []);
  const nodesOf = lists(scopes.length);
  const edgesOf = lists(scopes.length);
  const scopesOf = lists(nodes.length);
  const edgesFrom = lists(nodes.length);
  const edgesTo = lists(nodes.length);
  for (const { index, scope } of nodes) nodesOf[scope]?.push(index);
  for (const { id, owner } of scopes) if (owner !== null) scopesOf[owner]?.push(id);
  for (const [number, { from, to }] of edges.entries()) {
    edgesFrom[from]?.push(number);
    if (to !== null) edgesTo[to]?.push(number);
    edgesOf[nodes[from]?.scope ?? 0]?.push(number);
  }
  const keys: string[] = [];
  const scopeKeys: string[] = [];
  const sizes = nodes.map(() => 0);
  // A scope comes after the one that holds it, so that one pass finds every key, and one from the end every size.
  for (const { id, owner, position } of scopes) {
    scopeKeys[id] = owner === null ? '' : `${keys[owner]}/${position}/`;
    for (const index of nodesOf[id] ?? [])
      keys[index] = `${scopeKeys[id]}${encodeURIComponent(nodes[index]?.name ?? '')}`;
  }
  for (const { id, owner } of scopes.toReversed()) {
    if (owner === null) continue;
    for (const index of nodesOf[id] ?? []) sizes[owner] = (sizes[owner] ?? 0) + 1 + (sizes[index] ?? 0);
  }
  return {
    nodesOf,
    scopesOf,
    edgesFrom,
    edgesTo,
    edgesOf,
    sizes,
    keys,
    byKey: new Map(keys.map((key, number) => [key, number])),
  };
}

export function nodeAt(graph: FlowGraph, index: number): GraphNode {
  const node = graph.nodes[index];
  if (node === undefined) throw new RangeError(`the graph has no node ${index}`);
  return node;
}

export function scopeAt(graph: FlowGraph, id: number): GraphScope {
  const scope = graph.scopes[id];
  if (scope === undefined) throw new RangeError(`the graph has no scope ${id}`);
  return scope;
}

/** The nodes that hold a node, from the inside out. */
export function ownersOf(graph: FlowGraph, index: number): number[] {
  const owners: number[] = [];
  let { owner } = scopeAt(graph, nodeAt(graph, index).scope);
  while (owner !== null) {
    owners.push(owner);
    ({ owner } = scopeAt(graph, nodeAt(graph, owner).scope));
  }
  return owners;
}

/** The innermost node whose text holds a line; null where the line is in no state. Of two on one line, the first. */
export function nodeAtLine(graph: FlowGraph, line: number): number | null {
  let found: GraphNode | null = null;
  for (const node of graph.nodes) {
    if (line < node.line || line > node.endLine) continue;
    if (found === null || isInside(node, found)) found = node;
  }
  return found?.index ?? null;
}

function isInside(inner: GraphNode, outer: GraphNode): boolean {
  const within = inner.line >= outer.line && inner.endLine <= outer.endLine;
  return within && inner.endLine - inner.line < outer.endLine - outer.line;
}

export function edgeOfNumber(graph: FlowGraph, number: number): GraphEdge {
  const edge = graph.edges[number];
  if (edge === undefined) throw new RangeError(`the graph has no edge ${number}`);
  return edge;
}
