/** Publishes a version of a flow. */
import { useState } from 'preact/hooks';
import { call } from '../../../api/client.ts';
import { Field } from '../../../parts/field.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { say } from '../../../parts/toast.tsx';
import { hasUnsaved } from '../unsaved.ts';
import { versionsTexts } from './texts.ts';

export interface PublishDialogProps {
  readonly flow: string;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function PublishDialog({ flow, onClose, onDone }: PublishDialogProps) {
  const t = versionsTexts();
  const [text, setText] = useState('');
  const publish = async (): Promise<void> => {
    const { Version } = await call('PublishFlowVersion', { FlowName: flow, Description: text });
    say(t.published(Version));
    onDone();
  };
  return (
    <FormDialog title={t.publish} button={t.publish} isRight act={publish} onClose={onClose}>
      <p>{t.publishAbout}</p>
      {hasUnsaved(flow) && <p class="notice">{t.publishUnsaved}</p>}
      <Field label={t.description}>
        {(control) => (
          <textarea
            {...control}
            rows={3}
            maxLength={4096}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        )}
      </Field>
    </FormDialog>
  );
}
