/** Name, mode, description and definition of a new flow, and the button that creates it. */
import { useId, useState } from 'preact/hooks';
import { ownStorage } from '../../app/own-storage.ts';
import { isName } from '../../../../src/api/names.ts';
import { call } from '../../api/client.ts';
import { useShortcuts } from '../../app/keyboard.ts';
import { navigate } from '../../app/router.ts';
import { useCheck } from '../../editor/use-check.ts';
import { Button } from '../../parts/button.tsx';
import { apiUrl } from '../../parts/call-samples.ts';
import { Field } from '../../parts/field.tsx';
import { FaultNotice } from '../../parts/notice.tsx';
import { say } from '../../parts/toast.tsx';
import { useAction } from '../../parts/use-action.ts';
import { useIsShown } from '../../parts/use-is-shown.ts';
import { DefinitionPane, ViewChoice } from '../flow/definition/definition-pane.tsx';
import type { Place } from '../flow/definition/problem-list.tsx';
import type { NewFlow } from '../flow/draft.ts';
import { NameField } from '../flow/name-field.tsx';
import { saveInput } from '../flow/saved-inputs.ts';
import { definitionName, renamed } from './definition-name.ts';
import { EXAMPLES, exampleInput } from './examples.ts';
import { newFlowTexts } from './new-flow-texts.ts';

export interface NewFlowFormProps {
  readonly flow: NewFlow;
  readonly onChange: (flow: NewFlow) => void;
  /** Called before the screen changes to the one of the new flow. */
  readonly onCreated: () => void;
}

export function NewFlowForm({ flow, onChange, onCreated }: NewFlowFormProps) {
  const t = newFlowTexts();
  const { name, mode, description, text } = flow;
  const [goTo, setGoTo] = useState<Place | null>(null);
  const check = useCheck(text, { mode, ...(isName(name) && { name }) });
  const isShown = useIsShown();
  const create = useAction(async () => {
    if (!isName(name)) return;
    const firstError = check.isCurrent ? check.diagnostics.find(({ severity }) => severity === 'error') : undefined;
    if (firstError !== undefined) {
      setGoTo({ line: firstError.line, column: firstError.column });
      throw new Error(t.hasErrors);
    }
    await call('CreateFlow', {
      Name: name,
      Definition: text,
      Type: 'FDL',
      ExecutionMode: mode,
      Description: description === '' ? undefined : description,
    });
    onCreated();
    // An example runs at once with the input that was made for it.
    const example = EXAMPLES.find(({ definition }) => renamed(definition, name) === text);
    if (example !== undefined) {
      saveInput(ownStorage(), name, { name: t.exampleInput, text: exampleInput(example, apiUrl()) });
    }
    say(t.created(name));
    if (isShown.current) navigate(['flows', name]);
  });
  useShortcuts([{ keys: 'Mod+s', about: t.createKeys, inFields: true, run: () => void create.run() }]);
  const change = (part: Partial<NewFlow>): void => {
    create.clear();
    onChange({ ...flow, ...part });
  };
  const rename = (next: string): void => {
    // The name inside the definition follows, as long as it was the same and stays a name.
    const follows = isName(next) && (definitionName(text) === name || !isName(name));
    change({ name: next, ...(follows && { text: renamed(text, next) }) });
  };
  return (
    <>
      <Facts flow={flow} onName={rename} onChange={change} />
      <section class="new-flow" aria-label={t.title}>
        <div class="row">
          <ViewChoice />
          <span class="fill" />
          <Button kind="primary" isDisabled={!isName(name)} isBusy={create.isBusy} onClick={() => void create.run()}>
            {t.create}
          </Button>
        </div>
        {create.fault !== null && <FaultNotice fault={create.fault} />}
        <DefinitionPane
          text={text}
          check={check}
          goTo={goTo}
          onChange={(next) => {
            const inside = definitionName(next);
            // The field follows the text in turn, while a person types the name there.
            const follows = inside !== null && isName(inside) && definitionName(text) === name;
            change({ text: next, ...(follows && { name: inside }) });
          }}
        />
      </section>
    </>
  );
}

function Facts({
  flow: { name, mode, description },
  onName,
  onChange,
}: {
  readonly flow: NewFlow;
  readonly onName: (name: string) => void;
  readonly onChange: (part: Partial<NewFlow>) => void;
}) {
  const t = newFlowTexts();
  const group = useId();
  return (
    <div class="new-facts card">
      <NameField label={t.name} hint={t.nameHint} value={name} onChange={onName} />
      <fieldset class="field new-modes">
        <legend>{t.mode}</legend>
        {(['Standard', 'Express'] as const).map((each) => (
          <label key={each}>
            <input
              type="radio"
              name={group}
              value={each}
              checked={mode === each}
              onChange={() => onChange({ mode: each })}
            />
            <span>
              {each} <span class="hint">{each === 'Standard' ? t.standardAbout : t.expressAbout}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <Field label={t.description}>
        {(control) => (
          <textarea
            {...control}
            class="plain-text"
            rows={2}
            maxLength={4096}
            value={description}
            onInput={(event) => onChange({ description: event.currentTarget.value })}
          />
        )}
      </Field>
    </div>
  );
}
