/**
 * The executions of one flow or of all: filters, counts, a windowed list that follows the server, and what can be done with many at
 * once. New executions appear at the top while the person neither points at the list nor works in it; otherwise they are announced.
 */
import { useSignal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { serverNowMs } from '../../app/clock.ts';
import { isForbidden } from '../../api/client.ts';
import { useShortcuts } from '../../app/keyboard.ts';
import { navigate, route, setQuery } from '../../app/router.ts';
import { Button } from '../../parts/button.tsx';
import { EmptyNotice, FaultNotice, Loading } from '../../parts/notice.tsx';
import { useMedia } from '../../parts/use-media.ts';
import { say } from '../../parts/toast.tsx';
import { WindowedList } from '../../parts/windowed-list.tsx';
import type { WindowedListHandle } from '../../parts/windowed-list.tsx';
import { locale } from '../../texts/texts.ts';
import { BulkDialog, isFor } from './bulk-dialog.tsx';
import type { BulkKind } from './bulk-dialog.tsx';
import { useCounts } from './counts.ts';
import type { Counts } from './counts.ts';
import { ExecutionRow } from './execution-row.tsx';
import { ExecutionsSource } from './executions-source.ts';
import { FilterBar, FlowFilter } from './filter-bar.tsx';
import { hasFilters, needsPrefix, readFilters } from './filters.ts';
import type { Filters, ListedExecution } from './filters.ts';
import { keyOf } from './list.ts';
import { NOTHING_SELECTED, extended, toggled } from './selection.ts';
import { executionsTexts } from './texts.ts';

const ROW = 40;
const NARROW_ROW = 56;
const NARROW = '(max-width: 760px)';

/** `flow`: null for all flows, among which a filter may choose one. */
export function ExecutionsTable({ flow }: { readonly flow: string | null }) {
  const filters = readFilters(route.value.query, flow);
  const counts = useSignal<Counts | null>(null);
  const known = useRef<readonly ListedExecution[]>([]);
  // Anything else in the address leaves the list as it is.
  const key = JSON.stringify(filters);
  return (
    <section class="executions" aria-label={executionsTexts().title}>
      <FilterBar filters={filters} isFixedFlow={flow !== null} counts={counts.value} />
      <Executions key={key} filters={filters} counts={counts} known={known} />
    </section>
  );
}

interface ExecutionsProps {
  readonly filters: Filters;
  /** Set by the list, which has the stream. */
  readonly counts: Signal<Counts | null>;
  /** The rows of the list before, so that another filter does not begin with an empty screen. */
  readonly known: { current: readonly ListedExecution[] };
}

function Executions({ filters, counts, known }: ExecutionsProps) {
  const t = executionsTexts();
  const card = useRef<HTMLDivElement>(null);
  const list = useRef<WindowedListHandle>(null);
  const source = useMemo(
    () =>
      new ExecutionsSource({
        filters,
        known: known.current,
        mayInsert: () => (list.current?.isAtTop() ?? true) && card.current?.matches(':hover, :focus-within') !== true,
      }),
    [],
  );
  useEffect(() => () => source.close(), []);
  useCounts(source, filters.flow, counts);
  const { rows, fresh, nextToken } = source.list.value;
  known.current = rows;
  const fault = source.fault.value;
  const isEmpty = rows.length === 0 && !source.isLoading.value && nextToken === '';
  const mayNotAll = fault !== null && isForbidden(fault) && filters.flow === '';
  return (
    <>
      {mayNotAll ? (
        <div class="notice">
          <p>{t.allForbidden}</p>
          <div class="filter-bar">
            <FlowFilter value="" />
          </div>
        </div>
      ) : (
        fault !== null && <FaultNotice fault={fault} onRetry={() => void source.restart()} />
      )}
      {needsPrefix(filters, source.byPrefix.value) && <p class="muted small">{t.byPrefix}</p>}
      {!(mayNotAll && rows.length === 0) && (
        <div class="card flush executions-card" ref={card}>
          <Rows source={source} filters={filters} list={list} />
          {fresh.length > 0 && (
            <button
              type="button"
              class="fresh-pill"
              onClick={() => {
                source.showFresh();
                list.current?.show(0);
              }}
            >
              ↑ {t.fresh(`${fresh.length.toLocaleString(locale())}${source.isOverflown.value ? '+' : ''}`)}
            </button>
          )}
          {isEmpty && fault === null && <NoExecutions filters={filters} />}
          {source.isLoading.value && rows.length === 0 && <Loading />}
          <Foot source={source} counts={counts.value} />
        </div>
      )}
    </>
  );
}

function NoExecutions({ filters }: { readonly filters: Filters }) {
  const t = executionsTexts();
  if (!hasFilters(filters)) {
    return (
      <EmptyNotice title={t.none}>
        <p class="muted">{t.noneHelp}</p>
      </EmptyNotice>
    );
  }
  return (
    <EmptyNotice title={t.noMatch}>
      <Button
        onClick={() => setQuery({ status: null, name: null, period: null, from: null, until: null, qualifier: null })}
      >
        {t.clear}
      </Button>
    </EmptyNotice>
  );
}

interface RowsProps {
  readonly source: ExecutionsSource;
  readonly filters: Filters;
  readonly list: { current: WindowedListHandle | null };
}

function Rows({ source, filters, list }: RowsProps) {
  const t = executionsTexts();
  const { rows } = source.list.value;
  const selection = useSignal(NOTHING_SELECTED);
  const activeKey = useSignal<string | null>(null);
  const isNarrow = useMedia(NARROW);
  // By key, because new rows move the others. Keys come faster than renderings, so handlers look at the present list and row.
  const activePlace = (): number => source.list.value.rows.findIndex((row) => keyOf(row) === activeKey.value);
  const active = Math.max(0, activePlace());
  const activate = (index: number): void => {
    const row = source.list.value.rows[index];
    if (row !== undefined) activeKey.value = keyOf(row);
  };
  const move = (step: number, extend = false): void => {
    const { rows: present } = source.list.value;
    if (present.length === 0) return;
    const from = activePlace();
    const index = from === -1 ? 0 : Math.min(present.length - 1, Math.max(0, from + step));
    const row = present[Math.max(0, from)];
    if (extend && row !== undefined) {
      const begun = selection.value.anchor === null ? toggled(selection.value, row) : selection.value;
      selection.value = extended(begun, present, index);
    }
    activate(index);
    list.current?.focusRow(index);
  };
  const select = (index: number, extend: boolean): void => {
    const { rows: present } = source.list.value;
    const row = present[index];
    if (row === undefined) return;
    selection.value = extend ? extended(selection.value, present, index) : toggled(selection.value, row);
    activate(index);
  };
  const open = (): void => {
    const row = source.list.value.rows[Math.max(0, activePlace())];
    if (row !== undefined) navigate(['flows', row.flow, 'executions', row.name]);
  };
  useShortcuts([
    { keys: 'j', about: t.next, run: () => move(1) },
    { keys: 'k', about: t.previous, run: () => move(-1) },
    { keys: 'x', about: t.toggle, run: () => select(Math.max(0, activePlace()), false) },
    { keys: 'J', about: t.extend, run: () => move(1, true) },
    { keys: 'K', about: t.extend, run: () => move(-1, true) },
  ]);
  const showsFlow = filters.flow === '';
  return (
    <>
      <BulkBar source={source} selection={selection} />
      <div class="executions-grid" role="table" aria-label={t.title} aria-rowcount={rows.length + 1}>
        <div role="rowgroup">
          <div class={`execution-row head${showsFlow ? '' : ' of-one-flow'}`} role="row" aria-rowindex={1}>
            <span role="columnheader">
              <span class="visually-hidden">{t.select('')}</span>
            </span>
            <span role="columnheader">{t.status}</span>
            <span role="columnheader">{t.name}</span>
            {showsFlow && <span role="columnheader">{t.flow}</span>}
            <span role="columnheader">{t.started}</span>
            <span role="columnheader" class="number">
              {t.duration}
            </span>
          </div>
        </div>
        <WindowedList
          items={rows}
          rowHeight={isNarrow ? NARROW_ROW : ROW}
          rowKey={keyOf}
          label={t.title}
          role="rowgroup"
          handle={list}
          onEnd={() => void source.more()}
          onKeyDown={(event) => {
            const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
            if (step !== 0) {
              event.preventDefault();
              move(step, event.shiftKey);
            } else if (event.key === 'Enter' && event.target === event.currentTarget) {
              open();
            }
          }}
          row={(execution, index) => (
            <ExecutionRow
              execution={execution}
              index={index}
              showsFlow={showsFlow}
              isActive={index === active}
              isSelected={selection.value.keys.has(keyOf(execution))}
              onSelect={select}
              onActivate={activate}
            />
          )}
        />
      </div>
    </>
  );
}

interface BulkBarProps {
  readonly source: ExecutionsSource;
  readonly selection: { value: typeof NOTHING_SELECTED };
}

/** Always there, so that no one has to find out that many executions can be stopped at once. */
function BulkBar({ source, selection }: BulkBarProps) {
  const t = executionsTexts();
  const { rows, nextToken } = source.list.value;
  const [asking, setAsking] = useState<BulkKind | null>(null);
  const { keys } = selection.value;
  const chosen: readonly ListedExecution[] = keys.size === 0 ? [] : rows.filter((row) => keys.has(keyOf(row)));
  const isAll = rows.length > 0 && chosen.length === rows.length;
  const selectAll = (): void => {
    selection.value = { keys: new Set(source.list.value.rows.map(keyOf)), anchor: null };
  };
  const selectMatching = (): void => {
    selectAll();
    const { rows: loaded, nextToken: further } = source.list.peek();
    if (further !== '' && source.fault.peek() === null) say(t.selectedNewest(loaded.length.toLocaleString(locale())));
  };
  const ofKind = (kind: BulkKind): readonly ListedExecution[] => chosen.filter((row) => isFor(kind, row));
  return (
    <div class={`bulk-bar${chosen.length > 0 ? ' has-selection' : ''}`}>
      <label class="check">
        <input
          type="checkbox"
          aria-label={t.selectAll}
          title={t.selectAll}
          checked={isAll}
          onChange={(event) => {
            if (event.currentTarget.checked) selectAll();
            else selection.value = NOTHING_SELECTED;
          }}
        />
      </label>
      <span class="fill" role="status">
        {chosen.length === 0 ? (
          <span class="muted">{t.selectHint}</span>
        ) : (
          t.selected(chosen.length.toLocaleString(locale()))
        )}
      </span>
      {isAll && nextToken !== '' && (
        <Button kind="quiet" isBusy={source.isLoading.value} onClick={() => void source.all().then(selectMatching)}>
          {t.selectMatching}
        </Button>
      )}
      {(['stop', 'redrive'] as const).map((kind) => (
        <Button
          key={kind}
          kind={kind === 'stop' ? 'danger' : 'plain'}
          isDisabled={ofKind(kind).length === 0}
          onClick={() => setAsking(kind)}
        >
          {t[kind](ofKind(kind).length)}
        </Button>
      ))}
      {asking !== null && (
        <BulkDialog
          kind={asking}
          executions={ofKind(asking)}
          left={chosen.length - ofKind(asking).length}
          onClose={(isDone) => {
            setAsking(null);
            if (isDone) selection.value = NOTHING_SELECTED;
          }}
        />
      )}
    </div>
  );
}

function Foot({ source, counts }: { readonly source: ExecutionsSource; readonly counts: Counts | null }) {
  const t = executionsTexts();
  const { rows, nextToken } = source.list.value;
  const count = rows.length.toLocaleString(locale());
  const isWhole = nextToken === '' && !source.isLoading.value && source.fault.value === null;
  return (
    <div class="executions-foot">
      <span class="number">{isWhole ? t.whole(count) : t.loaded(count)}</span>
      {source.isPaused.value && (
        <>
          <span>{t.searchedTo}</span>
          <Button isBusy={source.isLoading.value} onClick={() => void source.more()}>
            {t.further}
          </Button>
        </>
      )}
      {source.isLoading.value && rows.length > 0 && <span>{t.loading}</span>}
      <span class="fill" />
      {counts !== null && <CountsText counts={counts} />}
      <span>
        <span class={`live-dot${source.isLive.value ? ' is-live' : ''}`} aria-hidden="true" />
        {source.isLive.value ? t.live : t.notLive}
      </span>
    </div>
  );
}

const HOUR_MS = 3_600_000;

function CountsText({ counts }: { readonly counts: Counts }) {
  const t = executionsTexts();
  const hours = Math.max(1, Math.round((serverNowMs() - Date.parse(counts.since)) / HOUR_MS));
  const shown = (count: number): string => count.toLocaleString(locale());
  return (
    <span class="counts">
      {t.running(shown(counts.running))}
      {counts.since !== '' && ` · ${t.ended(shown(counts.succeeded), shown(counts.otherwise), hours)}`}
    </span>
  );
}
