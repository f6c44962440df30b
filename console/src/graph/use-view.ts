/**
 * The view of a graph: drag, wheel, pinch and keys move it; it follows the pane's size until a person has moved it, and it leaves
 * the graph in its place when the layout changes a little.
 */
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { indexOf } from './flow-graph.ts';
import type { Point } from './layout.ts';
import type { Shown } from './use-layout.ts';
import { canPan, clamped, firstView, fitted, revealing, zoomed } from './viewport.ts';
import type { Size, View } from './viewport.ts';

export interface GraphView {
  readonly view: View;
  readonly pane: Size;
  zoomBy(factor: number): void;
  fit(): void;
  /** Moves the view as little as it takes to show a node. */
  reveal(node: number): void;
  /** True for the click that ends a drag. */
  wasDragged(): boolean;
}

export const ZOOM_STEP = 1.25;
/** Pixels that a pointer may move in a click. */
const CLICK_SLACK = 4;
const GLIDE_MS = 160;

export function useView(box: RefObject<HTMLDivElement | null>, shown: Shown | null): GraphView {
  const [pane, setPane] = useState<Size>({ width: 0, height: 0 });
  const [view, setView] = useState<View>({ x: 0, y: 0, scale: 1 });
  const state = useRef({
    view,
    pane,
    shown,
    isMoved: false,
    anchored: null as Shown | null,
    glide: 0,
    isDragged: false,
  });
  const now = state.current;
  now.shown = shown;

  const show = (next: View): void => {
    const { layout } = now.shown ?? {};
    now.view = layout === undefined ? next : clamped(next, layout, now.pane);
    setView(now.view);
  };
  const move = (next: View): void => {
    now.isMoved = true;
    cancelAnimationFrame(now.glide);
    show(next);
  };
  const glide = (to: View): void => {
    cancelAnimationFrame(now.glide);
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return show(to);
    const from = now.view;
    const startMs = performance.now();
    const step = (atMs: number): void => {
      const part = Math.min(1, Math.max(0, (atMs - startMs) / GLIDE_MS));
      const eased = 1 - (1 - part) ** 3;
      const between = (a: number, b: number): number => a + (b - a) * eased;
      show({ x: between(from.x, to.x), y: between(from.y, to.y), scale: between(from.scale, to.scale) });
      if (part < 1) now.glide = requestAnimationFrame(step);
    };
    now.glide = requestAnimationFrame(step);
  };

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const look = (): void => {
      const size = { width: element.clientWidth, height: element.clientHeight };
      if (size.width === now.pane.width && size.height === now.pane.height) return;
      now.pane = size;
      setPane(size);
      if (now.shown !== null && size.width > 0) {
        if (!now.isMoved) show(startOf(now.shown, size));
        else show(now.view);
      }
    };
    look();
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    return () => sizes.disconnect();
  }, []);

  useLayoutEffect(() => {
    if (shown === null || now.pane.width === 0 || now.anchored === shown) return;
    const before = now.anchored;
    now.anchored = shown;
    if (before?.layout === shown.layout) return;
    if (before === null || (!now.isMoved && isWhole(before, now.view, now.pane))) show(startOf(shown, now.pane));
    else show(anchoredView(before, shown, now.view, now.pane));
  }, [shown]);

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    return listen(element, {
      get: () => now.view,
      move,
      canPan: (by) => now.shown !== null && canPan(now.view, now.shown.layout, now.pane, by),
      setDragged: (isDragged) => {
        now.isDragged = isDragged;
      },
    });
  }, []);

  return {
    view,
    pane,
    zoomBy(factor) {
      now.isMoved = true;
      glide(zoomed(now.view, factor, { x: now.pane.width / 2, y: now.pane.height / 2 }));
    },
    fit() {
      if (now.shown === null) return;
      now.isMoved = false;
      glide(fitted(now.shown.layout, now.pane));
    },
    reveal(node) {
      const place = now.shown?.layout.boxes.find((each) => each.node === node);
      if (place === undefined || now.pane.width === 0) return;
      const next = revealing(now.view, place, now.pane);
      if (next.x === now.view.x && next.y === now.view.y) return;
      now.isMoved = true;
      glide(next);
    },
    wasDragged: () => now.isDragged,
  };
}

function startOf({ layout }: Shown, pane: Size): View {
  return firstView(layout, pane, layout.scopes[0]?.start ?? { x: 0, y: 0 });
}

