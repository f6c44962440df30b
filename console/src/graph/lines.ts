/** The lines of one laid-out scope: where each leaves, what it passes, and where its arrow points. */
import { END, START } from './arrange.ts';
import type { Arrangement } from './arrange.ts';
import { curve } from './curve.ts';
import type { Direction, Point } from './curve.ts';
import type { LinkQuestion } from './layout-question.ts';
import { CARD_HEIGHT, DOT, LABEL_HEIGHT, TIP } from './sizes.ts';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A line without its place on the page. */
export interface Line {
  readonly edge: number;
  readonly points: readonly Point[];
  readonly leaves: Direction;
  readonly enters: Direction;
  readonly label: Rectangle | null;
}

export interface LinkPlace {
  /** -1 for the way from the start of a scope to its first node. */
  readonly edge: number;
  readonly scope: number;
  readonly path: string;
  readonly tip: Point & { readonly direction: Direction };
  readonly label: Rectangle | null;
  /** All that the line may touch. */
  readonly bounds: Rectangle;
}

/** Between two lines that leave a node side by side, at most. */
const PORT_GAP = 24;

export class Lines {
  readonly #arrangement: Arrangement;
  readonly #boxes: ReadonlyMap<number, Rectangle>;
  /** The height of the tallest node of each rank, by the rank's middle. */
  readonly #ranks = new Map<number, number>();
  /** Where the lines leave their node, by the number of the edge. */
  readonly #ports = new Map<number, number>();

  constructor(arrangement: Arrangement, boxes: ReadonlyMap<number, Rectangle>, links: readonly LinkQuestion[]) {
    this.#arrangement = arrangement;
    this.#boxes = boxes;
    for (const [id, { y }] of arrangement.middles) {
      const height = boxes.get(id)?.height ?? DOT;
      this.#ranks.set(Math.round(y), Math.max(height, this.#ranks.get(Math.round(y)) ?? 0));
    }
    this.#spreadPorts(links);
  }

  /** The line from the start of the scope to its first node. */
  first(start: number): Line {
    const dot = this.#box(START);
    const points = [
      { x: dot.x + DOT / 2, y: dot.y + DOT },
      { x: middleX(this.#box(start)), y: this.#box(start).y - TIP },
    ];
    return { edge: -1, points, leaves: 'down', enters: 'down', label: null };
  }

  line(link: LinkQuestion): Line {
    const source = this.#box(link.from);
    const target = this.#box(link.to ?? END);
    const label = this.#label(link);
    if (link.from === link.to) return loop(link.edge, source, label, this.#way(link).label);
    return target.y >= source.y + source.height
      ? this.#down(link, source, target, label)
      : this.#up(link, source, target, label);
  }

  #box(id: number): Rectangle {
    const box = this.#boxes.get(id);
    if (box !== undefined) return box;
    const { x, y } = this.#arrangement.middles.get(id) ?? { x: 0, y: 0 };
    return { x: x - DOT / 2, y: y - DOT / 2, width: DOT, height: DOT };
  }

  #way({ edge }: LinkQuestion): { readonly passed: readonly Point[]; readonly label: Point } {
    return this.#arrangement.ways.get(edge) ?? { passed: [], label: { x: 0, y: 0 } };
  }

  #label(link: LinkQuestion): Rectangle | null {
    if (link.label === 0) return null;
    const { x, y } = this.#way(link).label;
    return { x: x - link.label / 2, y: y - LABEL_HEIGHT / 2, width: link.label, height: LABEL_HEIGHT };
  }

