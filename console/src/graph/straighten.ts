/**
 * Moves the nodes of an arrangement sideways so that the main way runs straight. dagre places nodes without regard to what a way
 * means: one caught error pulls a whole flow aside. Ranks and the order within them stay as dagre found them.
 *
 * Sweeps go down and up. In each, every item of a rank wants to be under, or above, the weighted median of its neighbours, and the
 * rank is solved as a whole: the least sum of squares under the distances that must be between neighbours. The best sweep wins.
 */
import { END, LINE_GAP, NODE_GAP, START } from './arrange.ts';
import type { Arrangement, Size } from './arrange.ts';
import type { Point } from './curve.ts';
import type { LinkQuestion } from './layout-question.ts';
import { DOT } from './sizes.ts';

/** A node, a dot, or a point that a line passes. */
interface Item {
  x: number;
  /** Room on either side of `x`. */
  readonly left: number;
  readonly right: number;
  readonly gap: number;
  readonly above: Neighbour[];
  readonly below: Neighbour[];
}

interface Neighbour {
  readonly item: Item;
  readonly weight: number;
}

const SWEEPS = 12;
const LONG = 6;

export function straighten(
  arrangement: Arrangement,
  sizes: ReadonlyMap<number, Size>,
  links: readonly LinkQuestion[],
  start: number,
): Arrangement {
  const ranks = new Map<number, Item[]>();
  const add = (at: Point, left: number, right: number, gap: number): Item => {
    const item: Item = { x: at.x, left, right, gap, above: [], below: [] };
    const rank = ranks.get(Math.round(at.y));
    if (rank === undefined) ranks.set(Math.round(at.y), [item]);
    else rank.push(item);
    return item;
  };
  const loops = links.filter(({ from, to }) => from === to);
  const nodes = new Map<number, Item>();
  for (const [id, at] of arrangement.middles) {
    const half = (sizes.get(id)?.width ?? DOT) / 2;
    // A loop is at the right of its node and moves with it.
    const loop = Math.max(
      0,
      ...loops.flatMap(({ edge, from, label }) => {
        const way = arrangement.ways.get(edge);
        return from === id && way !== undefined ? [way.label.x + Math.max(label, LINE_GAP) / 2 - at.x] : [];
      }),
    );
    nodes.set(id, add(at, half, Math.max(half, loop), NODE_GAP));
  }
  const passed = new Map<number, Item[]>();
  for (const link of links) {
    const way = arrangement.ways.get(link.edge);
    const from = nodes.get(link.from);
    const to = nodes.get(link.to ?? END);
    if (way === undefined || from === undefined || to === undefined || from === to) continue;
    const points = way.passed.map((point) => {
      const half = point.y === way.label.y ? link.label / 2 : 0;
      return add(point, half, half, LINE_GAP);
    });
    passed.set(link.edge, points);
    connect([from, ...points, to], ends(arrangement, link), weightOf(link));
  }
  const first = nodes.get(START);
  const target = nodes.get(start);
  if (first !== undefined && target !== undefined) connect([first, target], true, 8);
  solve([...ranks.entries()].toSorted(([a], [b]) => a - b).map(([, items]) => items));
  return moved(
    arrangement,
    nodes,
    passed,
    [...ranks.values()].flat(),
    new Map(loops.map(({ edge, from }) => [edge, from])),
  );
}

/** Whether a way leads downwards. */
function ends({ middles }: Arrangement, { from, to }: LinkQuestion): boolean {
  return (middles.get(from)?.y ?? 0) <= (middles.get(to ?? END)?.y ?? 0);
}

function weightOf({ isCatch, to, label }: LinkQuestion): number {
  if (isCatch) return 1;
  return to === null ? 2 : label > 0 ? 4 : 6;
}

function connect(chain: readonly Item[], isDown: boolean, weight: number): void {
  const ordered = isDown ? chain : chain.toReversed();
  for (const [i, item] of ordered.entries()) {
    const next = ordered[i + 1];
    if (next === undefined) return;
    // The inner part of a long line is straight before all else.
    const isInner = i > 0 && i + 2 < ordered.length;
    const heavy = isInner ? weight * LONG : weight;
    item.below.push({ item: next, weight: heavy });
    next.above.push({ item, weight: heavy });
  }
}

