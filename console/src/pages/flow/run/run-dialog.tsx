/** Runs a flow: with an input, perhaps under a name, perhaps with a version. An Express flow shows its result here. */
import { useState } from 'preact/hooks';
import { serverNowMs } from '../../../app/clock.ts';
import { ownStorage } from '../../../app/own-storage.ts';
import type { FlowGraph } from '../../../../../src/language/graph/flow-graph.ts';
import { LATEST, isName } from '../../../../../src/api/names.ts';
import { call } from '../../../api/client.ts';
import { navigate, setQuery } from '../../../app/router.ts';
import { session } from '../../../app/session.ts';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Field } from '../../../parts/field.tsx';
import { FaultNotice } from '../../../parts/notice.tsx';
import { say } from '../../../parts/toast.tsx';
import { useAction } from '../../../parts/use-action.ts';
import { useIsShown } from '../../../parts/use-is-shown.ts';
import { useReloadOn } from '../../../parts/use-reload-on.ts';
import { useResource } from '../../../parts/use-resource.ts';
import type { Flow } from '../flow-source.ts';
import { NameField } from '../name-field.tsx';
import { inputFields } from '../input-fields.ts';
import type { InputField } from '../input-fields.ts';
import { readInputs, rememberInput } from '../saved-inputs.ts';
import { hasUnsaved } from '../unsaved.ts';
import { versionsTexts } from '../versions/texts.ts';
import { CallSamples } from './call-samples.tsx';
import { ExpressResult } from './express-result.tsx';
import type { SyncReply } from './express-result.tsx';
import { InputEditor } from './input-editor.tsx';
import { inputOf, isInputRight } from './input.ts';
import { SavedInputsBar } from './saved-inputs-bar.tsx';
import { runTexts } from './texts.ts';

/** As many versions as a person can choose from in a list. */
const SHOWN_VERSIONS = 100;

export interface RunDialogProps {
  readonly flow: Flow;
  /** Version or alias; empty for the current definition. */
  readonly qualifier: string;
  readonly onClose: () => void;
}

export function RunDialog({ flow, qualifier, onClose }: RunDialogProps) {
  const t = runTexts();
  const { Name: name, ExecutionMode: mode } = flow;
  const isExpress = mode === 'Express';
  const [inputs, setInputs] = useState(() => readInputs(ownStorage(), name));
  const [input, setInput] = useState(() => inputOf(inputs.last ?? inputs.saved[0]?.text ?? ''));
  const { text } = input;
  const [execution, setExecution] = useState('');
  const [result, setResult] = useState<SyncReply | null>(null);
  const fields = useFields(flow, qualifier);
  const isShown = useIsShown();
  const isRight = isInputRight(input, fields) && (execution === '' || isName(execution));
  const parameters = {
    FlowName: name,
    ...(execution !== '' && { ExecutionName: execution }),
    ...(text.trim() !== '' && { Input: text }),
    ...(qualifier !== '' && { Qualifier: qualifier }),
  };
  const run = useAction(async () => {
    if (!isRight) return;
    setInputs(rememberInput(ownStorage(), name, text));
    setResult(null);
    if (isExpress) {
      setResult(await call('StartSyncExecution', parameters));
      return;
    }
    const askedMs = serverNowMs();
    const { Name: started, StartedTime } = await call('StartExecution', parameters);
    // A running execution of the name is returned, however long ago it started.
    const isOld = execution !== '' && Date.parse(StartedTime) < askedMs - 60_000;
    say(isOld ? t.alreadyRunning : t.started(started));
    if (isShown.current) navigate(['flows', name, 'executions', started]);
  });
  return (
    <Dialog
      title={t.title(name)}
      isWide
      onClose={onClose}
      actions={
        <Button kind="primary" isDisabled={!isRight} isBusy={run.isBusy} onClick={() => void run.run()}>
          {t.run}
        </Button>
      }
    >
      <form
        class="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          void run.run();
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            void run.run();
          }
        }}
      >
        {qualifier === '' && hasUnsaved(name) && <p class="notice">{t.unsaved}</p>}
        <InputEditor fields={fields} input={input} onChange={setInput} />
        <SavedInputsBar
          flow={name}
          inputs={inputs}
          text={text}
          onInputs={setInputs}
          onChoose={(next) => setInput(inputOf(next))}
        />
        <div class="run-options">
          <NameField
            label={t.name}
            hint={isExpress ? t.nameHintExpress : t.nameHint}
            value={execution}
            onChange={setExecution}
          />
          <QualifierField flow={name} value={qualifier} />
        </div>
        {/* Enter in a field submits the form only if it has such a button. */}
        <button type="submit" class="visually-hidden" tabIndex={-1} aria-hidden="true" />
      </form>
      {run.isBusy && isExpress && (
        <p class="muted" role="status">
          {t.running}
        </p>
      )}
      {run.fault !== null && <FaultNotice fault={run.fault} />}
      {result !== null && run.fault === null && !run.isBusy && <ExpressResult flow={name} result={result} />}
      <CallSamples
        call={{ action: isExpress ? 'StartSyncExecution' : 'StartExecution', parameters }}
        signs={session.value?.auth !== 'off'}
        region={session.value?.region ?? ''}
      />
    </Dialog>
  );
}