  /** The points between two nodes. A line passes each rank straight, through its whole height, so that it crosses no tall node. */
  #passed(link: LinkQuestion, label: Rectangle | null): Point[] {
    const { passed } = this.#way(link);
    return passed.flatMap(({ x, y }) => {
      const height = this.#ranks.get(Math.round(y));
      if (height !== undefined) return [at(x, y - height / 2), at(x, y + height / 2)];
      const isLabel = label !== null && Math.abs(label.y + LABEL_HEIGHT / 2 - y) < 1;
      if (isLabel) return [at(x, label.y), at(x, label.y + LABEL_HEIGHT)];
      // Between the labels of other lines. A line to the next rank looks better without this bend.
      return passed.length > 1 ? [at(x, y)] : [];
    });
  }

  #halfRank({ y, height }: Rectangle): number {
    return (this.#ranks.get(Math.round(y + height / 2)) ?? height) / 2;
  }

  #down(link: LinkQuestion, source: Rectangle, target: Rectangle, label: Rectangle | null): Line {
    const into = middleX(target);
    const rest = [
      ...this.#passed(link, label),
      at(into, middleY(target) - this.#halfRank(target) - TIP),
      at(into, target.y - TIP),
    ];
    const side = this.#freeSide(link, source);
    if (side !== null) {
      const points = [at(edgeOf(source, side), headerY(source)), ...rest];
      return { edge: link.edge, points, leaves: side, enters: 'down', label };
    }
    const x = this.#ports.get(link.edge) ?? middleX(source);
    const points = [at(x, source.y + source.height), at(x, middleY(source) + this.#halfRank(source)), ...rest];
    return { edge: link.edge, points, leaves: 'down', enters: 'down', label };
  }

  /** A caught error leaves its node at a side, where no other node is in the way. Null: below, as all others. */
  #freeSide(link: LinkQuestion, source: Rectangle): 'left' | 'right' | null {
    if (!link.isCatch) return null;
    const x = this.#nextX(link);
    const side = sideOf(source, x);
    if (side === 'up') return null;
    const [left, right] = side === 'left' ? [x - PORT_GAP, source.x - 1] : [source.x + source.width + 1, x + PORT_GAP];
    const rank = Math.round(middleY(source));
    const isFree =
      [...this.#boxes.values()].every((box) => {
        const isBeside = Math.round(middleY(box)) === rank && box.x !== source.x;
        return !isBeside || box.x > right || box.x + box.width < left;
      }) &&
      [...this.#arrangement.ways.values()].every(({ passed }) =>
        passed.every((point) => Math.round(point.y) !== rank || point.x > right || point.x < left),
      );
    return isFree ? side : null;
  }

  /** Where a line is after it has left its node. */
  #nextX(link: LinkQuestion): number {
    return this.#way(link).passed[0]?.x ?? middleX(this.#box(link.to ?? END));
  }

  /** A way back leaves and enters at a side, so that no one takes it for a way forward. */
  #up(link: LinkQuestion, source: Rectangle, target: Rectangle, label: Rectangle | null): Line {
    const passed = this.#passed(link, label).toSorted((a, b) => b.y - a.y);
    const first = passed[0] ?? at(source.x + source.width + PORT_GAP, source.y);
    const last = passed.at(-1) ?? first;
    const leaves = sideOf(source, first.x);
    const side = sideOf(target, last.x);
    const out = leaves === 'up' ? at(first.x, source.y) : at(edgeOf(source, leaves), middleY(source));
    const into =
      side === 'up'
        ? at(last.x, target.y + target.height + TIP)
        : at(edgeOf(target, side) + (side === 'left' ? -TIP : TIP), middleY(target));
    const enters = side === 'up' ? 'up' : side === 'left' ? 'right' : 'left';
    return { edge: link.edge, points: [out, ...(passed.length > 0 ? passed : [first]), into], leaves, enters, label };
  }

  /** Several lines that leave a node downwards do so side by side, in the order in which they lie below. */
  #spreadPorts(links: readonly LinkQuestion[]): void {
    for (const [from, leaving] of Map.groupBy(links, (link) => link.from)) {
      const source = this.#box(from);
      const down = leaving
        .filter(({ to }) => to !== from && this.#box(to ?? END).y > source.y)
        .filter((link) => this.#freeSide(link, source) === null)
        .map((link) => ({ edge: link.edge, x: this.#nextX(link) }));
      down.sort((a, b) => a.x - b.x);
      const gap = Math.min(PORT_GAP, (source.width - 60) / Math.max(1, down.length - 1));
      const left = middleX(source) - (gap * (down.length - 1)) / 2;
      for (const [i, { edge }] of down.entries()) this.#ports.set(edge, left + gap * i);
    }
  }
}

/** The line in its place. */
export function placeLine(line: Line, scope: number, offset: Point): LinkPlace {
  const points = line.points.map(({ x, y }) => at(x + offset.x, y + offset.y));
  const label = line.label === null ? null : { ...line.label, x: line.label.x + offset.x, y: line.label.y + offset.y };
  return {
    edge: line.edge,
    scope,
    path: curve(points, line.leaves, line.enters),
    tip: { ...tipAt(points.at(-1) ?? offset, line.enters), direction: line.enters },
    label,
    bounds: boundsOf(points, label),
  };
}

function loop(edge: number, box: Rectangle, label: Rectangle | null, middle: Point): Line {
  const right = box.x + box.width;
  const y = headerY(box);
  const reach = label === null ? 14 : LABEL_HEIGHT / 2 + 5;
  const points = [at(right, y - reach), at(middle.x, y), at(right + TIP, y + reach)];
  const moved = label === null ? null : { ...label, y: y - LABEL_HEIGHT / 2 };
  return { edge, points, leaves: 'right', enters: 'left', label: moved };
}

/** Whether a line to this x leaves a box at a side, or above it. */
function sideOf({ x, width }: Rectangle, to: number): 'left' | 'right' | 'up' {
  if (to < x - 6) return 'left';
  return to > x + width + 6 ? 'right' : 'up';
}

function edgeOf({ x, width }: Rectangle, side: 'left' | 'right'): number {
  return side === 'left' ? x : x + width;
}

function middleX({ x, width }: Rectangle): number {
  return x + width / 2;
}

function middleY({ y, height }: Rectangle): number {
  return y + height / 2;
}

/** The middle of a card, or of the header of an open node. */
function headerY({ y, height }: Rectangle): number {
  return y + Math.min(height, CARD_HEIGHT) / 2;
}

function at(x: number, y: number): Point {
  return { x, y };
}

function tipAt({ x, y }: Point, direction: Direction): Point {
  if (direction === 'down') return at(x, y + TIP);
  if (direction === 'up') return at(x, y - TIP);
  return at(direction === 'left' ? x - TIP : x + TIP, y);
}

const MARGIN = 10;

function boundsOf(points: readonly Point[], label: Rectangle | null): Rectangle {
  const corners = label === null ? [] : [at(label.x, label.y), at(label.x + label.width, label.y + label.height)];
  const xs = [...points, ...corners].map(({ x }) => x);
  const ys = [...points, ...corners].map(({ y }) => y);
  const x = Math.min(...xs) - MARGIN;
  const y = Math.min(...ys) - MARGIN;
  return { x, y, width: Math.max(...xs) + MARGIN - x, height: Math.max(...ys) + MARGIN - y };
}
