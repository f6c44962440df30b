/**
 * One execution: its head, why it waits or failed, and its views beside the details of the chosen event. Views, selection, filters and
 * zoom are in the address. A wide screen shows the graph beside the other views.
 */
import { useShortcuts } from '../../app/keyboard.ts';
import { setQuery } from '../../app/router.ts';
import { Button } from '../../parts/button.tsx';
import { lazily } from '../../parts/lazy.tsx';
import { JsonView } from '../../parts/json-view.tsx';
import { EmptyNotice, FaultNotice, Loading } from '../../parts/notice.tsx';
import { Tabs, chosenTab } from '../../parts/tabs.tsx';
import type { Tab } from '../../parts/tabs.tsx';
import { useMedia } from '../../parts/use-media.ts';
import { FailurePanel } from './failure-panel.tsx';
import { ExecutionHead, statusOf } from './head.tsx';
import { printJson } from '../../parts/json.ts';
import { memberOf } from './model/events.ts';
import type { Visit } from './model/history.ts';
import { isTroubled } from './model/search.ts';
import { Revealable } from './revealed.tsx';
import { chooseEvent, chosenEvent } from './selection.ts';
import { executionTexts } from './texts.ts';
import { Timeline } from './timeline.tsx';
import { useExecution } from './use-execution.ts';
import type { LoadedExecution } from './use-execution.ts';
import { WaitsPanel } from './waits-panel.tsx';

// Loaded when they are first shown.
const DataView = lazily(() => import('./data-view.tsx').then((part) => part.DataView));
const DefinitionView = lazily(() => import('./definition-view.tsx').then((part) => part.DefinitionView));
const EventList = lazily(() => import('./event-list.tsx').then((part) => part.EventList));
const EventPanel = lazily(() => import('./event-panel.tsx').then((part) => part.EventPanel));
const GraphPanel = lazily(() => import('./graph-panel.tsx').then((part) => part.GraphPanel));

const WIDE = '(min-width: 1900px)';

export function ExecutionPage({ flow, name }: { readonly flow: string; readonly name: string }) {
  const t = executionTexts();
  const loaded = useExecution(flow, name);
  const { history, isAbsent, fault, isWhole } = loaded;
  const isWide = useMedia(WIDE);
  useShortcuts([{ keys: 'n', about: t.nextProblem, run: () => chooseNextProblem(loaded) }]);
  if (isAbsent && history.lastId === 0) {
    return (
      <>
        <Title name={name} />
        <EmptyNotice title={t.absent}>
          <p>{t.absentHelp}</p>
          <Button onClick={loaded.lookAgain}>{t.lookAgain}</Button>
        </EmptyNotice>
      </>
    );
  }
  if (fault !== null && history.lastId === 0) {
    return (
      <>
        <Title name={name} />
        <FaultNotice fault={fault} onRetry={loaded.lookAgain} />
      </>
    );
  }
  const status = statusOf(loaded);
  const hasFailed = history.end !== 0 && history.status !== 'Succeeded';
  return (
    <div class="execution-page">
      {fault !== null && <FaultNotice fault={fault} onRetry={loaded.lookAgain} />}
      {isAbsent && (
        <div class="notice row" role="status">
          <p>{t.gone}</p>
          <Button onClick={loaded.lookAgain}>{t.lookAgain}</Button>
        </div>
      )}
      <ExecutionHead loaded={loaded} />
      {isWhole && status === 'Running' && !isAbsent && <WaitsPanel loaded={loaded} />}
      {isWhole && hasFailed && <FailurePanel loaded={loaded} />}
      {history.lastId === 0 ? <Loading /> : <Views loaded={loaded} isWide={isWide} />}
    </div>
  );
}

function Title({ name }: { readonly name: string }) {
  return (
    <h1>
      <bdi>{name}</bdi>
    </h1>
  );
}

function Views({ loaded, isWide }: { readonly loaded: LoadedExecution; readonly isWide: boolean }) {
  const t = executionTexts();
  const { history } = loaded;
  const id = chosenEvent();
  const event = history.event(id);
  const visit = history.visitOf[id - 1] ?? null;
  const graph: Tab = { id: 'graph', title: t.graph };
  const tabs: readonly Tab[] = [
    { id: 'timeline', title: t.timeline },
    ...(isWide ? [] : [graph]),
    { id: 'events', title: t.eventList, count: history.lastId },
    { id: 'data', title: t.data },
    { id: 'definition', title: t.definition },
  ];
  const tab = chosenTab(tabs);
  return (
    <div class={`workspace${isWide ? ' wide' : ''}${tab === 'data' ? ' data' : ''}`}>
      {isWide && (
        <section class="card flush pane" aria-label={t.graph}>
          <GraphPanel loaded={loaded} visit={visit} />
        </section>
      )}
      <section class="card flush pane views" aria-label={t.views}>
        <Tabs tabs={tabs} label={t.views} />
        <div class="view">
          {tab === 'timeline' && <Timeline loaded={loaded} />}
          {tab === 'graph' && <GraphPanel loaded={loaded} visit={visit} />}
          {tab === 'events' && <EventList loaded={loaded} />}
          {tab === 'data' && <DataView loaded={loaded} visit={visit ?? lastVisit(loaded)} />}
          {tab === 'definition' && <DefinitionView loaded={loaded} />}
        </div>
      </section>
      {tab !== 'data' && (
        <aside class={`card detail${event === undefined ? '' : ' chosen'}`} aria-label={t.detail}>
          {event === undefined ? (
            <Ends loaded={loaded} />
          ) : (
            <>
              <p class="row end detail-close">
                <Button kind="quiet" label={t.close} onClick={() => setQuery({ e: null })}>
                  ✕
                </Button>
              </p>
              <EventPanel loaded={loaded} event={event} />
            </>
          )}
        </aside>
      )}
    </div>
  );
}

/** Input and output of the execution, as long as no event is chosen. */
function Ends({ loaded }: { readonly loaded: LoadedExecution }) {
  const t = executionTexts();
  const { history } = loaded;
  const start = history.event(1);
  const end = history.event(history.end);
  const input = start === undefined ? undefined : memberOf(start, 'input');
  const output = end === undefined ? undefined : memberOf(end, 'output');
  return (
    <div class="stack">
      <section class="stack tight" aria-label={t.input}>
        <h2>{t.input}</h2>
        {input === undefined ? (
          <JsonView text="" />
        ) : (
          <Revealable
            loaded={loaded}
            event={1}
            text={printJson(input)}
            label={t.input}
            pick={(detail) => printJson(memberOf({ detail }, 'input') ?? null)}
          />
        )}
      </section>
      <section class="stack tight" aria-label={t.output}>
        <h2>{t.output}</h2>
        {output === undefined ? (
          <p class="muted">{t.noOutput}</p>
        ) : (
          <Revealable
            loaded={loaded}
            event={history.end}
            text={printJson(output)}
            label={t.output}
            pick={(detail) => printJson(memberOf({ detail }, 'output') ?? null)}
          />
        )}
      </section>
      <p class="muted small">{t.selectHint}</p>
    </div>
  );
}

/** The state that came last: of an execution that failed, the one that failed it. */
function lastVisit({ history }: LoadedExecution): Visit | null {
  return history.visitOf.findLast((visit) => visit !== null) ?? null;
}

function chooseNextProblem({ history }: LoadedExecution): void {
  const at = chosenEvent();
  const problem = history.events.find((event) => event.id > at && isTroubled(event)) ?? history.events.find(isTroubled);
  if (problem !== undefined) chooseEvent(problem.id);
}
