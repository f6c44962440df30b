/**
 * The timeline of an execution: a tree of states with a bar for each stretch of time. Only the rows in view are drawn. The wheel with
 * Ctrl zooms, a drag over the bars zooms into a stretch, and the keys `+ - 0` do both without a mouse.
 */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { useShortcuts } from '../../app/keyboard.ts';
import { route, setQuery } from '../../app/router.ts';
import { Button } from '../../parts/button.tsx';
import { WindowedList } from '../../parts/windowed-list.tsx';
import type { WindowedListHandle } from '../../parts/windowed-list.tsx';
import { SHORTEST_VIEW_MS, barsOf, panned, viewOf, zoomed } from './model/bars.ts';
import type { View } from './model/bars.ts';
import type { Row } from './model/rows.ts';
import { eventOfRow, rowOfEvent, rowsOf } from './model/rows.ts';
import {
  chooseEvent,
  chooseOnly,
  chooseOpen,
  chooseZoom,
  chosenEvent,
  chosenOnly,
  chosenZoom,
  keysOf,
} from './selection.ts';
import { executionTexts } from './texts.ts';
import { TimelineAxis } from './timeline-axis.tsx';
import { TimelineRow, rowId } from './timeline-row.tsx';
import type { LoadedExecution } from './use-execution.ts';
import { useMoment } from './use-moment.ts';

export const ROW_HEIGHT = 30;
const ZOOM_STEP = 0.6;

export function Timeline({ loaded }: { readonly loaded: LoadedExecution }) {
  const t = executionTexts();
  const { history, version, graph } = loaded;
  const { query } = route.value;
  const event = chosenEvent();
  const isAllOpen = query.get('all') === '1';
  const fold = [query.get('open'), query.get('shut'), query.get('only')].join(' ');
  const isAtFirst = !isAllOpen && fold.trim() === '';
  const rows = useMemo(
    () =>
      rowsOf(history, {
        ...{ open: keysOf('open'), shut: keysOf('shut'), only: chosenOnly(), isAllOpen },
        shown: history.visitOf[event - 1] ?? null,
      }),
    [history, version, fold, isAllOpen, event],
  );
  const active = event === 0 ? -1 : rowOfEvent(rows, history, event);
  const nowMs = useMoment(history);
  const whole: View = { fromMs: history.startMs, untilMs: Math.max(history.startMs + SHORTEST_VIEW_MS, nowMs) };
  const zoom = chosenZoom();
  const view = zoom === null ? whole : viewOf(history.startMs + zoom.from, history.startMs + zoom.until, whole);
  const show = (next: View): void => {
    const isWhole = next.fromMs <= whole.fromMs && next.untilMs >= whole.untilMs;
    const from = next.fromMs - history.startMs;
    chooseZoom(isWhole ? null : { from, until: next.untilMs - history.startMs });
  };
  const list = useRef<WindowedListHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (active !== -1) list.current?.show(active);
  }, [event, history]);
  const zoomTo = (row: Row): void => {
    const bars = barsOf(row);
    const from = Math.min(...bars.map(({ startMs }) => startMs));
    const until = Math.max(...bars.map(({ endMs }) => endMs ?? nowMs));
    const room = Math.max(2, (until - from) * 0.05);
    show(viewOf(from - room, until + room, whole));
  };
  const middle = (view.fromMs + view.untilMs) / 2;
  const current = rows[active];
  const zoomIn = (): void => show(zoomed(view, whole, ZOOM_STEP, middle));
  const zoomOut = (): void => show(zoomed(view, whole, 1 / ZOOM_STEP, middle));
  useShortcuts([
    { keys: '+', about: t.zoomIn, run: zoomIn },
    { keys: '-', about: t.zoomOut, run: zoomOut },
    { keys: '0', about: t.zoomAll, run: () => chooseZoom(null) },
    { keys: 'z', about: t.zoomRow, run: () => current !== undefined && zoomTo(current) },
    { keys: 'f', about: t.onlyFailed, run: () => current !== undefined && toggleFailed(current) },
  ]);
  useWheel(box, (delta, share) => {
    const around = view.fromMs + (view.untilMs - view.fromMs) * share;
    show(zoomed(view, whole, delta < 0 ? ZOOM_STEP : 1 / ZOOM_STEP, around));
  });
  const onKeyDown = (pressed: KeyboardEvent): void => {
    const next = keyed(pressed, rows, active);
    if (next === null) return;
    pressed.preventDefault();
    if (next.open !== undefined) chooseOpen(next.open.key, next.open.isOpen);
    else if (next.pan !== undefined) show(panned(view, whole, next.pan));
    else if (next.row !== undefined && rows[next.row] !== undefined) {
      chooseEvent(eventOfRow(rows[next.row] as Row), { isStep: true });
      list.current?.show(next.row);
    }
  };
  return (
    <div class="timeline" ref={box}>
      <div class="timeline-tools row">
        <Button kind="quiet" onClick={zoomIn} label={t.zoomIn}>
          +
        </Button>
        <Button kind="quiet" onClick={zoomOut} label={t.zoomOut} isDisabled={zoom === null}>
          −
        </Button>
        <Button kind="quiet" onClick={() => chooseZoom(null)} isDisabled={zoom === null}>
          {t.zoomAll}
        </Button>
        <span class="fill" />
        <Button
          kind="quiet"
          onClick={() => setQuery({ all: isAtFirst ? 1 : null, open: null, shut: null, only: null })}
        >
          {isAtFirst ? t.openAll : t.firstView}
        </Button>
      </div>
      <TimelineAxis view={view} zeroMs={history.startMs} onChoose={show} whole={whole} />
      <WindowedList
        items={rows}
        rowHeight={ROW_HEIGHT}
        rowKey={(row) => row.key}
        label={t.timeline}
        role="tree"
        isAnchored
        handle={list}
        activeId={current === undefined ? undefined : rowId(current)}
        onKeyDown={onKeyDown}
        row={(row, place) => (
          <TimelineRow
            row={row}
            view={view}
            nowMs={nowMs}
            isActive={place === active}
            places={graph?.places ?? null}
            onView={show}
            whole={whole}
          />
        )}
      />
    </div>
  );
}

