/** Loads data for a component, and shows what it had while it loads again. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { isSignedOut, sessionBegun } from '../api/client.ts';

export interface Resource<T> {
  /** The last data that arrived for this key; null until then. */
  readonly data: T | null;
  /** The fault of the last attempt; null if it succeeded. */
  readonly fault: Error | null;
  readonly isLoading: boolean;
  /** Loads again, with the data shown meanwhile. */
  reload(): void;
}

/**
 * Loads when the component appears, when `key` changes, and on `reload`. An answer that a newer question has overtaken is dropped.
 * Data of another key is not shown.
 */
export function useResource<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const [state, setState] = useState<{ key: string; data: T | null; fault: Error | null; isLoading: boolean }>({
    key,
    data: null,
    fault: null,
    isLoading: true,
  });
  const [round, setRound] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    const aborting = new AbortController();
    setState((before) =>
      before.key === key ? { ...before, isLoading: true } : { key, data: null, fault: null, isLoading: true },
    );
    latest.current(aborting.signal).then(
      (data) => {
        if (!aborting.signal.aborted) setState({ key, data, fault: null, isLoading: false });
      },
      (error: unknown) => {
        if (aborting.signal.aborted) return;
        setState((before) => ({
          key,
          data: before.key === key ? before.data : null,
          fault: error as Error,
          isLoading: false,
        }));
      },
    );
    return () => aborting.abort();
  }, [key, round]);
  useEffect(() => {
    if (isSignedOut(state.fault)) setRound((before) => before + 1);
  }, [sessionBegun.value]);
  const { data, fault, isLoading } = state.key === key ? state : { data: null, fault: null, isLoading: true };
  return { data, fault, isLoading, reload: () => setRound((before) => before + 1) };
}
