/** The way of the data through the chosen visit of a state: each value beside the one before, with the differences marked. */
import { useMemo } from 'preact/hooks';
import { route, setQuery } from '../../app/router.ts';
import { printJson } from '../../parts/json.ts';
import type { JsonValue } from '../../parts/json.ts';
import { EmptyNotice } from '../../parts/notice.tsx';
import { StatusBadge } from '../../parts/status.tsx';
import { Warnings } from './event-panel.tsx';
import { dataSteps } from './model/data-steps.ts';
import type { DataStep, StepKind } from './model/data-steps.ts';
import { detailOf } from './model/events.ts';
import { attemptsOf, isWaiting } from './model/history.ts';
import type { Part, Visit } from './model/history.ts';
import { diffJson } from './model/json-diff.ts';
import { PartName } from './part-name.tsx';
import { Revealable } from './revealed.tsx';
import { here } from './selection.ts';
import { executionTexts } from './texts.ts';
import type { LoadedExecution } from './use-execution.ts';

/** The member of an event's detail that holds the value of a step. */
const MEMBERS: Readonly<Record<StepKind, string>> = {
  input: 'input',
  'local-before': 'local',
  constructed: 'input',
  parameters: 'parameters',
  accepted: 'output',
  result: 'output',
  joined: '',
  failure: '',
  output: 'output',
  caught: 'output',
  local: 'local',
  'global-before': '',
  global: '',
};

export function DataView({ loaded, visit }: { readonly loaded: LoadedExecution; readonly visit: Visit | null }) {
  const t = executionTexts();
  const { history, version } = loaded;
  const attempts = visit === null ? [] : attemptsOf(visit);
  const wanted = Number(route.value.query.get('attempt') ?? 0);
  const part = attempts.find(({ id }) => id === wanted) ?? null;
  const steps = useMemo(
    () => (visit === null ? [] : dataSteps(history, visit, part)),
    // A visit that has ended changes no more, and comparing its values again for each event would take time.
    [history, visit, part, visit?.end === 0 ? version : visit?.last],
  );
  if (visit === null) return <EmptyNotice title={t.noState} />;
  return (
    <div class="data-view">
      <header class="row">
        <h2 class="ellipsis">
          <bdi>{t.dataOf(visit.name)}</bdi>
        </h2>
        <StatusBadge status={isWaiting(visit) ? 'Waiting' : visit.status} />
        {attempts.length > 1 && <AttemptChoice attempts={attempts} chosen={part ?? (attempts.at(-1) as Part)} />}
      </header>
      <div class="data-steps" tabIndex={0} role="region" aria-label={t.dataOf(visit.name)}>
        {steps.map((step) => (
          <StepView key={`${step.kind} ${step.event}`} loaded={loaded} visit={visit} step={step} />
        ))}
      </div>
    </div>
  );
}

function AttemptChoice({ attempts, chosen }: { readonly attempts: readonly Part[]; readonly chosen: Part }) {
  const t = executionTexts();
  return (
    <select
      aria-label={t.attempts}
      value={chosen.id}
      onChange={(event) => setQuery({ attempt: event.currentTarget.value })}
    >
      {attempts.map((part) => (
        <option key={part.id} value={part.id}>
          <PartName part={part} />
        </option>
      ))}
    </select>
  );
}

function StepView({
  loaded,
  visit,
  step,
}: {
  readonly loaded: LoadedExecution;
  readonly visit: Visit;
  readonly step: DataStep;
}) {
  const t = executionTexts();
  const { kind, event, value, before, warnings } = step;
  const difference = useMemo(() => (before === undefined ? null : diffJson(before, value)), [before, value]);
  const shown: JsonValue = difference?.merged ?? value;
  const text = useMemo(() => printJson(shown, 2), [shown]);
  const title = useStepTitle(kind, loaded);
  const member = MEMBERS[kind];
  const count = difference?.marks.size ?? 0;
  return (
    <section class={`data-step${kind === 'failure' ? ' failed' : ''}`} aria-label={title}>
      <header class="row">
        <h3>{title}</h3>
        {difference !== null && (
          <span class={`chip${count > 0 ? ' differs' : ''}`}>{count === 0 ? t.unchanged : t.changes(count)}</span>
        )}
        <span class="fill" />
        {event > 0 && (
          <a class="small" href={here({ e: event, tab: 'events' })}>
            {t.fromEvent(event)}
          </a>
        )}
      </header>
      <Warnings loaded={loaded} visit={visit} warnings={warnings} />
      <Revealable
        loaded={loaded}
        event={member === '' ? 0 : event}
        text={text}
        label={title}
        {...(difference !== null && { marks: difference.marks })}
        pick={(detail) => printJson(detailOf({ detail }).get(member) ?? null, 2)}
      />
    </section>
  );
}

function useStepTitle(kind: StepKind, { graph }: LoadedExecution): string {
  const t = executionTexts();
  const isClassic = graph?.graph.dialect === 'classic';
  const titles: Readonly<Record<StepKind, string>> = {
    input: t.stepInput,
    'local-before': t.stepLocalBefore,
    constructed: isClassic ? t.stepConstructedClassic : t.stepConstructed,
    parameters: t.stepParameters,
    accepted: t.stepAccepted,
    result: t.stepResult,
    joined: t.stepJoined,
    failure: t.stepFailure,
    output: t.stepOutput,
    caught: t.stepCaught,
    local: t.stepLocal,
    'global-before': t.stepGlobalBefore,
    global: t.stepGlobal,
  };
  return titles[kind];
}
