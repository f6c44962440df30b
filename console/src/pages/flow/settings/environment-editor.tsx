/** Environment variables as rows. Values are texts; nothing reads them as numbers. */
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../../parts/button.tsx';
import { parseVariables, variableFaults, withPasted } from '../environment.ts';
import type { Variable } from '../environment.ts';
import { nameTexts } from '../name-field.tsx';
import { settingsTexts } from './texts.ts';

export interface EnvironmentEditorProps {
  readonly variables: readonly Variable[];
  readonly onChange: (variables: readonly Variable[]) => void;
}

export function EnvironmentEditor({ variables, onChange }: EnvironmentEditorProps) {
  const t = settingsTexts();
  const [isPasting, setPasting] = useState(false);
  const faults = variableFaults(variables);
  const fields = useRef<HTMLFieldSetElement>(null);
  /** What gets the focus with the next rendering: the button that had it may be gone, or lead on. */
  const next = useRef<string | null>(null);
  const focusLater = (selector: string): void => {
    next.current = selector;
  };
  useLayoutEffect(() => {
    if (next.current !== null) fields.current?.querySelector<HTMLElement>(next.current)?.focus();
    next.current = null;
  });
  const add = (): void => {
    focusLater(`[data-place="${variables.length}"] input`);
    onChange([...variables, { Name: '', Value: '', Description: '' }]);
  };
  const remove = (place: number): void => {
    focusLater('.environment-tools button');
    onChange(variables.toSpliced(place, 1));
  };
  return (
    <fieldset ref={fields} class="environment">
      <legend>{t.environment}</legend>
      <p class="muted small">{t.environmentHelp}</p>
      {variables.length === 0 && <p class="muted">{t.noVariables}</p>}
      {variables.map((variable, i) => (
        // Rows have no identity but their place: names change while they are typed.
        <VariableRow
          key={i}
          place={i}
          variable={variable}
          fault={faults[i] === 'name' ? nameTexts().wrongName : faults[i] === 'duplicate' ? t.faultDuplicate : null}
          onChange={(changed) => onChange(variables.with(i, changed))}
          onRemove={() => remove(i)}
        />
      ))}
      <div class="row environment-tools">
        <Button onClick={add}>{t.add}</Button>
        <Button kind="quiet" isPressed={isPasting} onClick={() => setPasting(!isPasting)}>
          {t.paste}
        </Button>
      </div>
      {isPasting && (
        <PasteField
          onTake={(pasted) => {
            onChange(withPasted(variables, pasted));
            focusLater('button[aria-pressed]');
            setPasting(false);
          }}
        />
      )}
    </fieldset>
  );
}

function VariableRow({
  place,
  variable,
  fault,
  onChange,
  onRemove,
}: {
  readonly place: number;
  readonly variable: Variable;
  readonly fault: string | null;
  readonly onChange: (variable: Variable) => void;
  readonly onRemove: () => void;
}) {
  const t = settingsTexts();
  const id = useId();
  return (
    <div class="variable" data-place={place}>
      <input
        type="text"
        class="mono"
        placeholder={t.name}
        aria-label={t.name}
        aria-invalid={fault !== null}
        aria-describedby={id}
        value={variable.Name}
        maxLength={128}
        spellcheck={false}
        onInput={(event) => onChange({ ...variable, Name: event.currentTarget.value })}
      />
      <textarea
        rows={Math.min(6, variable.Value.split('\n').length)}
        placeholder={t.value}
        aria-label={`${t.value}: ${variable.Name}`}
        value={variable.Value}
        spellcheck={false}
        onInput={(event) => onChange({ ...variable, Value: event.currentTarget.value })}
      />
      <input
        type="text"
        placeholder={t.about}
        aria-label={`${t.about}: ${variable.Name}`}
        value={variable.Description}
        onInput={(event) => onChange({ ...variable, Description: event.currentTarget.value })}
      />
      <Button kind="quiet" label={t.remove(variable.Name)} onClick={onRemove}>
        ✕
      </Button>
      <span id={id} class="field-fault" role="status">
        {fault ?? ''}
      </span>
    </div>
  );
}

function PasteField({ onTake }: { readonly onTake: (variables: readonly Variable[]) => void }) {
  const t = settingsTexts();
  const id = useId();
  const [text, setText] = useState('');
  const variables = parseVariables(text);
  return (
    <div class="field">
      <label for={id}>{t.paste}</label>
      <span class="hint">{t.pasteHelp}</span>
      <textarea
        id={id}
        rows={5}
        value={text}
        spellcheck={false}
        aria-invalid={variables === null}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <div class="row">
        <span class="field-fault fill" role="status">
          {variables === null ? t.pasteWrong : ''}
        </span>
        <Button
          isDisabled={variables === null || variables.length === 0}
          onClick={() => {
            if (variables !== null) onTake(variables);
          }}
        >
          {t.pasteAdd}
        </Button>
      </div>
    </div>
  );
}
