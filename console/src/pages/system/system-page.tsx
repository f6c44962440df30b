/** How the server is: what is wrong first, then memory and executions, then the settings. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { ReplyOf } from '../../api/client.ts';
import { useListStream } from '../../api/use-list-stream.ts';
import { useShortcuts } from '../../app/keyboard.ts';
import { to } from '../../app/router.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNotice, Loading } from '../../parts/notice.tsx';
import { StatusIcon } from '../../parts/status.tsx';
import { serverAheadMs } from '../../app/clock.ts';
import { durationText } from '../../parts/duration-text.ts';
import { Time } from '../../parts/time.tsx';
import { useResource } from '../../parts/use-resource.ts';
import { locale } from '../../texts/texts.ts';
import { MemoryBars } from './memory-bars.tsx';
import { NodesTable } from './nodes-table.tsx';
import { SettingsTable } from './settings-table.tsx';
import { StuckList } from './stuck-list.tsx';
import { systemTexts } from './texts.ts';

type System = ReplyOf<'DescribeSystem'>;

/** While executions start and end, the figures follow so often; an idle server is not asked. */
const FOLLOW_MS = 5_000;
/** The clock of a device is off by more than a person should have to guess. */
const CLOCK_MS = 5_000;

export function SystemPage() {
  const t = systemTexts();
  const system = useResource('system', (signal) => call('DescribeSystem', {}, { signal }));
  const nodes = useResource('nodes', (signal) => call('ListNodes', {}, { signal }));
  const timer = useRef(0);
  const reload = (): void => {
    window.clearTimeout(timer.current);
    timer.current = 0;
    system.reload();
    nodes.reload();
  };
  useListStream({
    onHello: (isFirst) => {
      if (!isFirst || !system.isLoading) reload();
    },
    onChanges: () => {
      if (timer.current === 0) timer.current = window.setTimeout(reload, FOLLOW_MS);
    },
  });
  useEffect(() => () => window.clearTimeout(timer.current), []);
  useShortcuts([{ keys: 'r', about: t.reload, run: reload }]);
  const { data } = system;
  return (
    <>
      <div class="page-head">
        <h1>{t.title}</h1>
        <div class="row">
          {data !== null && (
            <span class="muted">
              {t.asOf} <Time at={data.ServerTime} />
            </span>
          )}
          <Button isBusy={system.isLoading} onClick={reload}>
            {t.reload}
          </Button>
        </div>
      </div>
      {system.fault !== null && <FaultNotice fault={system.fault} onRetry={reload} />}
      {data === null && system.fault === null && <Loading />}
      {data !== null && (
        <>
          {system.fault === null && <Health system={data} />}
          <div class="system-grid">
            <div class="stack">
              <StuckList system={data} onStopped={reload} />
              <MemoryBars processes={data.Processes} />
            </div>
            <div class="stack">
              <Running system={data} />
              <Facts system={data} />
            </div>
          </div>
          {nodes.fault !== null && system.fault === null && <FaultNotice fault={nodes.fault} onRetry={reload} />}
          {nodes.data !== null && nodes.data.Nodes.length > 0 && <NodesTable nodes={nodes.data.Nodes} />}
          <SettingsTable settings={data.Settings} />
        </>
      )}
    </>
  );
}

function Health({ system }: { readonly system: System }) {
  const t = systemTexts();
  const status = system.IsHealthy ? 'Succeeded' : 'Failed';
  return (
    <div class={`health status-${status.toLowerCase()}`} role={system.IsHealthy ? undefined : 'alert'}>
      <StatusIcon status={status} />
      <div>
        <p class="lead">{system.IsHealthy ? t.healthy : t.unhealthy}</p>
        {system.HealthReason !== '' && <p class="prewrap">{system.HealthReason}</p>}
        {system.LostLogLines > 0 && <p>{t.lostLog(system.LostLogLines.toLocaleString(locale()))}</p>}
        {Math.abs(serverAheadMs.value) > CLOCK_MS && <p>{t.clock(durationText(Math.abs(serverAheadMs.value)))}</p>}
      </div>
    </div>
  );
}

function Running({ system: { Running: running } }: { readonly system: System }) {
  const t = systemTexts();
  const shown = (count: number): string => count.toLocaleString(locale());
  return (
    <section class="card stack">
      <h2>{t.running}</h2>
      <dl class="figures">
        <div>
          <dt>{t.standard}</dt>
          <dd>
            <a href={to.executions({ status: 'Running' })}>{shown(running.Standard)}</a>
          </dd>
        </div>
        <div>
          <dt>{t.asleep}</dt>
          <dd>{shown(running.Asleep)}</dd>
        </div>
        <div>
          <dt>{t.express}</dt>
          <dd>{shown(running.Express)}</dd>
        </div>
        <div>
          <dt>{t.mapItems}</dt>
          <dd>{shown(running.MapItems)}</dd>
        </div>
      </dl>
    </section>
  );
}

function Facts({ system }: { readonly system: System }) {
  const t = systemTexts();
  const upMs = Date.parse(system.ServerTime) - Date.parse(system.StartedTime);
  return (
    <section class="card stack">
      <h2>Millrace {system.Version}</h2>
      <dl class="fact-list">
        <Fact name={t.started}>
          <Time at={system.StartedTime} /> <span class="muted">{t.up(durationText(upMs))}</span>
        </Fact>
        <Fact name={t.store}>{t[system.Store]}</Fact>
        <Fact name={t.auth}>{t[system.Auth]}</Fact>
        <Fact name={t.region}>
          {system.Region} · {system.Account}
        </Fact>
        <Fact name={t.workers}>{system.Workers.toLocaleString(locale())}</Fact>
      </dl>
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
