/** Opens the dialog with the execution as text. Few people need it, so it is loaded when one does. */
import type { FunctionComponent } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from '../../parts/button.tsx';
import { FaultNotice } from '../../parts/notice.tsx';
import { useAction } from '../../parts/use-action.ts';
import { executionTexts } from './texts.ts';
import type { LoadedExecution } from './use-execution.ts';

interface CopyDialogProps {
  readonly loaded: LoadedExecution;
  readonly onClose: () => void;
}

export function CopyAsButton({ loaded }: { readonly loaded: LoadedExecution }) {
  const t = executionTexts();
  const [Dialog, setDialog] = useState<FunctionComponent<CopyDialogProps> | null>(null);
  const open = useAction(async () => {
    const { CopyDialog } = await import('./copy-dialog.tsx');
    setDialog(() => CopyDialog);
  });
  return (
    <>
      <Button isBusy={open.isBusy} onClick={() => void open.run()}>
        {t.copy}
      </Button>
      {open.fault !== null && <FaultNotice fault={open.fault} />}
      {Dialog !== null && <Dialog loaded={loaded} onClose={() => setDialog(null)} />}
    </>
  );
}
