/** Where the arrow keys lead in a graph: down and up along the ways, left and right to what lies beside. */
import { indexOf, nodeAt, ownersOf, scopeAt } from './flow-graph.ts';
import type { FlowGraph } from './flow-graph.ts';
import type { BoxPlace, Layout } from './layout.ts';

export type Move = 'down' | 'up' | 'left' | 'right';

/** The node to which a key leads; null where there is none. */
export function moveFrom(graph: FlowGraph, { boxes }: Layout, from: number, move: Move): number | null {
  const places = new Map(boxes.map((box) => [box.node, box]));
  const found = {
    down: () => below(graph, places, from),
    up: () => above(graph, places, from),
    left: () => beside(graph, places, from, -1),
    right: () => beside(graph, places, from, 1),
  }[move]();
  return found;
}

type Places = ReadonlyMap<number, BoxPlace>;

/** The first node inside an open one, else the one that runs next, also after the scope has ended. */
function below(graph: FlowGraph, places: Places, from: number): number | null {
  const { scopesOf } = indexOf(graph);
  for (const scope of scopesOf[from] ?? []) {
    const { start } = scopeAt(graph, scope);
    if (places.has(start)) return start;
  }
  for (const node of [from, ...ownersOf(graph, from)]) {
    const next = nextOf(graph, places, node);
    if (next !== null) return next;
  }
  return null;
}

/** Ways forward come before ways back, the usual one before caught errors, and the left one before the right one. */
function nextOf(graph: FlowGraph, places: Places, node: number): number | null {
  const own = places.get(node);
  const targets = (indexOf(graph).edgesFrom[node] ?? []).flatMap((number) => {
    const edge = graph.edges[number];
    const place = edge === undefined || edge.to === null ? undefined : places.get(edge.to);
    return edge === undefined || place === undefined || place.node === node ? [] : [{ edge, place }];
  });
  const rank = ({ edge, place }: (typeof targets)[number]): number =>
    (place.y > (own?.y ?? 0) ? 0 : 2) + (edge.kind === 'catch' ? 1 : 0);
  const [first] = targets.toSorted((a, b) => rank(a) - rank(b) || middle(a.place) - middle(b.place));
  return first?.place.node ?? null;
}

function above(graph: FlowGraph, places: Places, from: number): number | null {
  const own = places.get(from);
  const sources = (indexOf(graph).edgesTo[from] ?? []).flatMap((number) => {
    const place = places.get(graph.edges[number]?.from ?? -1);
    return place === undefined || place.y >= (own?.y ?? 0) ? [] : [place];
  });
  const nearest = sources.toSorted((a, b) => b.y - a.y)[0];
  if (nearest !== undefined) return nearest.node;
  const { start, owner } = scopeAt(graph, nodeAt(graph, from).scope);
  if (start === from) return owner;
  const first = places.get(start);
  return first !== undefined && first.y < (own?.y ?? 0) ? start : owner;
}

/** The nearest node on one side that is as high: in the same scope, else in the scope beside it, else beside what holds it. */
function beside(graph: FlowGraph, places: Places, from: number, side: -1 | 1): number | null {
  const own = places.get(from);
  if (own === undefined) return null;
  const { nodesOf, scopesOf } = indexOf(graph);
  const { scope } = nodeAt(graph, from);
  const near = nearestBeside(own, placesOf(places, nodesOf[scope] ?? []), side);
  if (near !== null) return near;
  const { owner } = scopeAt(graph, scope);
  if (owner === null) return null;
  const others = (scopesOf[owner] ?? []).filter((id) => id !== scope);
  const inOthers = nearestBeside(
    own,
    placesOf(
      places,
      others.flatMap((id) => nodesOf[id] ?? []),
    ),
    side,
  );
  return inOthers ?? beside(graph, places, owner, side);
}

function placesOf(places: Places, nodes: readonly number[]): BoxPlace[] {
  return nodes.flatMap((node) => places.get(node) ?? []);
}

function nearestBeside(own: BoxPlace, others: readonly BoxPlace[], side: -1 | 1): number | null {
  const distance = (box: BoxPlace): number => (middle(box) - middle(own)) * side;
  const candidates = others.filter(
    (box) => box.node !== own.node && distance(box) > 0 && box.y < own.y + own.height && own.y < box.y + box.height,
  );
  return candidates.toSorted((a, b) => distance(a) - distance(b))[0]?.node ?? null;
}

function middle({ x, width }: BoxPlace): number {
  return x + width / 2;
}