function isWhole({ layout }: Shown, view: View, pane: Size): boolean {
  return (
    view.x >= 0 &&
    view.y >= 0 &&
    view.x + layout.width * view.scale <= pane.width &&
    view.y + layout.height * view.scale <= pane.height
  );
}

/** The view in which the node nearest to the middle of the pane is where it was. */
function anchoredView(before: Shown, after: Shown, view: View, pane: Size): View {
  const { keys } = indexOf(before.graph);
  const { byKey } = indexOf(after.graph);
  const places = new Map(after.layout.boxes.map((box) => [box.node, box]));
  const middle = { x: (pane.width / 2 - view.x) / view.scale, y: (pane.height / 2 - view.y) / view.scale };
  let best: { readonly distance: number; readonly by: Point } | null = null;
  for (const old of before.layout.boxes) {
    const place = places.get(byKey.get(keys[old.node] ?? '') ?? -1);
    if (place === undefined) continue;
    const distance = Math.hypot(old.x + old.width / 2 - middle.x, old.y - middle.y);
    if (best !== null && distance >= best.distance) continue;
    best = { distance, by: { x: old.x + old.width / 2 - place.x - place.width / 2, y: old.y - place.y } };
  }
  if (best === null) return startOf(after, pane);
  return { scale: view.scale, x: view.x + best.by.x * view.scale, y: view.y + best.by.y * view.scale };
}

interface Moves {
  get(): View;
  move(view: View): void;
  canPan(by: Point): boolean;
  setDragged(isDragged: boolean): void;
}

/** Wheel and pointers. Returns the function that stops listening. */
function listen(element: HTMLElement, { get, move, canPan: mayPan, setDragged }: Moves): () => void {
  const place = ({ clientX, clientY }: { readonly clientX: number; readonly clientY: number }): Point => {
    const { left, top } = element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  const onWheel = (event: WheelEvent): void => {
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 24 : 1;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      move(zoomed(get(), Math.exp(-event.deltaY * unit * 0.0025), place(event)));
      return;
    }
    const isSideways = event.shiftKey && event.deltaX === 0;
    const by = {
      x: -(isSideways ? event.deltaY : event.deltaX) * unit,
      y: -(isSideways ? 0 : event.deltaY) * unit,
    };
    // Where the graph ends, the wheel scrolls the page.
    if (!mayPan(by)) return;
    event.preventDefault();
    const { x, y, scale } = get();
    move({ scale, x: x + by.x, y: y + by.y });
  };
  const pointers = new Map<number, Point>();
  let start: Point | null = null;
  const onDown = (event: PointerEvent): void => {
    if (event.button > 1) return;
    if (pointers.size === 0) setDragged(false);
    pointers.set(event.pointerId, place(event));
    start ??= place(event);
  };
  const onUp = (event: PointerEvent): void => {
    pointers.delete(event.pointerId);
    if (pointers.size === 0) start = null;
  };
  const onMove = (event: PointerEvent): void => {
    // A button that was released outside of the pane before the drag began.
    if (event.buttons === 0) return onUp(event);
    const before = pointers.get(event.pointerId);
    if (before === undefined || start === null) return;
    const at = place(event);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other === undefined && !element.hasPointerCapture(event.pointerId)) {
      if (Math.hypot(at.x - start.x, at.y - start.y) < CLICK_SLACK) return;
      element.setPointerCapture(event.pointerId);
      setDragged(true);
    }
    pointers.set(event.pointerId, at);
    const view = get();
    if (other === undefined) {
      move({ scale: view.scale, x: view.x + at.x - before.x, y: view.y + at.y - before.y });
      return;
    }
    setDragged(true);
    const length = (point: Point): number => Math.max(8, Math.hypot(point.x - other.x, point.y - other.y));
    move(zoomed(view, length(at) / length(before), { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 }));
  };
  element.addEventListener('wheel', onWheel, { passive: false });
  element.addEventListener('pointerdown', onDown);
  element.addEventListener('pointermove', onMove);
  element.addEventListener('pointerup', onUp);
  element.addEventListener('pointercancel', onUp);
  return () => {
    element.removeEventListener('wheel', onWheel);
    element.removeEventListener('pointerdown', onDown);
    element.removeEventListener('pointermove', onMove);
    element.removeEventListener('pointerup', onUp);
    element.removeEventListener('pointercancel', onUp);
  };
}
