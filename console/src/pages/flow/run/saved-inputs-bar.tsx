/** The inputs that were saved for a flow in this browser: choose, save, delete. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { ownStorage } from '../../../app/own-storage.ts';
import { Button } from '../../../parts/button.tsx';
import { say } from '../../../parts/toast.tsx';
import { deleteInput, saveInput } from '../saved-inputs.ts';
import type { FlowInputs } from '../saved-inputs.ts';
import { runTexts } from './texts.ts';

export interface SavedInputsBarProps {
  readonly flow: string;
  readonly inputs: FlowInputs;
  readonly text: string;
  readonly onInputs: (inputs: FlowInputs) => void;
  readonly onChoose: (text: string) => void;
}

export function SavedInputsBar({ flow, inputs, text, onInputs, onChoose }: SavedInputsBarProps) {
  const t = runTexts();
  const [chosen, setChosen] = useState('');
  const [name, setName] = useState<string | null>(null);
  const bar = useRef<HTMLDivElement>(null);
  const isNaming = name !== null;
  const wasNaming = useRef(false);
  useLayoutEffect(() => {
    // The field takes the place of the button, and the button that of the field.
    if (isNaming !== wasNaming.current)
      bar.current?.querySelector<HTMLElement>(isNaming ? 'input' : '.save-input button')?.focus();
    wasNaming.current = isNaming;
  }, [isNaming]);
  const current = inputs.saved.some((each) => each.name === chosen) ? chosen : '';
  const save = (): void => {
    const trimmed = (name ?? '').trim();
    if (trimmed === '') return;
    onInputs(saveInput(ownStorage(), flow, { name: trimmed, text }));
    say(t.savedAs(trimmed));
    setChosen(trimmed);
    setName(null);
  };
  return (
    <div ref={bar} class="row">
      {inputs.saved.length > 0 && (
        <>
          <select
            aria-label={t.saved}
            value={current}
            onChange={(event) => {
              const { value } = event.currentTarget;
              setChosen(value);
              const found = inputs.saved.find((each) => each.name === value);
              if (found !== undefined) onChoose(found.text);
            }}
          >
            <option value="">{t.savedNone}</option>
            {inputs.saved.map((each) => (
              <option key={each.name} value={each.name}>
                {each.name}
              </option>
            ))}
          </select>
          {current !== '' && (
            <Button
              kind="quiet"
              label={t.deleteSaved(current)}
              onClick={() => {
                onInputs(deleteInput(ownStorage(), flow, current));
                setChosen('');
              }}
            >
              ✕
            </Button>
          )}
        </>
      )}
      {name === null ? (
        <span class="save-input">
          <Button kind="quiet" onClick={() => setName(current)}>
            {t.save}
          </Button>
        </span>
      ) : (
        <form
          class="row"
          onSubmit={(event) => {
            event.preventDefault();
            save();
          }}
        >
          <input
            type="text"
            aria-label={t.saveAs}
            placeholder={t.saveAs}
            value={name}
            maxLength={100}
            onKeyDown={(event) => {
              // The Escape of an input method takes back what that proposes.
              if (event.key !== 'Escape' || event.isComposing) return;
              // The dialog stays.
              event.preventDefault();
              setName(null);
            }}
            onInput={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" isDisabled={name.trim() === ''}>
            {t.saveIt}
          </Button>
        </form>
      )}
    </div>
  );
}
