/** A dialog with a form. The button and Enter in a field do what it is for, once. It closes when that has succeeded. */
import type { ComponentChildren } from 'preact';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { FaultNotice } from './notice.tsx';
import { useClosingAction } from './use-closing-action.ts';

export interface FormDialogProps {
  readonly title: string;
  /** The words on the button. */
  readonly button: string;
  /** Whether the fields can be used as they are. */
  readonly isRight: boolean;
  readonly children: ComponentChildren;
  readonly act: () => Promise<void>;
  readonly onClose: () => void;
}

export function FormDialog({ title, button, isRight, children, act, onClose }: FormDialogProps) {
  const action = useClosingAction(act, onClose);
  const run = (): void => {
    if (isRight) void action.run();
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <Button kind="primary" isDisabled={!isRight} isBusy={action.isBusy} onClick={run}>
          {button}
        </Button>
      }
    >
      <form
        class="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        {children}
        {/* Enter in a field submits the form only if it has such a button. */}
        <button type="submit" class="visually-hidden" tabIndex={-1} aria-hidden="true" />
      </form>
      {action.fault !== null && <FaultNotice fault={action.fault} />}
    </Dialog>
  );
}
