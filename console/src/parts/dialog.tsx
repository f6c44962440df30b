/** A dialog over the page. The browser's own element keeps the focus inside and closes it with Escape. */
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { defineTexts } from '../texts/texts.ts';
import { Button } from './button.tsx';

const texts = defineTexts({ en: { close: 'Close', cancel: 'Cancel' }, zh: { close: '关闭', cancel: '取消' } });

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** Buttons at the end, behind Cancel. Without them there is only Close. */
  readonly actions?: ComponentChildren;
  readonly isWide?: boolean;
}

/** Rendered while it is open; `onClose` is called when the person closes it. */
export function Dialog({ title, onClose, children, actions, isWide = false }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // At once after the rendering, so that the next key is one for the dialog.
  useLayoutEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    // The browser would choose the first button, which closes the dialog.
    element.current?.querySelector<HTMLElement>('.dialog-body :is(input, select, textarea, [data-focus])')?.focus();
    return () => {
      // The button that has opened it may go with it.
      queueMicrotask(() => {
        const next = before instanceof HTMLElement && before.isConnected ? before : document.querySelector('main');
        next?.focus();
      });
    };
  }, []);
  const t = texts();
  return (
    <dialog ref={element} class={isWide ? 'wide' : ''} aria-labelledby={heading} onClose={onClose}>
      <header>
        <h2 id={heading}>{title}</h2>
        <Button kind="quiet" label={t.close} onClick={() => element.current?.close()}>
          ✕
        </Button>
      </header>
      <div class="dialog-body">{children}</div>
      <footer>
        <Button onClick={() => element.current?.close()}>{actions === undefined ? t.close : t.cancel}</Button>
        {actions}
      </footer>
    </dialog>
  );
}
