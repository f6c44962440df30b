/**
 * Finds ways that would make a drawing slow and unreadable. dagre puts a point into every rank that a way passes; five hundred
 * states that all catch their errors in the last one would be 125,000 points, and a black bar. Such ways are not drawn: the node
 * names their target instead.
 */
import type { LinkQuestion, ScopeQuestion } from './layout-question.ts';

/** Ranks that all ways of a scope together may pass. */
const RANKS_IN_ALL = 400;
/** A way that passes no more ranks is always drawn. */
const SHORT = 2;
/** Longer ways to one node. More of them are a bundle that no one can follow. */
const LONG_TO_ONE = 4;

/** The numbers of the edges that are not drawn. Every node that a drawn way reached before is still reached by one. */
export function longWays({ start, boxes, links }: ScopeQuestion): ReadonlySet<number> {
  const dropped = new Set<number>();
  if (links.length < 2) return dropped;
  const ranks = ranksOf(
    start,
    boxes.map(({ node }) => node),
    links,
  );
  const end = Math.max(0, ...ranks.values()) + 1;
  const spans = links.map((link) => ({
    link,
    span: Math.max(0, Math.abs((link.to === null ? end : (ranks.get(link.to) ?? 0)) - (ranks.get(link.from) ?? 0)) - 1),
  }));
  const long: (typeof spans)[number][] = [];
  let sum = 0;
  for (const [, ways] of Map.groupBy(spans, ({ link }) => link.to)) {
    ways.sort((a, b) => a.span - b.span);
    for (const [i, way] of ways.entries()) {
      if (way.span > SHORT && i >= LONG_TO_ONE) {
        dropped.add(way.link.edge);
        continue;
      }
      sum += way.span;
      // The shortest way to each node is drawn: a node to which no line leads would be at the top.
      if (way.span > SHORT && i > 0) long.push(way);
    }
  }
  long.sort((a, b) => Number(b.link.isCatch) - Number(a.link.isCatch) || b.span - a.span);
  for (const { link, span } of long) {
    if (sum <= RANKS_IN_ALL) break;
    dropped.add(link.edge);
    sum -= span;
  }
  return dropped;
}

/** The longest way from the start to each node, without ways that lead back. */
function ranksOf(start: number, nodes: readonly number[], links: readonly LinkQuestion[]): ReadonlyMap<number, number> {
  const from = Map.groupBy(links, (link) => link.from);
  const order: number[] = [];
  const state = new Map<number, 'open' | 'done'>();
  const isBack = new Set<number>();
  // Depth first with a list instead of recursion: a flow may be a chain of ten thousand states.
  for (const root of [start, ...nodes]) {
    if (state.has(root)) continue;
    const stack = [{ node: root, at: 0 }];
    state.set(root, 'open');
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const link = from.get(top.node)?.[top.at++];
      if (link === undefined) {
        state.set(top.node, 'done');
        order.push(top.node);
        stack.pop();
      } else if (link.to !== null) {
        if (state.get(link.to) === 'open') isBack.add(link.edge);
        else if (!state.has(link.to)) {
          state.set(link.to, 'open');
          stack.push({ node: link.to, at: 0 });
        }
      }
    }
  }
  const ranks = new Map(nodes.map((node) => [node, 0]));
  for (const node of order.reverse()) {
    for (const { edge, to } of from.get(node) ?? []) {
      if (to === null || isBack.has(edge)) continue;
      ranks.set(to, Math.max(ranks.get(to) ?? 0, (ranks.get(node) ?? 0) + 1));
    }
  }
  return ranks;
}
