/** The lines of a graph as SVG paths: vertical through the points between, with round corners where a line leaves or enters at a side. */

export type Direction = 'down' | 'up' | 'left' | 'right';

export interface Point {
  readonly x: number;
  readonly y: number;
}

const CORNER = 12;

/** A path through points. `leaves` and `enters` say in which direction it moves at its ends. */
export function curve(points: readonly Point[], leaves: Direction, enters: Direction): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  let path = `M${at(first)}`;
  let from = first;
  for (const [i, to] of rest.entries()) {
    const isFirst = i === 0 && isSideways(leaves);
    const isLast = i === rest.length - 1 && isSideways(enters);
    if (isFirst) path += corner({ x: to.x, y: from.y }, from, to);
    else if (isLast) path += corner({ x: from.x, y: to.y }, from, to);
    else path += between(from, to);
    from = to;
  }
  return path;
}

function isSideways(direction: Direction): boolean {
  return direction === 'left' || direction === 'right';
}

/** An S between two points at which the line is vertical. */
function between(from: Point, to: Point): string {
  if (Math.abs(from.x - to.x) < 0.5) return `L${at(to)}`;
  const middle = (from.y + to.y) / 2;
  return `C${at({ x: from.x, y: middle })} ${at({ x: to.x, y: middle })} ${at(to)}`;
}

/** Two straight lines with a round corner between them. */
function corner(bend: Point, from: Point, to: Point): string {
  return `L${at(towards(bend, from))}Q${at(bend)} ${at(towards(bend, to))}L${at(to)}`;
}

function towards(from: Point, to: Point): Point {
  const x = to.x - from.x;
  const y = to.y - from.y;
  const length = Math.hypot(x, y);
  if (length === 0) return from;
  const part = Math.min(CORNER, length / 2) / length;
  return { x: from.x + x * part, y: from.y + y * part };
}

/** A tenth of a pixel is enough, and makes paths short. */
function at({ x, y }: Point): string {
  return `${round(x)},${round(y)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
