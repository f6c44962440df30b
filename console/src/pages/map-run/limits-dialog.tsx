/** Changes the limits of a running Map run. */
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { say } from '../../parts/toast.tsx';
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
  /** The run that the person began with: someone else may change a limit meanwhile. */
  const [base] = useState(run);
  const [concurrency, setConcurrency] = useState(String(base.Concurrency));
  const [count, setCount] = useState(String(base.ToleratedFailedCount));
  const [percentage, setPercentage] = useState(String(base.ToleratedFailedPercentage));
  const isConcurrencyRight = isWhole(concurrency, 1, MOST_AT_ONCE);
  const isCountRight = isWhole(count, 0, Number.MAX_SAFE_INTEGER);
  const isPercentageRight = isNumber(percentage, 0, MOST_PERCENT);
  const save = async (): Promise<void> => {
    await call('UpdateMapRun', {
      ...of,
      // A bound that is left out does not change.
      Concurrency: changed(concurrency, base.Concurrency),
      ToleratedFailedCount: changed(count, base.ToleratedFailedCount),
      ToleratedFailedPercentage: changed(percentage, base.ToleratedFailedPercentage),
    });
    say(t.saved);
  };
  return (
    <FormDialog
      title={t.change}
      button={t.save}
      isRight={isConcurrencyRight && isCountRight && isPercentageRight}
      act={save}
      onClose={onClose}
    >
      <p class="muted">{t.changeHelp}</p>
      <NumberField
        label={t.concurrency}
        fault={isConcurrencyRight ? null : t.wrongConcurrency(MOST_AT_ONCE)}
        value={concurrency}
        onValue={setConcurrency}
      />
      <NumberField
        label={t.toleratedCount}
        fault={isCountRight ? null : t.wrongCount}
        value={count}
        onValue={setCount}
      />
      <NumberField
        label={t.toleratedPercentage}
        fault={isPercentageRight ? null : t.wrongPercentage}
        value={percentage}
        onValue={setPercentage}
      />
    </FormDialog>
  );
}

interface NumberFieldProps {
  readonly label: string;
  readonly fault: string | null;
  readonly value: string;
  readonly onValue: (text: string) => void;
}

function NumberField({ label, fault, value, onValue }: NumberFieldProps) {
  return (
    <Field label={label} fault={fault}>
      {(control) => (
        <input
          {...control}
          type="number"
          step="any"
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    </Field>
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
