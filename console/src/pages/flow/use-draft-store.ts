/**
 * Stores a draft while a person types: some time after the last key, because a definition may have a megabyte, and at once when the
 * component or the page goes.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ownStorage } from '../../app/own-storage.ts';
import { writeDraft } from './draft.ts';
import type { Draft } from './draft.ts';

const PAUSE_MS = 300;

/** `flow`: its name, or `NEW_FLOW`. The function stores a draft; null removes it. */
export function useDraftStore(flow: string): (draft: Draft | null) => void {
  // That of the person who types, also when the draft is stored after another one has signed in.
  const [storage] = useState(() => ownStorage('sessionStorage'));
  const due = useRef<{ readonly draft: Draft | null } | null>(null);
  const timer = useRef(0);
  const flush = (): void => {
    window.clearTimeout(timer.current);
    if (due.current !== null) writeDraft(storage, flow, due.current.draft);
    due.current = null;
  };
  useEffect(() => {
    window.addEventListener('pagehide', flush);
    return () => {
      window.removeEventListener('pagehide', flush);
      flush();
    };
  }, [flow]);
  return (draft) => {
    due.current = { draft };
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(flush, PAUSE_MS);
    // Other parts of the page ask whether there is a draft.
    if (draft === null || draft.text === draft.base) flush();
  };
}
