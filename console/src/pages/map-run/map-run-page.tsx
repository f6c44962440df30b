/** One run of a distributed Map: how far it is, its limits, and the executions of its items, the failed ones first. */
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { route, setQuery, to } from '../../app/router.ts';
import { Button } from '../../parts/button.tsx';
import { EmptyNotice, FaultNotice, Loading } from '../../parts/notice.tsx';
import { StatusBadge, statusClass, statusText } from '../../parts/status.tsx';
import { Duration, Time } from '../../parts/time.tsx';
import { useCalmReload } from '../../parts/use-calm-reload.ts';
import { useReloadOn } from '../../parts/use-reload-on.ts';
import { useResource } from '../../parts/use-resource.ts';
import { WindowedList } from '../../parts/windowed-list.tsx';
import { locale } from '../../texts/texts.ts';
import { STATUSES, positionOf, readItems } from './item-pages.ts';
import type { ItemExecution, ItemStatus } from './item-pages.ts';
import { LimitsButton } from './limits-dialog.tsx';
import { mapRunTexts } from './texts.ts';
import { useMapRun } from './use-map-run.ts';
import type { MapRun } from './use-map-run.ts';

const PAGE = 100;
const ROW_HEIGHT = 40;

interface MapRunProps {
  readonly flow: string;
  readonly execution: string;
  readonly name: string;
}

export function MapRunPage({ flow, execution, name }: MapRunProps) {
  const t = mapRunTexts();
  const of = { FlowName: flow, ExecutionName: execution, MapRunName: name };
  const { run, changes, isAbsent, fault, lookAgain } = useMapRun(flow, execution, name);
  if (isAbsent) {
    return (
      <EmptyNotice title={t.gone}>
        <p>{t.goneHelp}</p>
      </EmptyNotice>
    );
  }
  if (run === null) return fault === null ? <Loading /> : <FaultNotice fault={fault} onRetry={lookAgain} />;
  return (
    <div class="map-run">
      {fault !== null && <FaultNotice fault={fault} onRetry={lookAgain} />}
      <nav class="crumbs" aria-label={t.executions}>
        <a href={to.flow(flow)}>
          <bdi>{flow}</bdi>
        </a>
        <span aria-hidden="true">/</span>
        <a href={to.execution(flow, execution)}>
          <bdi>{execution}</bdi>
        </a>
      </nav>
      <div class="page-head">
        <div class="row">
          <h1>
            <bdi>{t.title(name)}</bdi>
          </h1>
          <StatusBadge status={run.Status} />
        </div>
        {isOpen(run) && <LimitsButton of={of} run={run} />}
      </div>
      <Facts run={run} />
      <Progress counts={run.ItemCounts} />
      <Items flow={flow} name={name} changes={changes} />
    </div>
  );
}

function isOpen({ Status }: MapRun): boolean {
  return Status === 'Pending' || Status === 'Running';
}

