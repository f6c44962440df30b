/**
 * Runs something that a person asks for, once at a time. A double click acts once, also when the first click has acted before the
 * second one comes, and when the first one has opened a dialog whose button is then under the pointer.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { isSignedOut, sessionBegun } from '../api/client.ts';

export interface Action<Arguments extends readonly unknown[]> {
  run(...values: Arguments): Promise<void>;
  readonly isBusy: boolean;
  /** Why the last run failed; null after a success, and at first. */
  readonly fault: Error | null;
  clear(): void;
}

/** Whether a run is asked for by the second click of a double click, or a later one. */
function isSecondClick(): boolean {
  return clicks > 1;
}

/** How often the button of the mouse was pressed in a row, by the last click; 0 after a key, and for a click by a key or a program. */
let clicks = 0;
document.addEventListener('click', (event) => (clicks = event.detail), { capture: true });
document.addEventListener('keydown', () => (clicks = 0), { capture: true });

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
      if (underWay.current || isSecondClick()) return;
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