function toggleFailed(row: Row): void {
  if (row.kind !== 'visit' || row.visit.rounds.length === 0) return;
  chooseOnly(row.visit.id, chosenOnly().has(row.visit.id) ? null : 'Failed');
}

interface Keyed {
  readonly row?: number;
  readonly open?: { readonly key: string; readonly isOpen: boolean };
  /** Shares of the view. */
  readonly pan?: number;
}

const PAGE_ROWS = 15;
const PAN_SHARE = 0.2;

/** What a key in the tree does; null: nothing. */
function keyed(pressed: KeyboardEvent, rows: readonly Row[], active: number): Keyed | null {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return null;
  const row = rows[active];
  const last = rows.length - 1;
  switch (pressed.key) {
    case 'ArrowDown':
      return { row: Math.min(last, active + 1) };
    case 'ArrowUp':
      return { row: Math.max(0, active - 1) };
    case 'PageDown':
      return { row: Math.min(last, active + PAGE_ROWS) };
    case 'PageUp':
      return { row: Math.max(0, active - PAGE_ROWS) };
    case 'Home':
      return { row: 0 };
    case 'End':
      return { row: last };
    case 'ArrowRight':
      if (pressed.shiftKey) return { pan: PAN_SHARE };
      if (row === undefined) return { row: 0 };
      return row.isOpen === false ? { open: { key: row.key, isOpen: true } } : { row: Math.min(last, active + 1) };
    case 'ArrowLeft':
      if (pressed.shiftKey) return { pan: -PAN_SHARE };
      if (row?.isOpen === true) return { open: { key: row.key, isOpen: false } };
      return row === undefined || row.parent === -1 ? null : { row: row.parent };
    case 'Enter':
    case ' ':
      return row === undefined || row.isOpen === null ? null : { open: { key: row.key, isOpen: !row.isOpen } };
    default:
      return null;
  }
}

/** Calls for the wheel with Ctrl, which would zoom the page otherwise. `share`: where in the bars, from 0 to 1. */
function useWheel(box: { readonly current: HTMLElement | null }, onZoom: (delta: number, share: number) => void): void {
  const latest = useRef(onZoom);
  latest.current = onZoom;
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const track = element.querySelector('.axis-track')?.getBoundingClientRect();
      if (track === undefined || track.width === 0) return;
      latest.current(event.deltaY, Math.min(1, Math.max(0, (event.clientX - track.left) / track.width)));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, []);
}
