/** Someone else has saved something else since the person began to edit. It shows both, and asks which one is to remain. */
import type { ComponentChildren } from 'preact';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FaultNotice } from '../../parts/notice.tsx';
import type { Action } from '../../parts/use-action.ts';

export interface ConflictDialogProps<T> {
  readonly texts: {
    readonly conflict: string;
    readonly conflictHelp: string;
    readonly take: string;
    readonly overwrite: string;
  };
  /** What is saved now. */
  readonly theirs: T;
  /** Saves what the person has, knowing what is saved. */
  readonly save: Action<[known: T]>;
  /** Both of them. */
  readonly children: ComponentChildren;
  readonly isWide?: boolean;
  readonly onTake: () => void;
  readonly onClose: () => void;
}

export function ConflictDialog<T>(props: ConflictDialogProps<T>) {
  const { texts, theirs, save, children, isWide = false, onTake, onClose } = props;
  return (
    <Dialog
      title={texts.conflict}
      isWide={isWide}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onTake}>{texts.take}</Button>
          <Button kind="danger" isBusy={save.isBusy} onClick={() => void save.run(theirs)}>
            {texts.overwrite}
          </Button>
        </>
      }
    >
      <p>{texts.conflictHelp}</p>
      {save.fault !== null && <FaultNotice fault={save.fault} />}
      {children}
    </Dialog>
  );
}
