/** The input of an execution: a form made from the definition, and its JSON. Both edit one text. */
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../../parts/button.tsx';
import { findJsonFault, isObject, parseJson, printJson } from '../../../parts/json.ts';
import { Loading } from '../../../parts/notice.tsx';
import { FIELD_KINDS, fieldText, fieldValue, kindOf, memberAt, withMember } from '../input-fields.ts';
import type { FieldKind, InputField } from '../input-fields.ts';
import { fieldKey, inputOf } from './input.ts';
import type { Input } from './input.ts';
import { runTexts } from './texts.ts';

export interface InputEditorProps {
  /** Null while they are not known. */
  readonly fields: readonly InputField[] | null;
  readonly input: Input;
  readonly onChange: (input: Input) => void;
}

/** The sentence about a text that cannot be an input; null for one that can. An empty text is no input. */
function inputFault(text: string): string | null {
  const t = runTexts();
  if (text.trim() === '') return null;
  const value = parseJson(text);
  if (value === undefined) {
    const place = findJsonFault(text);
    return place === null ? t.notJson : t.notJsonAt(place.line, place.column);
  }
  return isObject(value) ? null : t.notObject;
}

export function InputEditor({ fields, input, onChange }: InputEditorProps) {
  const t = runTexts();
  const { text } = input;
  const [chosen, setChosen] = useState<'form' | 'json' | null>(null);
  // Without fields the form is empty, so the JSON comes first.
  const shown = chosen ?? (fields === null || fields.length > 0 ? 'form' : 'json');
  const fault = inputFault(text);
  const editor = useRef<HTMLFieldSetElement>(null);
  const isKnown = fields !== null;
  useLayoutEffect(() => {
    // The focus was where the form comes, and that has gone. A person who has gone to another field meanwhile stays there.
    if (!isKnown || document.activeElement !== document.body) return;
    editor.current?.querySelector<HTMLElement>('input, textarea')?.focus();
  }, [isKnown]);
  const showJson = (): void => {
    setChosen('json');
    // The JSON shows all that the input has.
    onChange(inputOf(text));
  };
  return (
    <fieldset ref={editor} class="input-editor">
      <legend class="row">
        <span class="fill">{t.input}</span>
        <span class="segments" role="group" aria-label={t.formOrJson}>
          <button type="button" aria-pressed={shown === 'form'} onClick={() => setChosen('form')}>
            {t.form}
          </button>
          <button type="button" aria-pressed={shown === 'json'} onClick={showJson}>
            {t.json}
          </button>
        </span>
      </legend>
      {shown === 'json' ? (
        <JsonField text={text} fault={fault} onChange={(next) => onChange(inputOf(next))} />
      ) : fault !== null ? (
        <p class="field-fault">
          {t.formInvalid} {fault}
        </p>
      ) : fields === null ? (
        <div tabIndex={-1} data-focus>
          <Loading />
        </div>
      ) : fields.length === 0 ? (
        <p class="muted">{t.noFields}</p>
      ) : (
        <div class="input-form">
          {fields.map((field) => (
            <MemberField key={fieldKey(field)} field={field} input={input} onChange={onChange} />
          ))}
        </div>
      )}
    </fieldset>
  );
}

function JsonField({
  text,
  fault,
  onChange,
}: {
  readonly text: string;
  readonly fault: string | null;
  readonly onChange: (text: string) => void;
}) {
  const t = runTexts();
  const faultId = useId();
  const format = (): void => {
    const value = parseJson(text);
    if (value !== undefined) onChange(printJson(value));
  };
  return (
    <>
      <textarea
        class="json-field"
        aria-label={t.input}
        aria-invalid={fault !== null}
        aria-describedby={faultId}
        rows={10}
        value={text}
        placeholder="{}"
        spellcheck={false}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <div class="row">
        <p id={faultId} class="field-fault fill" role="status">
          {fault}
        </p>
        <Button kind="quiet" isDisabled={fault !== null} onClick={format}>
          {t.format}
        </Button>
      </div>
    </>
  );
}

/** One member. While its text is wrong, the field shows it and the input does not change. */
function MemberField({
  field,
  input: { text, wrong: wrongTexts },
  onChange,
}: {
  readonly field: InputField;
  readonly input: Input;
  readonly onChange: (input: Input) => void;
}) {
  const t = runTexts();
  const id = useId();
  const { path, kind: suggested } = field;
  const key = fieldKey(field);
  const json = parseJson(text.trim() === '' ? '{}' : text);
  const value = memberAt(json, path);
  const [override, setOverride] = useState<FieldKind | null>(null);
  const wrong = wrongTexts.get(key) ?? null;
  const kind = wrong === null && value !== undefined ? kindOf(value) : (override ?? suggested);
  const shown = wrong ?? (value === undefined ? '' : fieldText(value));
  const edit = (next: string, as: FieldKind): void => {
    setOverride(as);
    const others = new Map(wrongTexts);
    others.delete(key);
    try {
      onChange({ text: printJson(withMember(json, path, fieldValue(as, next))), wrong: others });
    } catch {
      onChange({ text, wrong: others.set(key, next) });
    }
  };
  const faults = { number: t.wrongNumber, boolean: t.wrongBoolean, json: t.wrongJson, text: '' };
  const kinds = { text: t.kindText, number: t.kindNumber, boolean: t.kindBoolean, json: t.kindJson };
  const name = path.join('.');
  const shared = { id, 'aria-invalid': wrong !== null, 'aria-describedby': `${id}-fault`, spellcheck: false };
  return (
    <>
      <label for={id} class="mono ellipsis" title={name}>
        <bdi>{name}</bdi>
      </label>
      <div class="input-member">
        {kind === 'boolean' && wrong === null ? (
          <select {...shared} value={shown} onChange={(event) => edit(event.currentTarget.value, kind)}>
            <option value="">–</option>
            <option value="true">true</option>
            <option value="false">false</option>
          </select>
        ) : kind === 'json' || shown.includes('\n') ? (
          <textarea {...shared} rows={3} value={shown} onInput={(event) => edit(event.currentTarget.value, kind)} />
        ) : (
          <input
            {...shared}
            type="text"
            inputMode={kind === 'number' ? 'decimal' : 'text'}
            placeholder={t.omitted}
            value={shown}
            onInput={(event) => edit(event.currentTarget.value, kind)}
          />
        )}
        <span id={`${id}-fault`} class="field-fault" role="status">
          {wrong === null ? '' : faults[kind]}
        </span>
      </div>
      <select
        aria-label={`${t.kind}: ${name}`}
        value={kind}
        onChange={(event) => edit(shown, event.currentTarget.value as FieldKind)}
      >
        {FIELD_KINDS.map((each) => (
          <option key={each} value={each}>
            {kinds[each]}
          </option>
        ))}
      </select>
    </>
  );
}
