/** What is known of the chosen event, and of the state that it is about. */
import { LinkButton } from '../../parts/button.tsx';
import { StatusBadge } from '../../parts/status.tsx';
import { Duration, Time } from '../../parts/time.tsx';
import { DefinitionPlace } from './definition-place.tsx';
import type { StreamedEvent, Warning } from './model/events.ts';
import { isWaiting } from './model/history.ts';
import type { Visit } from './model/history.ts';
import { PartName } from './part-name.tsx';
import { Revealable } from './revealed.tsx';
import { here } from './selection.ts';
import { StartedLinks } from './started-links.tsx';
import { executionTexts } from './texts.ts';
import type { LoadedExecution } from './use-execution.ts';

export function EventPanel({ loaded, event }: { readonly loaded: LoadedExecution; readonly event: StreamedEvent }) {
  const t = executionTexts();
  const { history } = loaded;
  const visit = history.visitOf[event.id - 1] ?? null;
  const isLeft = history.undone[event.id - 1] === true;
  return (
    <div class="stack">
      {visit !== null && <VisitCard loaded={loaded} visit={visit} />}
      <section class="stack tight" aria-label={t.event(event.id)}>
        <header class="row">
          <h3>{event.type}</h3>
          {isLeft && <span class="chip">{t.undone}</span>}
        </header>
        <p class="row small muted">
          <span>{t.event(event.id)}</span>
          <Time at={history.timeOf(event.id)} withMs />
          {event.cause > 0 && <a href={here({ e: event.cause })}>{t.causedBy(event.cause)}</a>}
        </p>
        <Warnings loaded={loaded} visit={visit} warnings={event.warnings ?? []} />
        <Revealable key={event.id} loaded={loaded} event={event.id} text={event.detail} label={event.type} rows={60} />
      </section>
    </div>
  );
}

/** The state: how it stands, its attempts, and where to continue. */
function VisitCard({ loaded, visit }: { readonly loaded: LoadedExecution; readonly visit: Visit }) {
  const t = executionTexts();
  const { graph } = loaded;
  const node = graph?.places.nodeOf(visit) ?? null;
  const [first] = visit.spans;
  const last = visit.spans.at(-1);
  return (
    <section class="stack tight" aria-label={visit.name}>
      <header class="row">
        <h2 class="ellipsis">
          <bdi>{visit.name}</bdi>
        </h2>
        <StatusBadge status={isWaiting(visit) ? 'Waiting' : visit.status} />
        {node !== null && <span class="chip">{node.type}</span>}
      </header>
      {visit.caughtBy !== null && <p class="muted small">{t.caught(visit.caughtBy)}</p>}
      <p class="row small muted">
        <Time at={first?.startMs ?? null} withMs />
        <Duration from={first?.startMs ?? null} until={last?.endMs ?? null} />
        {node !== null && <span class="ellipsis">{node.value}</span>}
      </p>
      <p class="row">
        <LinkButton href={here({ tab: 'data', e: visit.id })}>{t.dataOfState}</LinkButton>
        <LinkButton href={here({ tab: 'events', state: visit.name, type: null, q: null, trouble: null })}>
          {t.eventsOfState}
        </LinkButton>
        <StartedLinks loaded={loaded} visit={visit} />
      </p>
      {visit.parts.length > 1 && <Attempts visit={visit} />}
      {node !== null && <DefinitionPlace loaded={loaded} visit={visit} path="" />}
    </section>
  );
}

function Attempts({ visit }: { readonly visit: Visit }) {
  const t = executionTexts();
  return (
    <div class="table-scroll">
      <table class="small attempts">
        <caption class="visually-hidden">{t.attempts}</caption>
        <tbody>
          {visit.parts.map((part, place) => (
            <tr key={place} class={part.isUndone ? 'undone' : ''}>
              <td>
                <a href={here({ e: part.id })}>
                  <PartName part={part} />
                </a>
              </td>
              <td>{part.kind !== 'delay' && <StatusBadge status={part.status} />}</td>
              <td class="number">
                <Duration from={part.startMs} until={part.endMs} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Paths that led nowhere, each at its expression in the definition. */
export function Warnings({
  loaded,
  visit,
  warnings,
}: {
  readonly loaded: LoadedExecution;
  readonly visit: Visit | null;
  readonly warnings: readonly Warning[];
}) {
  const t = executionTexts();
  if (warnings.length === 0) return null;
  return (
    <div class="notice warning" aria-label={t.warnings}>
      {warnings.map(({ path, message }, place) => (
        <div key={place} class="stack tight">
          <p class="prewrap">
            ⚠ {path !== '' && <code>{path}</code>} {message}
          </p>
          <DefinitionPlace loaded={loaded} visit={visit} path={path} />
        </div>
      ))}
    </div>
  );
}