/** The form of the definition that would run; null while it is not known. An alias may lead to two versions; the first one makes the form. */
function useFields(flow: Flow, qualifier: string): readonly InputField[] | null {
  const { data, fault, reload } = useResource(`fields ${flow.Name} ${qualifier}`, async (signal) => {
    const definition = await definitionOf(flow, qualifier, signal);
    const { Graph } = await call(
      'CheckDefinition',
      { Definition: definition, ExecutionMode: flow.ExecutionMode },
      { signal },
    );
    return inputFields(definition, Graph === '' ? null : (JSON.parse(Graph) as FlowGraph));
  });
  // The form remains meanwhile, with what a person types into it.
  useReloadOn(flow.LastModifiedTime, reload);
  // Without the check there is no form, and the JSON remains.
  return fault === null ? data : (data ?? []);
}

async function definitionOf(flow: Flow, qualifier: string, signal: AbortSignal): Promise<string> {
  if (qualifier === '') return flow.Definition;
  let version = qualifier;
  if (!/^\d+$/.test(qualifier)) {
    const { Alias } = await call('DescribeFlowAlias', { FlowName: flow.Name, Name: qualifier }, { signal });
    version = Alias.RoutingConfigurations[0]?.Version ?? '';
  }
  const { Definition } = await call('DescribeFlow', { Name: flow.Name, FlowVersion: version }, { signal });
  return Definition;
}

function QualifierField({ flow, value }: { readonly flow: string; readonly value: string }) {
  const t = runTexts();
  const v = versionsTexts();
  const { data } = useResource(`qualifiers ${flow}`, (signal) =>
    Promise.all([
      call('ListFlowAliases', { FlowName: flow, Limit: SHOWN_VERSIONS }, { signal }),
      call('ListFlowVersions', { FlowName: flow, Limit: SHOWN_VERSIONS }, { signal }),
    ]),
  );
  const aliases = data?.[0].Aliases.map(({ Name }) => Name) ?? [];
  const versions = data?.[1].FlowVersions.map(({ Version }) => Version) ?? [];
  const isListed = value === '' || aliases.includes(value) || versions.includes(value);
  return (
    <Field label={t.qualifier}>
      {(control) => (
        <select
          {...control}
          value={value}
          onChange={(event) => setQuery({ run: event.currentTarget.value || LATEST }, { replace: true })}
        >
          <option value="">{t.latest}</option>
          {!isListed && <option value={value}>{value}</option>}
          {aliases.map((alias) => (
            <option key={alias} value={alias}>
              {alias}
            </option>
          ))}
          {versions.map((version) => (
            <option key={version} value={version}>
              {v.versionNamed(version)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
