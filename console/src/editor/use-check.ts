/** Diagnostics and graph of a text that a person edits. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { isReachable } from '../api/client.ts';
import { Checks, UNCHECKED } from './checks.ts';
import type { CheckOptions, CheckState } from './checks.ts';

export type { CheckOptions, Diagnostic } from './checks.ts';

export interface Check extends CheckState {
  /** Whether the diagnostics are those of the present text. */
  readonly isCurrent: boolean;
}

/** `text` null: there is nothing to check yet. */
export function useCheck(text: string | null, { mode, name }: CheckOptions): Check {
  const [state, setState] = useState<CheckState>(UNCHECKED);
  const checks = useRef<Checks | null>(null);
  useEffect(() => {
    const own = new Checks(setState);
    checks.current = own;
    return () => own.close();
  }, []);
  useEffect(() => {
    if (text !== null) checks.current?.check(text, { mode, name });
  }, [text, mode, name]);
  // A server that is back has not answered the question that it missed.
  const reachable = isReachable.value;
  useEffect(() => {
    if (reachable) checks.current?.retry();
  }, [reachable]);
  return { ...state, isCurrent: text !== null && state.checked === text && state.fault === null };
}
