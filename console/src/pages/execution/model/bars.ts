/** The bars of a row of the timeline, and the scale on which they are drawn. Times are milliseconds since 1970. */
import { isWaiting } from './history.ts';
import type { Line, Outcome, Part, Visit } from './history.ts';
import type { Row } from './rows.ts';

export interface Bar {
  readonly startMs: number;
  /** Null: it has not ended. */
  readonly endMs: number | null;
  /** `state`: a visit or what is around several; the others are pieces of it. */
  readonly kind: 'state' | 'attempt' | 'accepted' | 'delay' | 'run';
  readonly status: Outcome | 'Waiting';
  readonly isUndone: boolean;
}

export function barsOf(row: Row): Bar[] {
  switch (row.kind) {
    case 'visit':
      return visitBars(row.visit);
    case 'line':
      return [lineBar(row.line)];
    case 'again': {
      const { lines, isUndone } = row.round;
      const startMs = lines[0]?.startMs ?? 0;
      return [{ ...extentOf(lines), startMs, kind: 'state', status: statusOfAll(lines), isUndone }];
    }
    case 'part':
      return partBars(row.part);
    case 'loop':
      return [stretchBar(row.line.visits, row.loop.from, row.loop.until)];
    case 'round':
      return [stretchBar(row.line.visits, row.round.from, row.round.until)];
  }
}

function visitBars(visit: Visit): Bar[] {
  const status = isWaiting(visit) ? 'Waiting' : visit.status;
  const spans = visit.spans.map(
    (span, place): Bar => ({
      ...{ startMs: span.startMs, endMs: span.endMs, kind: 'state' },
      ...{ status: span.endMs === null ? status : span.status, isUndone: place < visit.spans.length - 1 },
    }),
  );
  return [...spans, ...visit.parts.flatMap(partBars)];
}

function partBars({ kind, status, startMs, acceptedMs, endMs, isUndone }: Part): Bar[] {
  // A delay takes its time, and does nothing that could succeed.
  if (kind === 'delay') return [{ startMs, endMs, kind, status: 'Waiting', isUndone }];
  if (kind !== 'attempt')
    return [{ startMs, endMs, kind, status: status === 'Running' ? 'Waiting' : status, isUndone }];
  if (acceptedMs === null) return [{ startMs, endMs, kind, status, isUndone }];
  const called: Bar = { startMs, endMs: acceptedMs, kind, status: 'Succeeded', isUndone };
  const accepted: Bar = {
    ...{ startMs: acceptedMs, endMs, kind: 'accepted', status: status === 'Running' ? 'Waiting' : status, isUndone },
  };
  return acceptedMs > startMs ? [called, accepted] : [accepted];
}

function lineBar({ startMs, endMs, status, current }: Line): Bar {
  const isOnHold = endMs === null && current !== null && isWaiting(current);
  return { startMs, endMs, kind: 'state', status: isOnHold ? 'Waiting' : status, isUndone: false };
}

function extentOf(lines: readonly Line[]): { readonly endMs: number | null } {
  let endMs: number | null = 0;
  for (const line of lines) endMs = line.endMs === null || endMs === null ? null : Math.max(endMs, line.endMs);
  return { endMs };
}

/** The status of several lines together: the most serious one. */
export function statusOfAll(lines: readonly Line[]): Outcome {
  const found = new Set(lines.map(({ status }) => status));
  return SERIOUS.find((status) => found.has(status)) ?? 'Succeeded';
}

const SERIOUS: readonly Outcome[] = ['Running', 'Failed', 'TimedOut', 'Aborted'];

function stretchBar(visits: readonly Visit[], from: number, until: number): Bar {
  const first = visits[from] as Visit;
  const last = visits[until - 1] as Visit;
  const span = last.spans.at(-1);
  return {
    ...{ startMs: first.spans[0]?.startMs ?? 0, endMs: span?.endMs ?? null, kind: 'state' },
    ...{ status: isWaiting(last) ? 'Waiting' : last.status, isUndone: false },
  };
}

/** The stretch of time that is in view, milliseconds since 1970. */
export interface View {
  readonly fromMs: number;
  readonly untilMs: number;
}

export const SHORTEST_VIEW_MS = 4;
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000];
const MINUTE = 60_000;
const LONG_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 7_200, 14_400, 43_200, 144_000, 525_600];

/** Moments for the axis, from the beginning of the execution, at most so many. */
export function ticksOf({ fromMs, untilMs }: View, zeroMs: number, most: number): number[] {
  const range = untilMs - fromMs;
  const steps = [...STEPS, ...LONG_STEPS.map((minutes) => minutes * MINUTE)];
  const step = steps.find((candidate) => range / candidate <= most) ?? range / most;
  const first = Math.ceil((fromMs - zeroMs) / step) * step;
  const ticks: number[] = [];
  for (let offset = first; zeroMs + offset <= untilMs && ticks.length <= most; offset += step) ticks.push(offset);
  return ticks;
}

/** Zooms around a moment, within the whole. */
export function zoomed(view: View, whole: View, factor: number, aroundMs: number): View {
  const range = Math.max(SHORTEST_VIEW_MS, (view.untilMs - view.fromMs) * factor);
  if (range >= whole.untilMs - whole.fromMs) return whole;
  const share = (aroundMs - view.fromMs) / (view.untilMs - view.fromMs);
  return within({ fromMs: aroundMs - range * share, untilMs: aroundMs + range * (1 - share) }, whole);
}

/** Moves a view by a share of itself. */
export function panned(view: View, whole: View, share: number): View {
  const by = (view.untilMs - view.fromMs) * share;
  return within({ fromMs: view.fromMs + by, untilMs: view.untilMs + by }, whole);
}

/** A view of two moments, with a little room around, never shorter than can be seen. */
export function viewOf(fromMs: number, untilMs: number, whole: View): View {
  const range = Math.max(SHORTEST_VIEW_MS, untilMs - fromMs);
  return within({ fromMs, untilMs: fromMs + range }, whole);
}

function within({ fromMs, untilMs }: View, whole: View): View {
  const range = Math.min(untilMs - fromMs, whole.untilMs - whole.fromMs);
  const from = Math.min(Math.max(whole.fromMs, fromMs), whole.untilMs - range);
  return { fromMs: from, untilMs: from + range };
}

/** Where a bar is drawn, in per cent of the view; `before` or `after` if it is out of view. */
export function placeOf(
  { startMs, endMs }: Pick<Bar, 'startMs' | 'endMs'>,
  { fromMs, untilMs }: View,
  nowMs: number,
): { readonly left: number; readonly width: number } | 'before' | 'after' {
  const end = Math.max(startMs, endMs ?? nowMs);
  if (end < fromMs) return 'before';
  if (startMs > untilMs) return 'after';
  const range = untilMs - fromMs;
  const left = (Math.max(startMs, fromMs) - fromMs) / range;
  const right = (Math.min(end, untilMs) - fromMs) / range;
  return { left: left * 100, width: (right - left) * 100 };
}
