/** Reports the end of the work of a callback task. Its token stays in the server: the report names the event instead. */
import { useState } from 'preact/hooks';
import { post } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { parseJson } from '../../parts/json.ts';
import { FaultNotice } from '../../parts/notice.tsx';
import { say } from '../../parts/toast.tsx';
import { useAction } from '../../parts/use-action.ts';
import { executionTexts } from './texts.ts';
import type { LoadedExecution } from './use-execution.ts';

interface ReportProps {
  readonly loaded: LoadedExecution;
  /** The TaskScheduled of the task. */
  readonly event: number;
  readonly state: string;
}

export function ReportButton(props: ReportProps) {
  const t = executionTexts();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button kind="primary" onClick={() => setOpen(true)}>
        {t.report}
      </Button>
      {isOpen && <ReportDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

function ReportDialog({ loaded, event, state, onClose }: ReportProps & { readonly onClose: () => void }) {
  const t = executionTexts();
  const [kind, setKind] = useState<'succeeded' | 'failed'>('succeeded');
  const [output, setOutput] = useState('{}');
  const [error, setError] = useState('');
  const [cause, setCause] = useState('');
  const isJson = parseJson(output) !== undefined;
  const isReady = kind === 'succeeded' ? isJson : error !== '';
  const report = useAction(async () => {
    const outcome = kind === 'succeeded' ? { output } : { error, cause };
    await post('report', { flow: loaded.flow, execution: loaded.name, eventId: event, kind, ...outcome });
    say(t.reportDone);
    onClose();
  });
  return (
    <Dialog
      title={`${t.report}: ${state}`}
      onClose={onClose}
      actions={
        <Button kind="primary" isBusy={report.isBusy} isDisabled={!isReady} onClick={() => void report.run()}>
          {kind === 'succeeded' ? t.reportSucceeded : t.reportFailed}
        </Button>
      }
    >
      <p class="muted">{t.reportHelp}</p>
      <fieldset class="row bare">
        <legend class="visually-hidden">{t.report}</legend>
        {(['succeeded', 'failed'] as const).map((each) => (
          <label key={each} class="row choice">
            <input type="radio" name="outcome" checked={kind === each} onChange={() => setKind(each)} />
            {each === 'succeeded' ? t.reportSucceeded : t.reportFailed}
          </label>
        ))}
      </fieldset>
      {kind === 'succeeded' ? (
        <label class="field">
          <span>{t.outputJson}</span>
          <textarea
            rows={8}
            spellcheck={false}
            value={output}
            aria-invalid={!isJson}
            onInput={(typed) => setOutput(typed.currentTarget.value)}
          />
          {!isJson && <span class="hint">{t.notJson}</span>}
        </label>
      ) : (
        <FailureFields error={error} cause={cause} onError={setError} onCause={setCause} />
      )}
      {report.fault !== null && <FaultNotice fault={report.fault} />}
    </Dialog>
  );
}

export function FailureFields({
  error,
  cause,
  onError,
  onCause,
}: {
  readonly error: string;
  readonly cause: string;
  readonly onError: (text: string) => void;
  readonly onCause: (text: string) => void;
}) {
  const t = executionTexts();
  return (
    <>
      <label class="field">
        <span>{t.errorName}</span>
        <input
          type="text"
          maxLength={128}
          value={error}
          spellcheck={false}
          onInput={(typed) => onError(typed.currentTarget.value)}
        />
        <span class="hint">{t.errorHint}</span>
      </label>
      <label class="field">
        <span>{t.causeText}</span>
        <textarea rows={3} value={cause} onInput={(typed) => onCause(typed.currentTarget.value)} />
      </label>
    </>
  );
}
