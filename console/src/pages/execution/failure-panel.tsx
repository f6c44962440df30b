/** Why an execution ended without success: the state, the error, and its place in the definition. */
import { StatusIcon } from '../../parts/status.tsx';
import { LinkButton } from '../../parts/button.tsx';
import { language, locale } from '../../texts/texts.ts';
import { DefinitionPlace } from './definition-place.tsx';
import { failureOf } from './model/events.ts';
import { failedVisits } from './model/history.ts';
import type { Visit } from './model/history.ts';
import { pathIn } from './model/place.ts';
import { here } from './selection.ts';
import { executionTexts } from './texts.ts';
import type { LoadedExecution } from './use-execution.ts';

export function FailurePanel({ loaded }: { readonly loaded: LoadedExecution }) {
  const t = executionTexts();
  const { history, waits } = loaded;
  const end = history.event(history.end);
  if (end === undefined) return null;
  const { error, cause } = failureOf(end);
  const path = failedVisits(history);
  const visit = path.at(-1) ?? null;
  const explanation = waits.data?.Explanation ?? '';
  return (
    <section class="card failure stack tight" aria-label={t.whyFailed}>
      <header class="row">
        <StatusIcon status={history.status} />
        <h2>{useTitle(history.status, visit)}</h2>
        <code class="error-name">
          <bdi>{error}</bdi>
        </code>
        <span class="fill" />
        {visit !== null && <LinkButton href={here({ e: visit.end })}>{t.show}</LinkButton>}
      </header>
      <div class="failure-body">
        <div class="stack tight">
          {path.length > 1 && <Path visits={path} />}
          {cause !== '' && (
            <p class="prewrap cause">
              <bdi>{cause}</bdi>
            </p>
          )}
          {explanation !== '' && language.value === 'en' && (
            <details class="small muted">
              <summary>{t.serverSays}</summary>
              <p class="prewrap">{explanation}</p>
            </details>
          )}
        </div>
        {visit !== null && <DefinitionPlace loaded={loaded} visit={visit} path={pathIn(cause)} />}
      </div>
    </section>
  );
}

function useTitle(status: string, visit: Visit | null): string {
  const t = executionTexts();
  if (status === 'Stopped') return t.stoppedFlow;
  if (status === 'TimedOut') return t.timedOutFlow;
  if (visit === null) return t.failedFlow;
  return visit.status === 'TimedOut' ? t.timedOutIn(visit.name) : t.failedIn(visit.name);
}

/** The way from the flow to the state that failed. */
function Path({ visits }: { readonly visits: readonly Visit[] }) {
  const t = executionTexts();
  return (
    <p class="row small path">
      {visits.map((visit, place) => {
        const { kind, index } = visit.line;
        const number = index.toLocaleString(locale());
        return (
          <span key={visit.id} class="row">
            {place > 0 && <span class="muted">› {kind === 'item' ? t.item(number) : t.branch(index)} ›</span>}
            <a href={here({ e: visit.id })}>
              <bdi>{visit.name}</bdi>
            </a>
          </span>
        );
      })}
    </p>
  );
}
