/**
 * Lays out a graph: scopes from the inside out, each as a box in the node that holds it. It runs in the layout worker, knows no words
 * and no screen, and answers the same question always in the same way.
 */
import { arrange, END, START } from './arrange.ts';
import type { Point } from './curve.ts';
import type { BoxQuestion, ScopeQuestion } from './layout-question.ts';
import { Lines, placeLine } from './lines.ts';
import type { LinkPlace, Rectangle } from './lines.ts';
import { longWays } from './long-ways.ts';
import { packRows } from './pack-rows.ts';
import { straighten } from './straighten.ts';
import {
  CARD_HEIGHT,
  CARD_WIDTH,
  HEADER_HEIGHT,
  INSET,
  STUB_GAP,
  STUB_HEIGHT,
  STUB_WIDTH,
  TITLE_HEIGHT,
} from './sizes.ts';

export type { LinkPlace, Rectangle } from './lines.ts';
export type { Point } from './curve.ts';

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** The nodes in view, each before those inside it. */
  readonly boxes: readonly BoxPlace[];
  readonly scopes: readonly ScopePlace[];
  readonly links: readonly LinkPlace[];
  /** Ways that are too long to draw; each is named beside the node from which it leads. */
  readonly stubs: readonly StubPlace[];
}

export interface BoxPlace extends Rectangle {
  readonly node: number;
}

export interface ScopePlace extends Rectangle {
  readonly id: number;
  readonly titled: boolean;
  /** Middles of its dots. There is no end where no way leads to it. */
  readonly start: Point;
  readonly end: Point | null;
}

/** Its left upper corner. */
export interface StubPlace extends Point {
  readonly edge: number;
}

interface Places {
  readonly boxes: BoxPlace[];
  readonly scopes: ScopePlace[];
  readonly links: LinkPlace[];
  readonly stubs: StubPlace[];
}

/** A laid-out part whose place is not known yet. */
interface Piece {
  readonly width: number;
  readonly height: number;
  place(x: number, y: number, out: Places): void;
}

export function layOut(question: ScopeQuestion): Layout {
  const places: Places = { boxes: [], scopes: [], links: [], stubs: [] };
  const whole = scopePiece(question);
  whole.place(0, 0, places);
  return { width: whole.width, height: whole.height, ...places };
}

/** A node: a card, or a frame around its scopes. */
function boxPiece({ node, scopes }: BoxQuestion): Piece {
  if (scopes.length === 0) {
    const size = { width: CARD_WIDTH, height: CARD_HEIGHT };
    return { ...size, place: (x, y, { boxes }) => void boxes.push({ node, x, y, ...size }) };
  }
  const pieces = scopes.map(scopePiece);
  const rows = packRows(pieces, INSET);
  const width = Math.max(CARD_WIDTH, rows.width + 2 * INSET);
  const height = HEADER_HEIGHT + rows.height + INSET;
  const left = (width - rows.width) / 2;
  return {
    width,
    height,
    place(x, y, out) {
      out.boxes.push({ node, x, y, width, height });
      for (const [i, piece] of pieces.entries()) {
        const at = rows.places[i];
        if (at !== undefined) piece.place(x + left + at.x, y + HEADER_HEIGHT + at.y, out);
      }
    },
  };
}

function scopePiece(scope: ScopeQuestion): Piece {
  const { id, titled, start } = scope;
  const pieces = new Map(scope.boxes.map((box) => [box.node, boxPiece(box)]));
  const long = longWays(scope);
  const links = scope.links.filter(({ edge }) => !long.has(edge));
  const beside = new Set(scope.links.filter(({ edge }) => long.has(edge)).map(({ from }) => from));
  const sizes = new Map(
    [...pieces].map(([node, { width, height }]) => {
      const room = beside.has(node) ? 2 * (STUB_WIDTH + STUB_GAP) : 0;
      return [node, { width: width + room, height }];
    }),
  );
  const arrangement = straighten(arrange(start, sizes, links), sizes, links, start);
  const { middles } = arrangement;
  const boxes = new Map([...pieces].map(([node, piece]) => [node, around(middles.get(node) ?? ORIGIN, piece)]));
  const drawing = new Lines(arrangement, boxes, links);
  const lines = [drawing.first(start), ...links.map((link) => drawing.line(link))];
  const top = titled ? TITLE_HEIGHT : 0;
  const width = arrangement.width + 2 * INSET;
  const height = arrangement.height + top + 2 * INSET;
  return {
    width,
    height,
    place(left, upper, out) {
      const offset = { x: left + INSET, y: upper + INSET + top };
      const moved = ({ x, y }: Point): Point => ({ x: x + offset.x, y: y + offset.y });
      const end = middles.get(END);
      out.scopes.push({
        ...{ id, titled, x: left, y: upper, width, height },
        start: moved(middles.get(START) ?? ORIGIN),
        end: end === undefined ? null : moved(end),
      });
      for (const [node, piece] of pieces) {
        const { x, y } = moved(boxes.get(node) ?? ORIGIN);
        piece.place(x, y, out);
      }
      for (const line of lines) out.links.push(placeLine(line, id, offset));
      for (const stub of stubsOf(scope, long, boxes)) out.stubs.push({ edge: stub.edge, ...moved(stub) });
    },
  };
}

const ORIGIN: Point = { x: 0, y: 0 };

function around({ x, y }: Point, { width, height }: Piece): Rectangle {
  return { x: x - width / 2, y: y - height / 2, width, height };
}

/** The names of long ways, below each other at the right of their node. */
function stubsOf(
  { links }: ScopeQuestion,
  long: ReadonlySet<number>,
  boxes: ReadonlyMap<number, Rectangle>,
): StubPlace[] {
  const counts = new Map<number, number>();
  return links.flatMap(({ edge, from }) => {
    const box = boxes.get(from);
    if (!long.has(edge) || box === undefined) return [];
    const count = counts.get(from) ?? 0;
    counts.set(from, count + 1);
    return [{ edge, x: box.x + box.width + STUB_GAP, y: box.y + 2 + count * (STUB_HEIGHT + 2) }];
  });
}
