/** The events of an execution as a list, of which only the rows in view are drawn, with a filter that is in the address. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { route, setQuery } from '../../app/router.ts';
import { Button } from '../../parts/button.tsx';
import { cut } from '../../parts/json-tree.ts';
import { EmptyNotice } from '../../parts/notice.tsx';
import { StatusIcon } from '../../parts/status.tsx';
import { durationText } from '../../parts/duration-text.ts';
import { shownTime } from '../../parts/time.tsx';
import { WindowedList } from '../../parts/windowed-list.tsx';
import type { WindowedListHandle } from '../../parts/windowed-list.tsx';
import { locale } from '../../texts/texts.ts';
import type { StreamedEvent } from './model/events.ts';
import type { History } from './model/history.ts';
import { choicesOf, eventsWith, isFiltered, statusOfEvent } from './model/search.ts';
import type { EventFilter } from './model/search.ts';
import { chooseEvent, chosenEvent } from './selection.ts';
import { executionTexts } from './texts.ts';
import type { LoadedExecution } from './use-execution.ts';

const ROW_HEIGHT = 32;
/** Characters of a detail that a row shows. */
const DETAIL_CHARACTERS = 240;
const PAGE_ROWS = 15;

function chosenFilter(): EventFilter {
  const { query } = route.value;
  return {
    state: query.get('state') ?? '',
    type: query.get('type') ?? '',
    text: query.get('q') ?? '',
    isTrouble: query.get('trouble') === '1',
  };
}

export function EventList({ loaded }: { readonly loaded: LoadedExecution }) {
  const t = executionTexts();
  const { history, version } = loaded;
  const filter = chosenFilter();
  const { state, type, text, isTrouble } = filter;
  const events = useMemo(() => eventsWith(history, filter), [history, version, state, type, text, isTrouble]);
  const event = chosenEvent();
  const active = events.findIndex(({ id }) => id === event);
  const list = useRef<WindowedListHandle>(null);
  useEffect(() => {
    if (active !== -1) list.current?.show(active);
  }, [event, history]);
  const move = (to: number): void => {
    const next = events[Math.min(events.length - 1, Math.max(0, to))];
    if (next === undefined) return;
    chooseEvent(next.id, { isStep: true });
  };
  const onKeyDown = (pressed: KeyboardEvent): void => {
    if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return;
    const to = MOVES[pressed.key];
    if (to === undefined) return;
    pressed.preventDefault();
    move(to(active, events.length));
  };
  return (
    <div class="event-list">
      <Filter loaded={loaded} filter={filter} found={events.length} />
      {events.length === 0 ? (
        <EmptyNotice title={t.noMatch}>
          <Button onClick={clearFilter}>{t.clearFilter}</Button>
        </EmptyNotice>
      ) : (
        <>
          <div class="event-row event-head" aria-hidden="true">
            <span class="number">{t.number}</span>
            <span>{t.type}</span>
            <span>{t.state}</span>
            <span class="event-time">{t.time}</span>
            <span class="event-cause number">{t.cause}</span>
            <span class="event-detail">{t.about}</span>
          </div>
          <WindowedList
            items={events}
            rowHeight={ROW_HEIGHT}
            rowKey={({ id }) => id}
            label={t.eventList}
            role="listbox"
            isAnchored
            handle={list}
            activeId={active === -1 ? undefined : `event-${event}`}
            onKeyDown={onKeyDown}
            row={(each) => <EventRow event={each} history={history} isActive={each.id === event} />}
          />
        </>
      )}
    </div>
  );
}

const MOVES: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  PageDown: (at) => at + PAGE_ROWS,
  PageUp: (at) => at - PAGE_ROWS,
  Home: () => 0,
  End: (_, count) => count - 1,
};

function EventRow({
  event,
  history,
  isActive,
}: {
  readonly event: StreamedEvent;
  readonly history: History;
  readonly isActive: boolean;
}) {
  const t = executionTexts();
  const { id, type, step, cause, detail, warnings } = event;
  const status = statusOfEvent(event);
  const isLeft = history.undone[id - 1] === true;
  const ms = history.timeOf(id);
  return (
    <div
      id={`event-${id}`}
      class={`event-row${isActive ? ' active' : ''}${isLeft ? ' undone' : ''}`}
      role="option"
      aria-selected={isActive}
      title={isLeft ? t.undone : undefined}
      onClick={() => chooseEvent(id)}
    >
      <span class="number muted">{id}</span>
      <span class="event-type ellipsis">
        {status === null ? <span class="event-dot" /> : <StatusIcon status={status} />}
        <span class="ellipsis">{type}</span>
        {warnings !== undefined && <span class="chip warning-chip">⚠ {warnings.length}</span>}
      </span>
      <bdi class="ellipsis">{step}</bdi>
      <span class="event-time number" title={shownTime(ms, { withMs: true })}>
        +{durationText(ms - history.startMs)}
      </span>
      <span class="event-cause number muted">{cause === 0 ? '' : `← ${cause}`}</span>
      <span class="event-detail ellipsis mono muted">
        <bdi>{cut(detail, DETAIL_CHARACTERS)}</bdi>
      </span>
    </div>
  );
}

function clearFilter(): void {
  setQuery({ q: null, state: null, type: null, trouble: null });
}

interface FilterProps {
  readonly loaded: LoadedExecution;
  readonly filter: EventFilter;
  readonly found: number;
}

function Filter({ loaded: { history, version }, filter, found }: FilterProps) {
  const t = executionTexts();
  const { states, types } = useMemo(() => choicesOf(history), [history, version]);
  const all = history.lastId.toLocaleString(locale());
  return (
    <div class="row event-filter">
      <input
        type="search"
        aria-label={t.search}
        placeholder={t.search}
        value={filter.text}
        onInput={(event) => {
          const text = event.currentTarget.value;
          // A search is one step of Back, not one for each letter.
          setQuery({ q: text }, { replace: filter.text !== '' && text !== '' });
        }}
      />
      <select
        aria-label={t.state}
        value={filter.state}
        onChange={(event) => setQuery({ state: event.currentTarget.value })}
      >
        <option value="">{t.allStates}</option>
        {withChosen(states, filter.state).map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <select
        aria-label={t.type}
        value={filter.type}
        onChange={(event) => setQuery({ type: event.currentTarget.value })}
      >
        <option value="">{t.allTypes}</option>
        {withChosen(types, filter.type).map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <Button isPressed={filter.isTrouble} onClick={() => setQuery({ trouble: filter.isTrouble ? null : 1 })}>
        {t.trouble}
      </Button>
      <span class="muted small number" role="status">
        {isFiltered(filter) ? t.found(found.toLocaleString(locale()), all) : t.events(all)}
      </span>
    </div>
  );
}

/** A choice of the address that the history does not have (yet) is shown all the same. */
function withChosen(choices: readonly string[], chosen: string): readonly string[] {
  return chosen === '' || choices.includes(chosen) ? choices : [...choices, chosen];
}
