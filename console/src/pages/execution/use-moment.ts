/** The moment up to which open bars are drawn: now, while the execution runs; the end of it, once it has ended. */
import { serverAheadMs } from '../../app/clock.ts';
import { useNow } from '../../parts/time.tsx';
import type { History } from './model/history.ts';

/** Never before the last event, also with a browser whose clock is off. Milliseconds since 1970, by the server's clock. */
export function useMoment(history: History): number {
  const hasEnded = history.end !== 0;
  const now = useNow(!hasEnded) + serverAheadMs.value;
  return hasEnded ? history.lastMs : Math.max(history.lastMs, now);
}
