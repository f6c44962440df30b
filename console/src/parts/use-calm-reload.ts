/** Loads a resource again after changes that may come all the time. */
import { useEffect, useRef } from 'preact/hooks';

const PAUSE_MS = 1_000;

/** Calls `reload` when `value` differs from the one at the last call, but not while it is loading, and once a second at most. */
export function useCalmReload(
  value: string | number,
  { isLoading, reload }: { readonly isLoading: boolean; readonly reload: () => void },
): void {
  const latest = useRef(reload);
  latest.current = reload;
  const last = useRef({ value, atMs: Number.NEGATIVE_INFINITY });
  useEffect(() => {
    if (isLoading || last.current.value === value) return;
    const timer = setTimeout(
      () => {
        last.current = { value, atMs: performance.now() };
        latest.current();
      },
      Math.max(0, last.current.atMs + PAUSE_MS - performance.now()),
    );
    return () => clearTimeout(timer);
  }, [value, isLoading]);
}
