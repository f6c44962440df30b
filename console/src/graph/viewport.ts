/** The part of a graph that a pane shows: pure geometry. A point of the graph is on the screen at `point * scale + (x, y)`. */
import type { Point, Rectangle } from './layout.ts';

export interface View {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const SMALLEST = 0.02;
const LARGEST = 3;
const MARGIN = 24;
/** Below this scale, names cannot be read. */
const READABLE = 0.62;

/** Shows all of it, in the middle. Small graphs are enlarged a little, more so on large screens. */
export function fitted({ width, height }: Size, pane: Size): View {
  const most = Math.min(2, Math.max(1.15, pane.width / 1_500));
  const scale = Math.max(
    SMALLEST,
    Math.min(most, (pane.width - 2 * MARGIN) / width, (pane.height - 2 * MARGIN) / height),
  );
  return {
    scale,
    x: (pane.width - width * scale) / 2,
    y: Math.max(MARGIN / 2, (pane.height - height * scale) / 2),
  };
}

/** The first view of a graph: all of it if that can be read, otherwise its beginning. `start` is the first node's middle. */
export function firstView(size: Size, pane: Size, start: Point): View {
  const whole = fitted(size, pane);
  if (whole.scale >= READABLE) return whole;
  const scale = Math.max(READABLE, Math.min(1, (pane.width - 2 * MARGIN) / size.width));
  const isWide = size.width * scale > pane.width;
  return {
    scale,
    x: isWide ? pane.width / 2 - start.x * scale : (pane.width - size.width * scale) / 2,
    y: MARGIN,
  };
}

/** Zooms so that the point of the graph under `at` (of the pane) stays there. */
export function zoomed(view: View, factor: number, at: Point): View {
  const scale = Math.min(LARGEST, Math.max(SMALLEST, view.scale * factor));
  const real = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * real, y: at.y - (at.y - view.y) * real };
}

/** Moves the view so that some of the graph is always in the pane. */
export function clamped(view: View, size: Size, pane: Size): View {
  const axis = (place: number, length: number, room: number): number => {
    const visible = Math.min(96, length * view.scale, room / 2);
    return Math.min(room - visible, Math.max(visible - length * view.scale, place));
  };
  return {
    scale: view.scale,
    x: axis(view.x, size.width, pane.width),
    y: axis(view.y, size.height, pane.height),
  };
}

/** Whether moving the view by this would show anything that is not in the pane yet. */
export function canPan(view: View, size: Size, pane: Size, { x, y }: Point): boolean {
  const axis = (by: number, place: number, length: number, room: number): boolean =>
    by > 0 ? place < 0 : by < 0 && place + length * view.scale > room;
  return axis(x, view.x, size.width, pane.width) || axis(y, view.y, size.height, pane.height);
}

/** Moves the view as little as it takes to show a box; one that is larger than the pane is shown from its beginning. */
export function revealing(view: View, box: Rectangle, pane: Size): View {
  const axis = (place: number, from: number, length: number, room: number): number => {
    const start = from * view.scale + place;
    const end = start + length * view.scale;
    if (end - start > room - 2 * MARGIN) return start > MARGIN || end < room / 2 ? place + MARGIN - start : place;
    if (start < MARGIN) return place + MARGIN - start;
    return end > room - MARGIN ? place + room - MARGIN - end : place;
  };
  return {
    scale: view.scale,
    x: axis(view.x, box.x, box.width, pane.width),
    y: axis(view.y, box.y, box.height, pane.height),
  };
}

/** The part of the graph in the pane, in units of the graph. */
export function visibleArea({ x, y, scale }: View, { width, height }: Size): Rectangle {
  return { x: -x / scale, y: -y / scale, width: width / scale, height: height / scale };
}

/** The area widened to a grid, so that it changes seldom while the view moves. */
export function widened({ x, y, width, height }: Rectangle, grid: number): Rectangle {
  const left = Math.floor(x / grid) * grid - grid / 2;
  const top = Math.floor(y / grid) * grid - grid / 2;
  return {
    x: left,
    y: top,
    width: Math.ceil((x + width) / grid) * grid + grid / 2 - left,
    height: Math.ceil((y + height) / grid) * grid + grid / 2 - top,
  };
}

export function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
