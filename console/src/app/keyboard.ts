/**
 * Shortcuts. A screen registers its own with {@link useShortcuts}; `?` lists those that hold at the moment. Keys typed into a field
 * are left alone, apart from Escape.
 */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

export interface Shortcut {
  /** `j`, `?`, `Enter`, `g f` (one after the other), `Mod+Enter`. */
  readonly keys: string;
  /** Its effect, in the present language. */
  readonly about: string;
  readonly run: () => void;
  /** True: also while a field has the focus. */
  readonly inFields?: boolean;
}

/** Those that hold, by the part of the screen that registered them. */
export const shortcuts = signal<ReadonlyMap<symbol, readonly Shortcut[]>>(new Map());

/** Registers shortcuts while the component is shown. */
export function useShortcuts(own: readonly Shortcut[]): void {
  useEffect(() => {
    const key = Symbol('shortcuts');
    shortcuts.value = new Map([...shortcuts.peek(), [key, own]]);
    return () => {
      const rest = new Map(shortcuts.peek());
      rest.delete(key);
      shortcuts.value = rest;
    };
  });
}

let first = '';
let firstMs = 0;
const PAIR_MS = 1_000;

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const modified = event.metaKey || event.ctrlKey;
  if (event.altKey) return;
  const pressed = modified ? `Mod+${event.key}` : event.key;
  const target = event.composedPath()[0];
  const typing =
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio]), textarea, select'));
  const inDialog = document.querySelector('dialog[open]') !== null;
  const pair = event.timeStamp - firstMs < PAIR_MS ? `${first} ${pressed}` : '';
  for (const { keys, run, inFields = false } of [...shortcuts.peek().values()].reverse().flat()) {
    if (keys !== pressed && keys !== pair) continue;
    if ((typing || inDialog) && !inFields) continue;
    event.preventDefault();
    first = '';
    run();
    return;
  }
  first = typing || modified ? '' : pressed;
  firstMs = event.timeStamp;
});
