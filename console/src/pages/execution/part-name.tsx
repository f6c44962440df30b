/** The name of an attempt, a delay or a Map run. */
import type { Part } from './model/history.ts';
import { executionTexts } from './texts.ts';

export function PartName({ part }: { readonly part: Part }) {
  const t = executionTexts();
  const { kind, number, isContinued } = part;
  const name = kind === 'attempt' ? t.attempt(number) : kind === 'delay' ? t.delay : t.mapRun;
  return (
    <>
      {name} {isContinued && <span class="muted">{t.continued}</span>}
    </>
  );
}
