/** One row of the timeline: its name on the left, its bars on the right. */
import { StatusIcon, statusClass, statusText } from '../../parts/status.tsx';
import { durationText } from '../../parts/duration-text.ts';
import { locale } from '../../texts/texts.ts';
import { barsOf, placeOf, viewOf } from './model/bars.ts';
import type { Bar, View } from './model/bars.ts';
import { attemptsOf, isUndone } from './model/history.ts';
import type { Counts, Outcome, Visit } from './model/history.ts';
import type { Places } from './model/overlay.ts';
import { eventOfRow } from './model/rows.ts';
import type { Row } from './model/rows.ts';
import { PartName } from './part-name.tsx';
import { chooseEvent, chooseOnly, chooseOpen, chosenOnly } from './selection.ts';
import { executionTexts } from './texts.ts';

export function rowId({ key }: Row): string {
  return `row-${key}`;
}

export interface TimelineRowProps {
  readonly row: Row;
  readonly view: View;
  readonly whole: View;
  readonly nowMs: number;
  readonly isActive: boolean;
  readonly places: Places | null;
  readonly onView: (view: View) => void;
}

export function TimelineRow({ row, view, whole, nowMs, isActive, places, onView }: TimelineRowProps) {
  const t = executionTexts();
  const bars = barsOf(row);
  const main = mainBar(row, bars);
  const isLeft = main.isUndone || isLeftOut(row);
  return (
    <div
      id={rowId(row)}
      class={`timeline-row${isActive ? ' active' : ''}${isLeft ? ' undone' : ''}`}
      role="treeitem"
      aria-level={row.depth + 1}
      aria-expanded={row.isOpen ?? undefined}
      aria-selected={isActive}
      onClick={(event) => {
        if ((event.target as Element).closest('button') === null) chooseEvent(eventOfRow(row));
      }}
    >
      <div class="row-name" style={{ '--depth': Math.min(row.depth, 12) }}>
        {row.isOpen === null ? (
          <span class="fold" />
        ) : (
          <button
            type="button"
            class="fold"
            tabIndex={-1}
            aria-label={row.isOpen ? t.shut : t.open}
            onClick={() => chooseOpen(row.key, row.isOpen !== true)}
          >
            {row.isOpen ? '▾' : '▸'}
          </button>
        )}
        <StatusIcon status={main.status} />
        <span class="visually-hidden">{statusText(main.status)}</span>
        <Name row={row} places={places} />
        {isLeft && <span class="chip">{t.undone}</span>}
        <span class="row-time number">{durationText(lengthOf(bars, nowMs))}</span>
      </div>
      <div class="row-track">
        {bars.map((bar, place) => (
          <BarView key={place} bar={bar} view={view} nowMs={nowMs} isBack={bars.length > 1 && bar.kind === 'state'} />
        ))}
        <Elsewhere bars={bars} view={view} whole={whole} nowMs={nowMs} onView={onView} />
      </div>
    </div>
  );
}

function Name({ row, places }: Pick<TimelineRowProps, 'row' | 'places'>) {
  const t = executionTexts();
  switch (row.kind) {
    case 'visit':
      return (
        <>
          <bdi class="ellipsis name">{row.visit.name}</bdi>
          <VisitFacts visit={row.visit} />
        </>
      );
    case 'line': {
      const { kind, index } = row.line;
      const label = kind === 'branch' ? (places?.labelOf(row.line) ?? '') : '';
      const name = kind === 'item' ? t.item(index.toLocaleString(locale())) : t.branch(index);
      return (
        <span class="ellipsis">
          {name} {label !== '' && <bdi class="muted">{label}</bdi>}
        </span>
      );
    }
    case 'again':
      return (
        <>
          <span class="ellipsis">{t.again(row.number)}</span>
          <CountChips counts={row.round.counts} visit={null} />
        </>
      );
    case 'loop': {
      const first = row.line.visits[row.loop.from] as Visit;
      return (
        <span class="ellipsis">
          <bdi class="name">{first.name}</bdi>{' '}
          <span class="muted">{t.loop(row.loop.rounds.length.toLocaleString(locale()))}</span>
        </span>
      );
    }
    case 'round':
      return <span class="ellipsis">{t.round(row.round.number.toLocaleString(locale()))}</span>;
    case 'part':
      return (
        <span class="ellipsis">
          <PartName part={row.part} />
        </span>
      );
  }
}