function Facts({ run }: { readonly run: MapRun }) {
  const t = mapRunTexts();
  const { StartedTime, StoppedTime, Concurrency, ToleratedFailedCount, ToleratedFailedPercentage } = run;
  const facts = [
    [t.started, <Time at={StartedTime} withMs />],
    [t.ended, <Time at={StoppedTime} withMs />],
    [t.duration, <Duration from={StartedTime} until={StoppedTime === '' ? null : StoppedTime} />],
    [t.concurrency, Concurrency.toLocaleString(locale())],
    [t.toleratedCount, ToleratedFailedCount.toLocaleString(locale())],
    [t.toleratedPercentage, t.percent(ToleratedFailedPercentage.toLocaleString(locale()))],
  ] as const;
  return (
    <dl class="fact-line">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="number">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const SHARES = [
  ['Failed', 'Failed'],
  ['Aborted', 'Aborted'],
  ['Succeeded', 'Succeed'],
  ['Running', 'Running'],
  ['Pending', 'Pending'],
] as const;

function Progress({ counts }: { readonly counts: MapRun['ItemCounts'] }) {
  const t = mapRunTexts();
  const { Total } = counts;
  const ended = counts.Succeed + counts.Failed + counts.Aborted;
  return (
    <section class="card stack tight" aria-label={t.progress}>
      <p class="row">
        <span>{t.ofTotal(ended.toLocaleString(locale()), Total.toLocaleString(locale()))}</span>
      </p>
      <div class="shares" aria-hidden="true">
        {SHARES.map(([status, member]) => (
          <span
            key={status}
            class={`share ${statusClass(status)}`}
            style={{ width: `${Total === 0 ? 0 : (counts[member] / Total) * 100}%` }}
          />
        ))}
      </div>
      <ul class="bare row">
        {SHARES.filter(([, member]) => counts[member] > 0).map(([status, member]) => (
          <li key={status} class="row legend">
            <span class={`dot ${statusClass(status)}`} aria-hidden="true" />
            {t.itemsBy(status === 'Pending' ? t.Pending : statusText(status), counts[member].toLocaleString(locale()))}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface ItemsProps {
  readonly flow: string;
  readonly name: string;
  /** How often the run or an execution may have changed. The executions are read again then. */
  readonly changes: number;
}

function Items({ flow, name, changes }: ItemsProps) {
  const t = mapRunTexts();
  const wanted = route.value.query.get('status');
  const chosen = STATUSES.find((status) => status === wanted) ?? null;
  const [count, setCount] = useState(PAGE);
  const key = `${flow}/${name}/${chosen}`;
  const pages = useResource(key, (signal) =>
    readItems(
      async (status, token) =>
        call(
          'ListExecutions',
          {
            ...{ FlowName: flow, MapRunName: name, Status: status, MetadataOnly: true, Limit: PAGE },
            NextToken: token === '' ? undefined : token,
          },
          { signal },
        ),
      chosen === null ? STATUSES : [chosen],
      count,
    ),
  );
  useReloadOn(count, pages.reload);
  useCalmReload(changes, pages);
  const items = pages.data?.items ?? [];
  return (
    <section class="card flush map-run-items" aria-label={t.children}>
      <header class="row">
        <h2>{t.children}</h2>
        <span class="fill" />
        <Choice chosen={chosen} />
      </header>
      <p class="muted small">{t.childrenHelp}</p>
      {pages.fault !== null && <FaultNotice fault={pages.fault} onRetry={pages.reload} />}
      {pages.data === null && pages.fault === null && <Loading />}
      {pages.data !== null && items.length === 0 && (
        <EmptyNotice title={t.none}>
          <p>{t.noneHelp}</p>
        </EmptyNotice>
      )}
      {items.length > 0 && (
        <WindowedList
          items={items}
          rowHeight={ROW_HEIGHT}
          rowKey={({ Name }) => Name}
          label={t.children}
          isAnchored
          onEnd={() => {
            if (pages.data?.hasMore === true) setCount(items.length + PAGE);
          }}
          row={(item) => <ItemRow flow={flow} item={item} />}
        />
      )}
    </section>
  );
}

function Choice({ chosen }: { readonly chosen: ItemStatus | null }) {
  const t = mapRunTexts();
  return (
    <div class="row" role="group" aria-label={t.status}>
      <Button isPressed={chosen === null} onClick={() => setQuery({ status: null })}>
        {t.all}
      </Button>
      {STATUSES.map((status) => (
        <Button key={status} isPressed={chosen === status} onClick={() => setQuery({ status })}>
          {statusText(status)}
        </Button>
      ))}
    </div>
  );
}

function ItemRow({ flow, item }: { readonly flow: string; readonly item: ItemExecution }) {
  const { Name, Status, StartedTime, StoppedTime } = item;
  return (
    <div role="listitem" class="item-row">
      <span class="number muted">{positionOf(Name)?.toLocaleString(locale()) ?? ''}</span>
      <StatusBadge status={Status} />
      <a class="ellipsis" href={to.execution(flow, Name)}>
        <bdi>{Name}</bdi>
      </a>
      <span class="item-time">
        <Time at={StartedTime} />
      </span>
      <Duration from={StartedTime} until={StoppedTime === '' ? null : StoppedTime} />
    </div>
  );
}
