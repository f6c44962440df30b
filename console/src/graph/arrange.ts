/**
 * Puts the nodes of one scope in place: the usual chain directly, everything else by dagre. A part of a flow with 2,500 branches of
 * one state each would otherwise spend a second in dagre for nothing.
 */
import { Graph, layout as layOutByDagre } from '@dagrejs/dagre';
import type { Point } from './curve.ts';
import type { LinkQuestion } from './layout-question.ts';
import { DOT, LABEL_HEIGHT } from './sizes.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The dots of a scope have these ids, its nodes their numbers. */
export const START = -1;
export const END = -2;

export interface Arrangement extends Size {
  /** Middles of the nodes and dots. */
  readonly middles: ReadonlyMap<number, Point>;
  /** By the number of the edge: the points that its line passes between its ends, and the middle of its label. */
  readonly ways: ReadonlyMap<number, { readonly passed: readonly Point[]; readonly label: Point }>;
}

/** The part of dagre that is used here. Its own types import files without their extension, which TypeScript does not find. */
interface DagreGraph {
  setGraph(label: Readonly<Record<string, string | number>>): void;
  graph(): { readonly width?: number; readonly height?: number };
  setNode(id: string, label: Size): void;
  nodes(): string[];
  node(id: string): Partial<Point> | undefined;
  setEdge(from: string, to: string, label: Readonly<Record<string, string | number>>, name: string): void;
  edge(edge: {
    readonly v: string;
    readonly w: string;
    readonly name: string;
  }): (Partial<Point> & { readonly points?: readonly Point[] }) | undefined;
}

export const NODE_GAP = 36;
export const LINE_GAP = 22;
const RANK_GAP = 48;
/** Above this count, the slower of dagre's ways to find ranks would be felt. */
const SIMPLEX_NODES = 120;

export function arrange(start: number, sizes: ReadonlyMap<number, Size>, links: readonly LinkQuestion[]): Arrangement {
  const chain = chainOf(start, sizes, links);
  return chain === null ? arrangeByDagre(start, sizes, links) : arrangeChain(chain, sizes, links);
}

/** The nodes in their order, if each leads to the next one and to nothing else. */
function chainOf(
  start: number,
  sizes: ReadonlyMap<number, Size>,
  links: readonly LinkQuestion[],
): readonly number[] | null {
  if (links.length > sizes.size || links.some(({ label }) => label > 0)) return null;
  const next = new Map(links.map(({ from, to }) => [from, to]));
  if (next.size !== links.length) return null;
  const chain: number[] = [];
  const seen = new Set<number>();
  for (let node: number | null | undefined = start; node !== null && node !== undefined; node = next.get(node)) {
    if (seen.has(node)) return null;
    seen.add(node);
    chain.push(node);
  }
  return chain.length === sizes.size ? chain : null;
}

function arrangeChain(
  chain: readonly number[],
  sizes: ReadonlyMap<number, Size>,
  links: readonly LinkQuestion[],
): Arrangement {
  const width = Math.max(DOT, ...chain.map((node) => sizes.get(node)?.width ?? 0));
  const middles = new Map<number, Point>();
  let y = 0;
  const put = (id: number, height: number): void => {
    middles.set(id, { x: width / 2, y: y + height / 2 });
    y += height + RANK_GAP;
  };
  put(START, DOT);
  for (const node of chain) put(node, sizes.get(node)?.height ?? 0);
  if (links.some(({ to }) => to === null)) put(END, DOT);
  const ways = new Map(links.map(({ edge }) => [edge, { passed: [], label: { x: 0, y: 0 } }]));
  return { width, height: y - RANK_GAP, middles, ways };
}

function arrangeByDagre(start: number, sizes: ReadonlyMap<number, Size>, links: readonly LinkQuestion[]): Arrangement {
  const graph = new Graph({ multigraph: true }) as DagreGraph;
  const ranker = sizes.size > SIMPLEX_NODES ? 'tight-tree' : 'network-simplex';
  graph.setGraph({ rankdir: 'TB', nodesep: NODE_GAP, edgesep: LINE_GAP, ranksep: RANK_GAP, ranker });
  // The start comes first: dagre turns the ways around that lead back to a node it has come through.
  graph.setNode(String(START), { width: DOT, height: DOT });
  for (const [node, { width, height }] of sizes) graph.setNode(String(node), { width, height });
  if (links.some(({ to }) => to === null)) graph.setNode(String(END), { width: DOT, height: DOT });
  graph.setEdge(String(START), String(start), { weight: 4 }, 'start');
  for (const { edge, from, to, isCatch, label } of links) {
    const isLoop = from === to;
    graph.setEdge(
      String(from),
      String(to ?? END),
      {
        weight: isCatch || to === null ? 1 : 3,
        width: isLoop ? Math.max(label, 2 * LINE_GAP) : label,
        height: label > 0 || isLoop ? LABEL_HEIGHT : 0,
        labelpos: 'c',
      },
      String(edge),
    );
  }
  layOutByDagre(graph);
  const { width = 0, height = 0 } = graph.graph();
  const middles = new Map(graph.nodes().map((id) => [Number(id), middleOf(graph.node(id))]));
  const ways = new Map(
    links.map(({ edge, from, to }) => {
      const way = graph.edge({ v: String(from), w: String(to ?? END), name: String(edge) });
      return [edge, { passed: (way?.points ?? []).slice(1, -1), label: middleOf(way) }];
    }),
  );
  return { width, height, middles, ways };
}

function middleOf(label: Partial<Point> | undefined): Point {
  return { x: label?.x ?? 0, y: label?.y ?? 0 };
}
