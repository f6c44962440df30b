/** Stop and redrive: each says in its dialog what it does. */
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FaultNotice } from '../../parts/notice.tsx';
import { say } from '../../parts/toast.tsx';
import { useAction } from '../../parts/use-action.ts';
import { FailureFields } from './report-dialog.tsx';
import { executionTexts } from './texts.ts';
import type { LoadedExecution } from './use-execution.ts';

interface EndProps {
  readonly loaded: Pick<LoadedExecution, 'flow' | 'name'>;
}

export function StopButton({ loaded }: EndProps) {
  const t = executionTexts();
  const [isOpen, setOpen] = useState(false);
  const [error, setError] = useState('');
  const [cause, setCause] = useState('');
  const stop = useAction(async () => {
    await call('StopExecution', {
      ...{ FlowName: loaded.flow, ExecutionName: loaded.name },
      Error: error === '' ? undefined : error,
      Cause: cause === '' ? undefined : cause,
    });
    say(t.stopDone);
    setOpen(false);
  });
  return (
    <>
      <Button kind="danger" onClick={() => setOpen(true)}>
        {t.stop}
      </Button>
      {isOpen && (
        <Dialog
          title={t.stopTitle}
          onClose={() => setOpen(false)}
          actions={
            <Button kind="danger" isBusy={stop.isBusy} onClick={() => void stop.run()}>
              {t.stop}
            </Button>
          }
        >
          <p class="muted">{t.stopHelp}</p>
          <FailureFields error={error} cause={cause} onError={setError} onCause={setCause} />
          {stop.fault !== null && <FaultNotice fault={stop.fault} />}
        </Dialog>
      )}
    </>
  );
}

export function RedriveButton({ loaded }: EndProps) {
  const t = executionTexts();
  const [isOpen, setOpen] = useState(false);
  const redrive = useAction(async () => {
    await call('RedriveExecution', { FlowName: loaded.flow, ExecutionName: loaded.name });
    say(t.redriveDone);
    setOpen(false);
  });
  return (
    <>
      <Button kind="primary" onClick={() => setOpen(true)}>
        {t.redrive}
      </Button>
      {isOpen && (
        <Dialog
          title={t.redriveTitle}
          onClose={() => setOpen(false)}
          actions={
            <Button kind="primary" isBusy={redrive.isBusy} onClick={() => void redrive.run()}>
              {t.redrive}
            </Button>
          }
        >
          <p>{t.redriveHelp}</p>
          {redrive.fault !== null && <FaultNotice fault={redrive.fault} />}
        </Dialog>
      )}
    </>
  );
}
