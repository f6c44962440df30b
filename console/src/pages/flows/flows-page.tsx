/** The list of flows: how each one fares, and the ways to all of them. */
import { useRef, useState } from 'preact/hooks';
import { useShortcuts } from '../../app/keyboard.ts';
import { navigate, route, setQuery, to } from '../../app/router.ts';
import { shellTexts } from '../../texts/shell.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { EmptyNotice, FaultNotice, Loading } from '../../parts/notice.tsx';
import { TextFilter } from '../../parts/text-filter.tsx';
import { useMedia } from '../../parts/use-media.ts';
import { WindowedList } from '../../parts/windowed-list.tsx';
import type { WindowedListHandle } from '../../parts/windowed-list.tsx';
import { flowsOf } from './flow-list.ts';
import type { FlowSummary } from './flow-list.ts';
import { FlowRow } from './flow-row.tsx';
import { flowsTexts } from './texts.ts';
import { useFlowList } from './use-flow-list.ts';

export function FlowsPage() {
  const t = flowsTexts();
  const search = route.value.query.get('q') ?? '';
  const list = useFlowList(search);
  const field = useRef<HTMLInputElement>(null);
  useShortcuts([
    { keys: '/', about: shellTexts().search, run: () => field.current?.focus() },
    { keys: 'n', about: t.create, run: () => navigate(['new-flow']) },
  ]);
  const flows = flowsOf(list.parts.value);
  const fault = list.fault.value;
  return (
    <>
      <div class="page-head">
        <h1>{t.title}</h1>
        <div class="row flows-tools">
          <label>
            <span class="visually-hidden">{t.search}</span>
            <TextFilter field={field} parameter="q" value={search} hint={t.search} />
          </label>
          <LinkButton href={to.newFlow()} kind="primary">
            {t.create}
          </LinkButton>
        </div>
      </div>
      {fault !== null && <FaultNotice fault={fault} onRetry={() => list.reload()} />}
      {!list.isLive.value && fault === null && <p class="muted small">{t.notLive}</p>}
      {flows.length > 0 ? (
        <FlowsTable key={search} flows={flows} onEnd={() => list.more()} />
      ) : list.isLoading.value ? (
        <Loading />
      ) : fault !== null ? null : search === '' ? (
        <NoFlows />
      ) : (
        <EmptyNotice title={t.nothingFound(search)}>
          <Button onClick={() => setQuery({ q: null })}>{t.clear}</Button>
        </EmptyNotice>
      )}
    </>
  );
}

function NoFlows() {
  const t = flowsTexts();
  return (
    <EmptyNotice title={t.none}>
      <p class="flows-none">{t.noneHelp}</p>
      <LinkButton href={to.newFlow()} kind="primary">
        {t.fromExample}
      </LinkButton>
    </EmptyNotice>
  );
}

function FlowsTable({ flows, onEnd }: { readonly flows: readonly FlowSummary[]; readonly onEnd: () => void }) {
  const t = flowsTexts();
  const [active, setActive] = useState<string | null>(null);
  const handle = useRef<WindowedListHandle>(null);
  const isNarrow = useMedia('(max-width: 760px)');
  const isHuge = useMedia('(min-width: 2400px)');
  /** The same at once: keys may come faster than the page is rendered. */
  const current = useRef<string | null>(null);
  const choose = (name: string): void => {
    current.current = name;
    setActive(name);
  };
  const moveTo = (index: number): void => {
    const flow = flows[index];
    if (flow === undefined) return;
    choose(flow.Name);
    handle.current?.focusRow(index);
  };
  const step = (by: number) => () => {
    const place = flows.findIndex(({ Name }) => Name === current.current);
    moveTo(place === -1 ? 0 : Math.min(flows.length - 1, Math.max(0, place + by)));
  };
  useShortcuts([
    { keys: 'j', about: t.nextRow, run: step(1) },
    { keys: 'k', about: t.previousRow, run: step(-1) },
  ]);
  return (
    <div class="flows-table card flush" role="table" aria-label={t.title} aria-rowcount={flows.length + 1}>
      <div role="rowgroup" class="flows-head">
        <div class="flow-row" role="row" aria-rowindex={1}>
          <span role="columnheader">{t.name}</span>
          <span role="columnheader">{t.mode}</span>
          <span role="columnheader" class="flow-marks">
            {t.last}
          </span>
          <span role="columnheader" class="flow-success">
            {t.success}
          </span>
          <span role="columnheader" class="flow-durations" title={t.durationsHelp}>
            {t.durations}
          </span>
          <span role="columnheader" class="flow-running">
            {t.running}
          </span>
          <span role="columnheader" class="flow-modified">
            {t.modified}
          </span>
        </div>
      </div>
      <WindowedList
        items={flows}
        rowHeight={isNarrow ? 96 : isHuge ? 64 : 56}
        rowKey={({ Name }) => Name}
        label={t.title}
        role="rowgroup"
        handle={handle}
        onEnd={onEnd}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
          event.preventDefault();
          step(event.key === 'ArrowDown' ? 1 : -1)();
        }}
        row={(flow, index) => (
          <FlowRow
            flow={flow}
            index={index}
            marks={isHuge ? 20 : 12}
            isActive={active === null ? index === 0 : flow.Name === active}
            onFocus={() => choose(flow.Name)}
          />
        )}
      />
    </div>
  );
}