function solve(ranks: readonly Item[][]): void {
  for (const rank of ranks) rank.sort((a, b) => a.x - b.x);
  let best: number[][] = ranks.map((rank) => rank.map(({ x }) => x));
  let bestCost = cost(ranks);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isDown = sweep % 2 === 0;
    for (const rank of isDown ? ranks : ranks.toReversed()) settle(rank, isDown ? 'above' : 'below');
    const now = cost(ranks);
    if (now >= bestCost) continue;
    bestCost = now;
    best = ranks.map((rank) => rank.map(({ x }) => x));
  }
  for (const [i, rank] of ranks.entries()) for (const [j, item] of rank.entries()) item.x = best[i]?.[j] ?? item.x;
}

/** How far all lines lead sideways. A little of the width is in it, so that what nothing holds does not drift apart. */
function cost(ranks: readonly Item[][]): number {
  let sum = 0;
  let left = Infinity;
  let right = -Infinity;
  for (const item of ranks.flat()) {
    left = Math.min(left, item.x - item.left);
    right = Math.max(right, item.x + item.right);
    for (const { item: below, weight } of item.below) sum += weight * Math.abs(item.x - below.x);
  }
  return sum + (right - left);
}

interface Block {
  /** Of the first item. */
  x: number;
  weight: number;
  readonly items: { readonly item: Item; readonly offset: number }[];
}

/** Places a rank: items that want the same room become a block, which takes the mean of their wishes. */
function settle(rank: readonly Item[], side: 'above' | 'below'): void {
  const blocks: Block[] = [];
  for (const item of rank) {
    const neighbours = item[side];
    const weight = neighbours.reduce((sum, each) => sum + each.weight, 0) + 0.1;
    let block: Block = { x: median(neighbours) ?? item.x, weight, items: [{ item, offset: 0 }] };
    for (let before = blocks.at(-1); before !== undefined; before = blocks.at(-1)) {
      const last = before.items.at(-1);
      const own = block.items[0];
      if (last === undefined || own === undefined) break;
      const offset = last.offset + distance(last.item, own.item);
      if (before.x + offset <= block.x) break;
      blocks.pop();
      const sum = before.weight + block.weight;
      block = {
        x: (before.x * before.weight + (block.x - offset) * block.weight) / sum,
        weight: sum,
        items: [...before.items, ...block.items.map((each) => ({ item: each.item, offset: each.offset + offset }))],
      };
    }
    blocks.push(block);
  }
  for (const { x, items } of blocks) for (const { item, offset } of items) item.x = x + offset;
}

function distance(a: Item, b: Item): number {
  return a.right + b.left + (a.gap + b.gap) / 2;
}

/** The weighted median; between two of the same weight, the middle. */
function median(neighbours: readonly Neighbour[]): number | null {
  if (neighbours.length === 0) return null;
  const sorted = neighbours.toSorted((a, b) => a.item.x - b.item.x);
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let sum = 0;
  for (const [i, { item, weight }] of sorted.entries()) {
    sum += weight;
    if (sum > half) return item.x;
    if (sum === half) return (item.x + (sorted[i + 1]?.item.x ?? item.x)) / 2;
  }
  return null;
}

/** The arrangement with the places of the items, from x 0. */
function moved(
  { height, middles, ways }: Arrangement,
  nodes: ReadonlyMap<number, Item>,
  passed: ReadonlyMap<number, readonly Item[]>,
  items: readonly Item[],
  loops: ReadonlyMap<number, number>,
): Arrangement {
  const left = Math.min(...items.map((item) => item.x - item.left));
  const right = Math.max(...items.map((item) => item.x + item.right));
  const shift = (id: number): number => (nodes.get(id)?.x ?? 0) - (middles.get(id)?.x ?? 0) - left;
  return {
    width: right - left,
    height,
    middles: new Map([...middles].map(([id, { x, y }]) => [id, { x: x + shift(id), y }])),
    ways: new Map(
      [...ways].map(([edge, way]) => {
        const own = passed.get(edge);
        if (own === undefined) {
          const { x, y } = way.label;
          return [edge, { passed: [], label: { x: x + shift(loops.get(edge) ?? START), y } }];
        }
        const points = way.passed.map(({ y }, i) => ({ x: (own[i]?.x ?? 0) - left, y }));
        const label = points.find(({ y }) => y === way.label.y) ?? way.label;
        return [edge, { passed: points, label }];
      }),
    ),
  };
}
