/** Dialogs that publish and delete versions. */
import { useId, useState } from 'preact/hooks';
import { call } from '../../../api/client.ts';
import { Button } from '../../../parts/button.tsx';
import { ConfirmDialog } from '../../../parts/confirm-dialog.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { FaultNotice } from '../../../parts/notice.tsx';
import { say } from '../../../parts/toast.tsx';
import { useAction } from '../../../parts/use-action.ts';
import { hasUnsaved } from '../unsaved.ts';
import { versionsTexts } from './texts.ts';

interface VersionDialogProps {
  readonly flow: string;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function PublishDialog({ flow, onClose, onDone }: VersionDialogProps) {
  const t = versionsTexts();
  const field = useId();
  const [text, setText] = useState('');
  const publish = useAction(async () => {
    const { Version } = await call('PublishFlowVersion', { FlowName: flow, Description: text });
    say(t.published(Version));
    onDone();
    onClose();
  });
  return (
    <Dialog
      title={t.publish}
      onClose={onClose}
      actions={
        <Button kind="primary" isBusy={publish.isBusy} onClick={() => void publish.run()}>
          {t.publish}
        </Button>
      }
    >
      <p>{t.publishAbout}</p>
      {hasUnsaved(flow) && <p class="notice">{t.publishUnsaved}</p>}
      <div class="field">
        <label for={field}>{t.description}</label>
        <textarea
          id={field}
          rows={3}
          maxLength={4096}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </div>
      {publish.fault !== null && <FaultNotice fault={publish.fault} />}
    </Dialog>
  );
}

export function DeleteVersionDialog({
  flow,
  version,
  onClose,
  onDone,
}: VersionDialogProps & { readonly version: string }) {
  const t = versionsTexts();
  return (
    <ConfirmDialog
      title={t.deleteVersion(version)}
      button={t.deleteIt}
      onClose={onClose}
      act={async () => {
        await call('DeleteFlowVersion', { FlowName: flow, FlowVersion: version });
        say(t.deletedVersion(version));
        onDone();
      }}
    >
      {t.deleteVersionAbout}
    </ConfirmDialog>
  );
}
