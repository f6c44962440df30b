/** Loads a resource again when a value changes, without hiding what it shows. */
import { useEffect, useRef } from 'preact/hooks';

/** Calls `reload` when `value` differs from the one before; not at first. */
export function useReloadOn(value: string | number, reload: () => void): void {
  const before = useRef(value);
  const latest = useRef(reload);
  latest.current = reload;
  useEffect(() => {
    if (before.current === value) return;
    before.current = value;
    latest.current();
  }, [value]);
}