function VisitFacts({ visit }: { readonly visit: Visit }) {
  const t = executionTexts();
  const round = visit.rounds.at(-1);
  if (visit.caughtBy !== null) {
    return (
      <span class="muted small ellipsis" title={t.caught(visit.caughtBy)}>
        ↷ <bdi>{visit.caughtBy}</bdi>
      </span>
    );
  }
  if (round !== undefined && round.lines.length > 1) return <CountChips counts={round.counts} visit={visit} />;
  const attempts = attemptsOf(visit).length;
  return attempts > 1 ? <span class="chip">×{attempts}</span> : null;
}

const SHOWN: readonly Outcome[] = ['Failed', 'TimedOut', 'Running', 'Aborted', 'Succeeded'];

/** How many lines have which status, the failed ones first. A click shows only those. */
function CountChips({ counts, visit }: { readonly counts: Readonly<Counts>; readonly visit: Visit | null }) {
  const t = executionTexts();
  const only = visit === null ? undefined : chosenOnly().get(visit.id);
  return (
    <span class="counts">
      {SHOWN.filter((status) => counts[status] > 0).map((status) => {
        const count = counts[status].toLocaleString(locale());
        const label = t.statusOf(statusText(status), count);
        if (visit === null) {
          return (
            <span key={status} class={`count ${statusClass(status)}`} title={label}>
              {count}
            </span>
          );
        }
        return (
          <button
            key={status}
            type="button"
            tabIndex={-1}
            class={`count ${statusClass(status)}${only === status ? ' chosen' : ''}`}
            aria-pressed={only === status}
            aria-label={`${label}. ${only === status ? t.allAgain : t.onlyThese(statusText(status))}`}
            title={label}
            onClick={() => chooseOnly(visit.id, only === status ? null : status)}
          >
            {count}
          </button>
        );
      })}
    </span>
  );
}

function BarView({
  bar,
  view,
  nowMs,
  isBack,
}: {
  readonly bar: Bar;
  readonly view: View;
  readonly nowMs: number;
  readonly isBack: boolean;
}) {
  const place = placeOf(bar, view, nowMs);
  if (place === 'before' || place === 'after') return null;
  return (
    <span
      class={`bar ${bar.kind} ${statusClass(bar.status)}${isBack ? ' back' : ''}${bar.endMs === null ? ' open' : ''}${bar.isUndone ? ' undone' : ''}`}
      style={{ left: `${place.left}%`, width: `${place.width}%` }}
    />
  );
}

/** A row whose bars are all out of view says on which side they are; a click moves there. */
function Elsewhere({
  bars,
  view,
  whole,
  nowMs,
  onView,
}: Pick<TimelineRowProps, 'view' | 'whole' | 'nowMs' | 'onView'> & { readonly bars: readonly Bar[] }) {
  const t = executionTexts();
  const places = bars.map((bar) => placeOf(bar, view, nowMs));
  if (places.some((place) => place !== 'before' && place !== 'after')) return null;
  const isBefore = places.at(-1) === 'before';
  const bar = isBefore ? bars.at(-1) : bars[0];
  if (bar === undefined) return null;
  const range = view.untilMs - view.fromMs;
  const from = isBefore ? (bar.endMs ?? nowMs) - range / 2 : bar.startMs - range / 2;
  return (
    <span class={`elsewhere ${isBefore ? 'before' : 'after'}`}>
      <button
        type="button"
        tabIndex={-1}
        aria-label={isBefore ? t.earlier : t.later}
        title={isBefore ? t.earlier : t.later}
        onClick={() => onView(viewOf(from, from + range, whole))}
      >
        {isBefore ? '‹' : '›'}
      </button>
    </span>
  );
}

/** The bar that says how the row stands: of a visit the last span, else the first bar. */
function mainBar(row: Row, bars: readonly Bar[]): Bar {
  const own = row.kind === 'visit' ? bars.findLast(({ kind }) => kind === 'state') : bars.at(-1);
  return own ?? (bars[0] as Bar);
}

function isLeftOut(row: Row): boolean {
  if (row.kind === 'part') return row.part.isUndone;
  if (row.kind === 'again') return row.round.isUndone;
  return row.kind === 'visit' ? isUndone(row.visit.line) : row.kind === 'line' && isUndone(row.line);
}

/** The time that the row took, without the gaps before a redrive. */
function lengthOf(bars: readonly Bar[], nowMs: number): number {
  const states = bars.filter(({ kind }) => kind === 'state');
  const counted = states.length > 0 ? states : bars;
  return counted.reduce((sum, { startMs, endMs }) => sum + Math.max(0, (endMs ?? nowMs) - startMs), 0);
}
