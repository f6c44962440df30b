/**
 * Which nodes of a graph are drawn closed. A closed node hides its scopes and shows how much is inside. A graph that is too large
 * to look at begins with its inner parts closed.
 */
import { indexOf, ownersOf } from './flow-graph.ts';
import type { FlowGraph } from './flow-graph.ts';

/** A graph with more nodes begins with some of them closed. */
const NODES_AT_FIRST = 160;
/** A Parallel with more branches begins closed, unless it is all that there is to see. */
const BRANCHES_AT_FIRST = 12;

/** The nodes that begin closed: opens from the outside in, for as long as few nodes are in view. */
export function foldedAtFirst(graph: FlowGraph): ReadonlySet<number> {
  const { nodesOf, scopesOf } = indexOf(graph);
  const folded = new Set<number>();
  let shown = nodesOf[0]?.length ?? 0;
  const isAlone = shown <= 3;
  const waiting: { readonly node: number; readonly depth: number }[] = (nodesOf[0] ?? []).map((node) => ({ node, depth: 0 }));
  for (const { node, depth } of waiting) {
    const scopes = scopesOf[node] ?? [];
    if (scopes.length === 0) continue;
    const inside = scopes.flatMap((scope) => nodesOf[scope] ?? []);
    const isWide = scopes.length > BRANCHES_AT_FIRST && !(isAlone && depth === 0);
    if (isWide || shown + inside.length > NODES_AT_FIRST) {
      folded.add(node);
      continue;
    }
    shown += inside.length;
    waiting.push(...inside.map((each) => ({ node: each, depth: depth + 1 })));
  }
  // Nodes inside a closed one have not been looked at; they begin closed too, so that opening one opens one level.
  const reached = new Set(waiting.map(({ node }) => node));
  for (const { index } of graph.nodes) if (!reached.has(index) && (scopesOf[index]?.length ?? 0) > 0) folded.add(index);
  return folded;
}

/** The closed nodes after some were toggled. */
export function foldedAfter(graph: FlowGraph, toggled: ReadonlySet<number>): ReadonlySet<number> {
  const folded = new Set(foldedAtFirst(graph));
  for (const index of toggled) {
    if (index >= graph.nodes.length) continue;
    if (!folded.delete(index)) folded.add(index);
  }
  return folded;
}

/** The outermost closed node that hides a node; null if it is in view. */
export function hiddenBy(graph: FlowGraph, folded: ReadonlySet<number>, index: number): number | null {
  return ownersOf(graph, index).findLast((owner) => folded.has(owner)) ?? null;
}
