/** The schedules of all flows, in the order in which they are due. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useListStream } from '../../api/use-list-stream.ts';
import { useShortcuts } from '../../app/keyboard.ts';
import { route, setQuery, to } from '../../app/router.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { EmptyNotice, FaultNotice, Loading, faultText } from '../../parts/notice.tsx';
import { TextFilter } from '../../parts/text-filter.tsx';
import { serverAheadMs } from '../../app/clock.ts';
import { useNow } from '../../parts/time.tsx';
import { locale } from '../../texts/texts.ts';
import { ScheduleRow } from './schedule-row.tsx';
import { linesOf, scheduleKey } from './schedule-list.ts';
import { SchedulesSource } from './schedules-source.ts';
import { schedulesTexts } from './texts.ts';

/** More lines are shown on request: each reads its last executions. */
const SHOWN = 100;

export function SchedulesPage() {
  const t = schedulesTexts();
  const source = useMemo(() => new SchedulesSource(), []);
  useEffect(() => {
    void source.load();
    return () => source.close();
  }, []);
  useListStream({
    onHello: (isFirst) => {
      if (!isFirst || !source.isLoading.peek()) void source.load();
    },
    onFlows: (flows) => source.flowsChanged(flows),
    onChanges: (changes) => source.executionsChanged(changes),
  });
  const search = useRef<HTMLInputElement | null>(null);
  useShortcuts([
    { keys: '/', about: t.searchKey, run: () => search.current?.focus() },
    { keys: 'r', about: t.reload, run: () => void source.load() },
  ]);
  const { query } = route.value;
  const faults = source.faults.value;
  return (
    <>
      <div class="page-head">
        <div>
          <h1>{t.title}</h1>
          <p class="muted">{t.about}</p>
        </div>
        <Button isBusy={source.isLoading.value} onClick={() => void source.load()}>
          {t.reload}
        </Button>
      </div>
      <div class="filter-bar" role="search" aria-label={t.title}>
        <label class="search-field">
          <span>{t.search}</span>
          <TextFilter field={search} parameter="name" value={query.get('name') ?? ''} hint={t.searchHint} />
        </label>
      </div>
      {source.fault.value !== null && <FaultNotice fault={source.fault.value} onRetry={() => void source.load()} />}
      {faults.length > 0 && (
        <div class="notice fault" role="alert">
          <p>{t.failed(faults.length)}</p>
          <ul>
            {faults.slice(0, 10).map(({ flow, fault }) => (
              <li key={flow}>
                <bdi>{flow}</bdi>: {faultText(fault)}
              </li>
            ))}
          </ul>
        </div>
      )}
      <Lines source={source} search={query.get('name') ?? ''} openKey={query.get('open') ?? ''} />
    </>
  );
}

interface LinesProps {
  readonly source: SchedulesSource;
  readonly search: string;
  /** `flow/schedule` of the line that is open. */
  readonly openKey: string;
}

function Lines({ source, search, openKey }: LinesProps) {
  const t = schedulesTexts();
  const [shown, setShown] = useState(SHOWN);
  const schedules = source.schedules.value;
  const lasts = source.lasts.value;
  const nowMs = useNow() + serverAheadMs.value;
  const computed = useRef({ untilMs: 0 });
  // The lines change their order when one of them is due, not every second.
  const isOver = nowMs >= computed.current.untilMs;
  const lines = useMemo(
    () => linesOf({ schedules, lasts }, search, nowMs),
    [schedules, lasts, search, isOver && nowMs],
  );
  computed.current.untilMs = lines[0]?.next[0] ?? Number.POSITIVE_INFINITY;
  if (lines.length === 0) {
    if (source.isLoading.value) return <Loading />;
    if (source.fault.value !== null) return null;
    if (schedules.size > 0) return <EmptyNotice title={t.noMatch} />;
    return (
      <EmptyNotice title={t.none}>
        <p class="muted">{t.noneHelp}</p>
        <LinkButton href={to.flows()}>{t.toFlows}</LinkButton>
      </EmptyNotice>
    );
  }
  return (
    <div class="card flush">
      <div class="schedule-line head" aria-hidden="true">
        <span>{t.enabled}</span>
        <span>{t.schedule}</span>
        <span>{t.expression}</span>
        <span>{t.next}</span>
        <span class="schedule-last">{t.last}</span>
      </div>
      <ul class="schedules">
        {lines.slice(0, shown).map((line) => {
          const address = `${line.flow}/${line.schedule.ScheduleName}`;
          return (
            <ScheduleRow
              key={scheduleKey(line.flow, line.schedule.ScheduleName)}
              line={line}
              source={source}
              isOpen={address === openKey}
              onToggle={() => setQuery({ open: address === openKey ? null : address })}
            />
          );
        })}
      </ul>
      <p class="list-foot muted small">
        {t.count(lines.length.toLocaleString(locale()))}{' '}
        {lines.length > shown && (
          <button type="button" class="link-button" onClick={() => setShown(shown + SHOWN)}>
            {t.more(Math.min(SHOWN, lines.length - shown).toLocaleString(locale()))}
          </button>
        )}
      </p>
    </div>
  );
}
