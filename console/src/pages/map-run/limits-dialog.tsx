/** Changes the limits of a running Map run. */
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FaultNotice } from '../../parts/notice.tsx';
import { say } from '../../parts/toast.tsx';
import { useAction } from '../../parts/use-action.ts';
import { mapRunTexts } from './texts.ts';
import type { MapRun } from './use-map-run.ts';

const MOST_AT_ONCE = 300;
const MOST_PERCENT = 100;

export interface LimitsProps {
  readonly of: { readonly FlowName: string; readonly ExecutionName: string; readonly MapRunName: string };
  readonly run: MapRun;
}

export function LimitsButton(props: LimitsProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{mapRunTexts().change}</Button>
      {isOpen && <LimitsDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

function LimitsDialog({ of, run, onClose }: LimitsProps & { readonly onClose: () => void }) {
  const t = mapRunTexts();
  const [concurrency, setConcurrency] = useState(String(run.Concurrency));
  const [count, setCount] = useState(String(run.ToleratedFailedCount));
  const [percentage, setPercentage] = useState(String(run.ToleratedFailedPercentage));
  const isRight =
    isWhole(concurrency, 1, MOST_AT_ONCE) &&
    isWhole(count, 0, Number.MAX_SAFE_INTEGER) &&
    isNumber(percentage, 0, MOST_PERCENT);
  const save = useAction(async () => {
    await call('UpdateMapRun', {
      ...of,
      // A bound that is left out does not change.
      Concurrency: changed(concurrency, run.Concurrency),
      ToleratedFailedCount: changed(count, run.ToleratedFailedCount),
      ToleratedFailedPercentage: changed(percentage, run.ToleratedFailedPercentage),
    });
    say(t.saved);
    onClose();
  });
  return (
    <Dialog
      title={t.change}
      onClose={onClose}
      actions={
        <Button kind="primary" isBusy={save.isBusy} isDisabled={!isRight} onClick={() => void save.run()}>
          {t.save}
        </Button>
      }
    >
      <p class="muted">{t.changeHelp}</p>
      <NumberField name={t.concurrency} value={concurrency} min={1} max={MOST_AT_ONCE} onValue={setConcurrency} />
      <NumberField name={t.toleratedCount} value={count} min={0} onValue={setCount} />
      <NumberField name={t.toleratedPercentage} value={percentage} min={0} max={MOST_PERCENT} onValue={setPercentage} />
      {!isRight && <p role="status">{t.wrongNumber}</p>}
      {save.fault !== null && <FaultNotice fault={save.fault} />}
    </Dialog>
  );
}

interface NumberFieldProps {
  readonly name: string;
  readonly value: string;
  readonly min: number;
  readonly max?: number;
  readonly onValue: (text: string) => void;
}

function NumberField({ name, value, min, max, onValue }: NumberFieldProps) {
  return (
    <label class="field">
      <span>{name}</span>
      <input
        type="number"
        min={min}
        max={max}
        step="any"
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
    </label>
  );
}

function isNumber(text: string, min: number, max: number): boolean {
  const number = Number(text);
  return text.trim() !== '' && number >= min && number <= max;
}

function isWhole(text: string, min: number, max: number): boolean {
  return isNumber(text, min, max) && Number.isSafeInteger(Number(text));
}

function changed(text: string, before: number): number | undefined {
  return Number(text) === before ? undefined : Number(text);
}
