/** Converts a definition in Amazon States Language, with the converter's notes and refusals beside it, each at its line. */
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { ReplyOf } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNotice } from '../../parts/notice.tsx';
import { useAction } from '../../parts/use-action.ts';
import { newFlowTexts } from './new-flow-texts.ts';

export interface AslSource {
  readonly text: string;
  /** Name of the flow, for the result; empty for none. */
  readonly name: string;
  /** A file that has just been dropped, which is converted at once. */
  readonly isNew: boolean;
}

export interface AslImportProps {
  readonly source: AslSource;
  /** The text that was last put into the editor. */
  readonly given: string;
  readonly onSource: (source: AslSource) => void;
  /** Gets the state machine. */
  readonly onConverted: (text: string) => void;
}

type Conversion = ReplyOf<'ConvertDefinition'>;
type Remark = Conversion['Notes'][number];

export function AslImport({ source, given, onSource, onConverted }: AslImportProps) {
  const t = newFlowTexts();
  const { text, name } = source;
  const onText = (next: string): void => onSource({ ...source, text: next });
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [result, setResult] = useState<{ readonly of: string; readonly reply: Conversion } | null>(null);
  const convert = useAction(async () => {
    if (text.trim() === '') return;
    const reply = await call('ConvertDefinition', { Definition: text, Name: name === '' ? undefined : name });
    setResult({ of: text, reply });
    if (reply.Definition !== '') onConverted(reply.Definition);
  });
  useEffect(() => {
    if (!source.isNew) return;
    onSource({ ...source, isNew: false });
    void convert.run();
  }, []);
  const shown = result?.of === text ? result.reply : null;
  return (
    <div class="asl">
      <div class="field">
        <label for={id}>{t.aslSource}</label>
        {shown === null && <span class="hint">{t.aslAbout}</span>}
        <textarea
          ref={field}
          id={id}
          rows={shown === null ? 12 : 5}
          value={text}
          spellcheck={false}
          wrap="off"
          onInput={(event) => onText(event.currentTarget.value)}
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => {
            const file = event.dataTransfer?.files[0];
            if (file === undefined) return;
            event.preventDefault();
            void file.text().then(onText);
          }}
        />
        <div class="row end">
          <Button
            kind="primary"
            isDisabled={text.trim() === ''}
            isBusy={convert.isBusy}
            onClick={() => void convert.run()}
          >
            {t.convert}
          </Button>
        </div>
      </div>
      <div class="asl-result" aria-live="polite">
        {convert.fault !== null && <FaultNotice fault={convert.fault} />}
        {shown !== null && (
          <Remarks
            reply={shown}
            isInEditor={shown.Definition === given}
            onGoTo={(remark) => field.current !== null && showPlace(field.current, remark)}
          />
        )}
      </div>
    </div>
  );
}

function Remarks({
  reply,
  isInEditor,
  onGoTo,
}: {
  readonly reply: Conversion;
  readonly isInEditor: boolean;
  readonly onGoTo: (remark: Remark) => void;
}) {
  const t = newFlowTexts();
  const { Definition, Notes, Refusals } = reply;
  return (
    <>
      {Refusals.length > 0 && (
        <RemarkList title={t.refusals(Refusals.length)} remarks={Refusals} isRefusal onGoTo={onGoTo} />
      )}
      {Definition !== '' && isInEditor && <p>{t.converted}</p>}
      {Notes.length > 0 && <RemarkList title={t.notes(Notes.length)} remarks={Notes} onGoTo={onGoTo} />}
      {Definition !== '' && Notes.length === 0 && <p class="muted">{t.noNotes}</p>}
    </>
  );
}

function RemarkList({
  title,
  remarks,
  isRefusal = false,
  onGoTo,
}: {
  readonly title: string;
  readonly remarks: readonly Remark[];
  readonly isRefusal?: boolean;
  readonly onGoTo: (remark: Remark) => void;
}) {
  const t = newFlowTexts();
  return (
    <>
      <h2 class={isRefusal ? 'remarks-title is-refusal' : 'remarks-title'}>{title}</h2>
      <ul class="remarks">
        {remarks.map((remark, place) => (
          <li key={`${place} ${remark.Message}`}>
            <button type="button" class="problem" onClick={() => onGoTo(remark)}>
              <span class="problem-place number" title={t.line(remark.Line, remark.Column)}>
                {remark.Line}:{remark.Column}
              </span>
              <span class="problem-text">{remark.Message}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Selects the line in the field and scrolls to it. */
function showPlace(field: HTMLTextAreaElement, { Line }: Remark): void {
  const lines = field.value.split('\n');
  const from = lines.slice(0, Line - 1).reduce((sum, line) => sum + line.length + 1, 0);
  field.focus();
  field.setSelectionRange(from, from + (lines[Line - 1] ?? '').length);
  const lineHeight = field.scrollHeight / Math.max(1, lines.length);
  field.scrollTop = Math.max(0, (Line - 1) * lineHeight - field.clientHeight / 3);
}
