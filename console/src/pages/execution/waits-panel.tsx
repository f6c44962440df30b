/** Why a running execution waits, in words, each wait with the button that ends it. */
import { LinkButton } from '../../parts/button.tsx';
import { FaultNotice } from '../../parts/notice.tsx';
import { Duration, Time } from '../../parts/time.tsx';
import { locale } from '../../texts/texts.ts';
import type { Visit } from './model/history.ts';
import { ReportButton } from './report-dialog.tsx';
import { here } from './selection.ts';
import { StartedLinks } from './started-links.tsx';
import { executionTexts } from './texts.ts';
import type { LoadedExecution } from './use-execution.ts';

type Wait = NonNullable<LoadedExecution['waits']['data']>['Waits'][number];

/** A Map may wait for a hundred things at once; these are enough to see which. */
const SHOWN = 4;

export function WaitsPanel({ loaded }: { readonly loaded: LoadedExecution }) {
  const t = executionTexts();
  const { waits, history } = loaded;
  const all = waits.data?.Waits ?? [];
  if (loaded.isExpress && all.length === 0) return null;
  return (
    <section class="card waits stack tight" aria-label={t.whyWaits}>
      <h2>{t.whyWaits}</h2>
      {waits.fault !== null && <FaultNotice fault={waits.fault} onRetry={waits.reload} />}
      {waits.data !== null && all.length === 0 && <p class="muted">{t.waitsNothing}</p>}
      <ul class="bare stack tight">
        {all.slice(0, SHOWN).map((wait) => (
          <li key={`${wait.Kind} ${wait.EventId}`}>
            <WaitView loaded={loaded} wait={wait} visit={history.visitOf[wait.EventId - 1] ?? null} />
          </li>
        ))}
      </ul>
      {all.length > SHOWN && <p class="muted small">{t.moreWaits((all.length - SHOWN).toLocaleString(locale()))}</p>}
    </section>
  );
}

function WaitView({
  loaded,
  wait,
  visit,
}: {
  readonly loaded: LoadedExecution;
  readonly wait: Wait;
  readonly visit: Visit | null;
}) {
  const t = executionTexts();
  const { EventId, SinceTime, UntilTime, Reason, Kind } = wait;
  return (
    <div class="wait">
      <div class="wait-words">
        <p>{useSentence(wait)}</p>
        <p class="row small muted">
          <span>
            {t.since} <Time at={SinceTime} /> (<Duration from={SinceTime} until={null} />)
          </span>
          {UntilTime !== '' && (
            <span>
              {Kind === 'Wait' || Kind === 'Retry' ? t.until : t.longest} <Time at={UntilTime} />
            </span>
          )}
        </p>
        <details class="small muted">
          <summary>{t.serverSays}</summary>
          <p class="prewrap">{Reason}</p>
        </details>
      </div>
      <p class="row">
        {Kind === 'Callback' && EventId > 0 && <ReportButton loaded={loaded} event={EventId} state={wait.StepName} />}
        {visit !== null && <StartedLinks loaded={loaded} visit={visit} />}
        {EventId > 0 && <LinkButton href={here({ e: EventId })}>{t.show}</LinkButton>}
      </p>
    </div>
  );
}

function useSentence({ Kind, StepName, Action }: Wait): string {
  const t = executionTexts();
  switch (Kind) {
    case 'Task':
      return t.waitTask(StepName, Action);
    case 'Callback':
      return t.waitCallback(StepName, Action);
    case 'ChildExecution':
      return t.waitChild(StepName);
    case 'MapRun':
      return t.waitMapRun(StepName);
    case 'Wait':
      return t.waitTimer(StepName);
    case 'Retry':
      return t.waitRetry(StepName);
    case 'Rate':
      return t.waitRate(StepName);
    case 'Store':
      return t.waitStore;
    case 'Stuck':
      return t.waitStuck;
    default:
      return '';
  }
}
