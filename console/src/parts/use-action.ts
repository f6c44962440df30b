/** Runs something that a person asks for, once at a time: a double click acts once. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { isSignedOut, sessionBegun } from '../api/client.ts';

export interface Action<Arguments extends readonly unknown[]> {
  run(...values: Arguments): Promise<void>;
  readonly isBusy: boolean;
  /** Why the last run failed; null after a success, and at first. */
  readonly fault: Error | null;
  clear(): void;
}

export function useAction<Arguments extends readonly unknown[]>(
  act: (...values: Arguments) => Promise<void>,
): Action<Arguments> {
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<Error | null>(null);
  const underWay = useRef(false);
  useEffect(() => {
    // The person has signed in again, and may try again.
    if (isSignedOut(fault)) setFault(null);
  }, [sessionBegun.value]);
  return {
    isBusy,
    fault,
    clear: () => setFault(null),
    async run(...values) {
      // State changes with the next rendering, and the second click of two may come before it.
      if (underWay.current) return;
      underWay.current = true;
      setBusy(true);
      try {
        await act(...values);
        setFault(null);
      } catch (error) {
        setFault(error as Error);
      } finally {
        underWay.current = false;
        setBusy(false);
      }
    },
  };
}
