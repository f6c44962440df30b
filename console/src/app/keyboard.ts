/**
 * Shortcuts. A screen registers its own with {@link useShortcuts}; `?` lists those that hold at the moment. Keys typed into a field
 * are left alone, apart from Escape.
 */
import { signal } from '@preact/signals';
import { useLayoutEffect } from 'preact/hooks';

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
  // At once after the rendering: an effect that came later would save a text without the last key before Ctrl+S.
  useLayoutEffect(() => {
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
  const known = [...shortcuts.peek().values()].reverse().flat();
  // The second key of a pair may be a shortcut by itself.
  const meant = [...known.filter(({ keys }) => keys === pair), ...known.filter(({ keys }) => keys === pressed)];
  for (const { run, inFields = false } of meant) {
    if ((typing || inDialog) && !inFields) continue;
    event.preventDefault();
    first = '';
    run();
    return;
  }
  first = typing || modified ? '' : pressed;
  firstMs = event.timeStamp;
});
