/** A place for a file: dropped, or chosen. The text never leaves the browser before the flow is created. */
import { useRef, useState } from 'preact/hooks';
import { Button } from '../../parts/button.tsx';
import { newFlowTexts } from './new-flow-texts.ts';

export interface FileDropProps {
  readonly onText: (file: string, text: string) => void;
}

/** As the compiler accepts. */
const MOST_BYTES = 1024 * 1024;

export function FileDrop({ onText }: FileDropProps) {
  const t = newFlowTexts();
  const field = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    if (file.size > MOST_BYTES) {
      setFault(t.tooLarge);
      return;
    }
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
      setFault(null);
      onText(file.name, text);
    } catch {
      setFault(t.notText);
    }
  };
  return (
    <div
      class={isOver ? 'file-drop is-over' : 'file-drop'}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void take(event.dataTransfer?.files[0]);
      }}
    >
      <p>{t.dropFile}</p>
      <Button onClick={() => field.current?.click()}>{t.chooseFile}</Button>
      <input
        ref={field}
        type="file"
        hidden
        accept=".yaml,.yml,.json,.txt,application/json,application/yaml,text/plain"
        aria-label={t.chooseFile}
        onChange={(event) => {
          void take(event.currentTarget.files?.[0]);
          // The same file can be chosen again after it has changed.
          event.currentTarget.value = '';
        }}
      />
      {fault !== null && (
        <p class="field-fault" role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}
