/**
 * Which nodes of a graph are drawn closed. A closed node hides its scopes and shows how much is inside. A graph that is too large
 * to look at begins with its inner parts closed.
 */
import { indexOf, ownersOf } from './flow-graph.ts';
import type { FlowGraph } from './flow-graph.ts';

/** A level of nodes begins closed if the graph would have more nodes in view with it. */
const NODES_AT_FIRST = 160;
/** A node with more nodes directly inside, or more branches, begins closed, unless it is all that there is to see. */
const INSIDE_AT_FIRST = 40;
const BRANCHES_AT_FIRST = 12;

/** The nodes that begin closed: opens level after level from the outside, for as long as few nodes are in view. */
export function foldedAtFirst(graph: FlowGraph): ReadonlySet<number> {
  const { nodesOf, scopesOf } = indexOf(graph);
  const insideOf = (node: number): number[] => (scopesOf[node] ?? []).flatMap((scope) => nodesOf[scope] ?? []);
  const open = new Set<number>();
  let level = nodesOf[0] ?? [];
  let shown = level.length;
  const isAlone = shown <= 3;
  for (let depth = 0; level.length > 0; depth++) {
    const opened = level.filter((node) => {
      const scopes = scopesOf[node]?.length ?? 0;
      const isLarge = scopes > BRANCHES_AT_FIRST || insideOf(node).length > INSIDE_AT_FIRST;
      return scopes > 0 && (!isLarge || (isAlone && depth === 0));
    });
    level = opened.flatMap(insideOf);
    shown += level.length;
    if (shown > NODES_AT_FIRST) break;
    for (const node of opened) open.add(node);
  }
  const holders = graph.nodes.filter(({ index }) => (scopesOf[index]?.length ?? 0) > 0);
  return new Set(holders.map(({ index }) => index).filter((node) => !open.has(node)));
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
