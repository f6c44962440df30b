/** Copies a text, and says that it did. */
import { useState } from 'preact/hooks';
import { defineTexts } from '../texts/texts.ts';
import { Button } from './button.tsx';

const texts = defineTexts({
  en: { copy: 'Copy', copied: 'Copied', failed: 'The browser did not allow it' },
  zh: { copy: '复制', copied: '已复制', failed: '浏览器不允许复制' },
});

const SHOWN_MS = 1_500;

export function CopyButton({ text, label }: { readonly text: string | (() => string); readonly label?: string }) {
  const [state, setState] = useState<'copy' | 'copied' | 'failed'>('copy');
  const t = texts();
  const show = (next: 'copied' | 'failed'): void => {
    setState(next);
    setTimeout(() => setState('copy'), SHOWN_MS);
  };
  return (
    <Button
      kind="quiet"
      onClick={() => {
        copyText(typeof text === 'string' ? text : text()).then(
          () => show('copied'),
          () => show('failed'),
        );
      }}
    >
      <span aria-live="polite">{state === 'copy' ? (label ?? t.copy) : t[state]}</span>
    </Button>
  );
}

/** Without TLS and away from this machine, browsers give pages no clipboard; the old way works there. */
export async function copyText(text: string): Promise<void> {
  if (window.isSecureContext) return navigator.clipboard.writeText(text);
  const before = document.activeElement;
  const area = document.createElement('textarea');
  area.value = text;
  // An open dialog lets nothing outside of it be selected.
  (before?.closest('dialog') ?? document.body).append(area);
  area.select();
  const isCopied = document.execCommand('copy');
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  if (!isCopied) throw new Error('copy');
}
