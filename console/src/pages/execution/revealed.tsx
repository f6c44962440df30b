/** A detail whose masked values a person can have shown, which the server logs. */
import { useState } from 'preact/hooks';
import { post } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { JsonView } from '../../parts/json-view.tsx';
import type { JsonMark } from '../../parts/json-tree.ts';
import { hasMask } from '../../parts/masked.ts';
import { FaultNotice } from '../../parts/notice.tsx';
import { useAction } from '../../parts/use-action.ts';
import { executionTexts } from './texts.ts';
import type { LoadedExecution } from './use-execution.ts';

export interface RevealableProps {
  readonly loaded: Pick<LoadedExecution, 'flow' | 'name'>;
  /** The event that has the value; 0 for one that no event has as it is. */
  readonly event: number;
  /** JSON text with masks. */
  readonly text: string;
  readonly label: string;
  readonly marks?: ReadonlyMap<string, JsonMark>;
  /** Finds the value in the detail of the event. */
  readonly pick?: (detail: string) => string;
  readonly rows?: number;
}

export function Revealable({ loaded, event, text, label, marks, pick, rows }: RevealableProps) {
  const t = executionTexts();
  const [shown, setShown] = useState<{ readonly event: number; readonly text: string } | null>(null);
  const reveal = useAction(async () => {
    const reply = (await post('reveal', { flow: loaded.flow, execution: loaded.name, eventId: event })) as {
      readonly detail: string;
    };
    setShown({ event, text: pick === undefined ? reply.detail : pick(reply.detail) });
  });
  const isShown = shown !== null && shown.event === event;
  const isMaskedHere = event !== 0 && hasMask(text);
  return (
    <>
      {reveal.fault !== null && <FaultNotice fault={reveal.fault} />}
      {isMaskedHere && (
        <p class="row small reveal-note">
          <Button kind="quiet" isBusy={reveal.isBusy} onClick={() => (isShown ? setShown(null) : void reveal.run())}>
            {isShown ? t.hideAgain : t.reveal}
          </Button>
          <span class="muted" role="status">
            {isShown ? t.revealed : t.revealNote}
          </span>
        </p>
      )}
      <JsonView
        text={isShown ? shown.text : text}
        label={label}
        {...(marks !== undefined && !isShown && { marks })}
        {...(rows !== undefined && { rows })}
      />
    </>
  );
}
