/** The head of an execution: how it stands, since when, where it comes from, and what can be done with it. */
import { to } from '../../app/router.ts';
import { Button } from '../../parts/button.tsx';
import { StatusBadge } from '../../parts/status.tsx';
import { Duration, Time } from '../../parts/time.tsx';
import { locale } from '../../texts/texts.ts';
import { CopyAsButton } from './copy-button.tsx';
import { RedriveButton, StopButton } from './end-dialogs.tsx';
import { childOf, mapRunOf } from './links.ts';
import { memberOf } from './model/events.ts';
import { historyFile } from './model/export.ts';
import type { History } from './model/history.ts';
import { executionTexts } from './texts.ts';
import type { LoadedExecution } from './use-execution.ts';

/** Links to children that the head shows; a loop may have started a thousand. */
const CHILDREN = 3;

export function ExecutionHead({ loaded }: { readonly loaded: LoadedExecution }) {
  const t = executionTexts();
  const { flow, name, history, state, described, isExpress } = loaded;
  const status = statusOf(loaded);
  const startedTime = state?.startedTime ?? described.data?.StartedTime ?? null;
  const stoppedTime = status === 'Running' ? '' : (state?.stoppedTime ?? described.data?.StoppedTime ?? '');
  const hasFailed = status === 'Failed' || status === 'Stopped' || status === 'TimedOut';
  return (
    <header class="execution-head stack tight">
      <nav class="crumbs" aria-label={t.executions}>
        <a href={to.flow(flow)}>
          <bdi>{flow}</bdi>
        </a>
        <span aria-hidden="true">/</span>
        <a href={to.executions({ flow })}>{t.executions}</a>
      </nav>
      <div class="page-head">
        <div class="row title">
          <h1>
            <bdi>{name}</bdi>
          </h1>
          {status !== '' && <StatusBadge status={status} />}
        </div>
        <div class="row">
          {status === 'Running' && !isExpress && <StopButton loaded={loaded} />}
          {hasFailed && !isExpress && <RedriveButton loaded={loaded} />}
          <CopyAsButton loaded={loaded} />
          <Button onClick={() => downloadHistory(history, name)} isDisabled={history.lastId === 0}>
            {t.download}
          </Button>
        </div>
      </div>
      <dl class="fact-line">
        <Fact name={t.started}>
          <Time at={startedTime} withMs />
        </Fact>
        <Fact name={t.ended}>
          <Time at={stoppedTime} withMs />
        </Fact>
        <Fact name={t.duration}>
          <Duration from={startedTime} until={stoppedTime === '' ? null : stoppedTime} />
        </Fact>
        <Fact name={t.eventList}>
          <span class="number">{history.lastId.toLocaleString(locale())}</span>
        </Fact>
        <Origin loaded={loaded} />
      </dl>
    </header>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Origin({ loaded }: { readonly loaded: LoadedExecution }) {
  const t = executionTexts();
  const { history, waits, isExpress } = loaded;
  const [parent] = waits.data?.StartedBy ?? [];
  const words = [isExpress ? t.express : t.standard, ...versionWords(history)];
  if (history.redrives > 0) words.push(t.redriven(history.redrives));
  return (
    <>
      <Fact name={t.mode}>{words.join(' · ')}</Fact>
      {parent !== undefined && (
        <Fact name={t.startedBy}>
          <a href={to.execution(parent.FlowName, parent.ExecutionName)}>
            <bdi>{parent.ExecutionName}</bdi>
          </a>{' '}
          <span class="muted">
            <bdi>
              {parent.FlowName}
              {parent.StepName !== '' && ` · ${parent.StepName}`}
            </bdi>
          </span>
        </Fact>
      )}
      <Children loaded={loaded} />
    </>
  );
}

function Children({ loaded }: { readonly loaded: LoadedExecution }) {
  const t = executionTexts();
  const { history, flow, name } = loaded;
  if (history.children.length === 0) return null;
  const visits = [...new Set(history.children.map(({ visit }) => visit))];
  const links = visits.slice(-CHILDREN).flatMap((visit) => {
    const child = childOf(history, visit);
    if (child !== null) return [{ href: to.execution(child.flow, child.execution), text: child.execution }];
    const run = mapRunOf(history, visit);
    return run === '' ? [] : [{ href: to.mapRun(flow, name, run), text: t.mapRun }];
  });
  return (
    <Fact name={t.children}>
      <span class="row links">
        {links.map(({ href, text }) => (
          <a key={href} href={href} class="ellipsis">
            <bdi>{text}</bdi>
          </a>
        ))}
        {visits.length > links.length && (
          <span class="muted">{t.more((visits.length - links.length).toLocaleString(locale()))}</span>
        )}
      </span>
    </Fact>
  );
}

/** The status by the end in the history; without one, as the stream or the description reports it. */
export function statusOf({ state, history, described }: LoadedExecution): string {
  if (history.end !== 0) return history.status;
  if (state !== null) return state.status;
  return described.data?.Status ?? (history.lastId > 0 ? 'Running' : '');
}

function versionWords(history: History): string[] {
  const t = executionTexts();
  const [start] = history.events;
  if (start === undefined) return [];
  const version = memberOf(start, 'version');
  const alias = memberOf(start, 'alias');
  return [
    ...(typeof version === 'string' ? [t.version(version)] : []),
    ...(typeof alias === 'string' ? [t.alias(alias)] : []),
  ];
}

function downloadHistory(history: History, name: string): void {
  const address = URL.createObjectURL(new Blob([historyFile(history)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `${name.replace(/[^\w.-]+/g, '-')}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
