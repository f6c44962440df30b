/** Asks before something that cannot be taken back, and does it once. It closes when that has succeeded. */
import type { ComponentChildren } from 'preact';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { FaultNotice } from './notice.tsx';
import { useClosingAction } from './use-closing-action.ts';

export interface ConfirmDialogProps {
  readonly title: string;
  /** The words on the button that does it. */
  readonly button: string;
  /** What it means. */
  readonly children: ComponentChildren;
  readonly act: () => Promise<void>;
  readonly onClose: () => void;
}

export function ConfirmDialog({ title, button, children, act, onClose }: ConfirmDialogProps) {
  const action = useClosingAction(act, onClose);
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <Button kind="danger" isBusy={action.isBusy} onClick={() => void action.run()}>
          {button}
        </Button>
      }
    >
      <p>{children}</p>
      {action.fault !== null && <FaultNotice fault={action.fault} />}
    </Dialog>
  );
}
