/** One flow: its definition, its executions, its versions, its schedules and its settings, each in a tab of its own. */
import { useState } from 'preact/hooks';
import { LATEST } from '../../../../src/api/names.ts';
import { dialectOf } from '../../../../src/language/dialect.ts';
import { useShortcuts } from '../../app/keyboard.ts';
import { ownStorage } from '../../app/own-storage.ts';
import { navigate, route, setQuery, to } from '../../app/router.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { lazily } from '../../parts/lazy.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { EmptyNotice, FaultNotice, Loading } from '../../parts/notice.tsx';
import { Tabs, chosenTab } from '../../parts/tabs.tsx';
import { DefinitionTab } from './definition/definition-tab.tsx';
import { NEW_FLOW, newFlowDraft, readDraft, writeDraft } from './draft.ts';
import { isMissing, useFlow } from './flow-source.ts';
import type { Flow, FlowSource } from './flow-source.ts';
import { flowTexts } from './texts.ts';

// Loaded when they are first shown.
const ExecutionsTable = lazily(() => import('../executions/executions-table.tsx').then((part) => part.ExecutionsTable));
const VersionsTab = lazily(() => import('./versions/versions-tab.tsx').then((part) => part.VersionsTab));
const SchedulesTab = lazily(() => import('./schedules/schedules-tab.tsx').then((part) => part.SchedulesTab));
const SettingsTab = lazily(() => import('./settings/settings-tab.tsx').then((part) => part.SettingsTab));
const RunDialog = lazily(() => import('./run/run-dialog.tsx').then((part) => part.RunDialog));
const DeleteDialog = lazily(() => import('./delete-dialog.tsx').then((part) => part.DeleteDialog));

export function FlowPage({ name }: { readonly name: string }) {
  const t = flowTexts();
  const source = useFlow(name);
  const { data: flow, fault } = source;
  if (flow !== null) return <LoadedFlow name={name} flow={flow} source={source} />;
  if (isMissing(fault)) {
    return (
      <>
        <h1>
          <bdi>{name}</bdi>
        </h1>
        <EmptyNotice title={t.missing(name)}>
          <p>{t.missingHelp}</p>
          <LinkButton href={to.flows()}>{t.toList}</LinkButton>
        </EmptyNotice>
      </>
    );
  }
  return (
    <>
      <h1>
        <bdi>{name}</bdi>
      </h1>
      {fault === null ? <Loading /> : <FaultNotice fault={fault} onRetry={source.reload} />}
    </>
  );
}

function LoadedFlow({
  name,
  flow,
  source,
}: {
  readonly name: string;
  readonly flow: Flow;
  readonly source: FlowSource;
}) {
  const t = flowTexts();
  const { fault, isGone, isReplaced } = source;
  const tabs = [
    { id: 'definition', title: t.definition },
    { id: 'executions', title: t.executions },
    { id: 'versions', title: t.versions },
    { id: 'schedules', title: t.schedules },
    { id: 'settings', title: t.settings },
  ];
  return (
    <>
      <FlowHead flow={flow} isGone={isGone} />
      {isGone ? (
        <Gone flow={flow} />
      ) : (
        <>
          {fault !== null && <FaultNotice fault={fault} onRetry={source.reload} />}
          {isReplaced && <p class="notice">{t.replaced}</p>}
        </>
      )}
      <Tabs tabs={tabs} label={t.tabs} />
      <FlowTab key={name} tab={chosenTab(tabs)} flow={flow} source={source} />
    </>
  );
}

function FlowTab({ tab, flow, source }: { readonly tab: string; readonly flow: Flow; readonly source: FlowSource }) {
  switch (tab) {
    case 'executions':
      return <ExecutionsTable flow={flow.Name} />;
    case 'versions':
      return <VersionsTab flow={flow} round={source.round} />;
    case 'schedules':
      return <SchedulesTab flow={flow.Name} round={source.round} />;
    case 'settings':
      return <SettingsTab flow={flow} isGone={source.isGone} onSaved={source.reload} />;
    default:
      return <DefinitionTab flow={flow} isGone={source.isGone} onSaved={source.reload} />;
  }
}

function FlowHead({ flow, isGone }: { readonly flow: Flow; readonly isGone: boolean }) {
  const t = flowTexts();
  /** The version or alias that the dialog runs; null while it is closed. It stays open when the flow goes, with what was typed. */
  const run = route.value.query.get('run');
  const [isDeleting, setDeleting] = useState(false);
  const openRun = (): void => {
    if (!isGone) setQuery({ run: LATEST });
  };
  useShortcuts([{ keys: 'r', about: t.runAbout, run: openRun }]);
  return (
    <>
      <div class="page-head">
        <div class="flow-title">
          <nav class="crumbs">
            <a href={to.flows()}>{t.flows}</a>
          </nav>
          <h1>
            <bdi>{flow.Name}</bdi>
          </h1>
          <span class="chip">{flow.ExecutionMode}</span>
          <span class="chip">{t[dialectOf(flow.Definition)]}</span>
        </div>
        <div class="row">
          <Button kind="danger" isDisabled={isGone} onClick={() => setDeleting(true)}>
            {t.delete}
          </Button>
          <Button kind="primary" isDisabled={isGone} onClick={openRun}>
            {t.run}
          </Button>
        </div>
      </div>
      {flow.Description !== '' && (
        <p class="muted flow-about prewrap">
          <bdi>{flow.Description}</bdi>
        </p>
      )}
      {run !== null && (
        <RunDialog flow={flow} qualifier={run === LATEST ? '' : run} onClose={() => setQuery({ run: null })} />
      )}
      {isDeleting && <DeleteDialog flow={flow.Name} onClose={() => setDeleting(false)} />}
    </>
  );
}

function Gone({ flow }: { readonly flow: Flow }) {
  const t = flowTexts();
  const storage = ownStorage('sessionStorage');
  const text = (): string => readDraft(storage, flow.Name)?.text ?? flow.Definition;
  return (
    <div class="notice fault" role="alert">
      <p class="lead">{t.gone}</p>
      <p>{t.goneHelp}</p>
      <div class="row">
        <CopyButton text={text} label={t.copyDefinition} />
        <Button
          onClick={() => {
            const { Name: name, ExecutionMode: mode, Description: description } = flow;
            writeDraft(
              storage,
              NEW_FLOW,
              newFlowDraft({ flow: { name, mode, description, text: text() }, given: null }),
            );
            navigate(['new-flow'], { from: 'empty' });
          }}
        >
          {t.createAgain}
        </Button>
        <LinkButton href={to.flows()}>{t.toList}</LinkButton>
      </div>
    </div>
  );
}
