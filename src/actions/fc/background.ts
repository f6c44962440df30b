/**
 * Asynchronous invocations of functions that run here: accepted at once, run after the task has ended. How many and
 * how long is bounded, since nobody waits for them.
 */
import type { Clock } from '../../base/clock.ts';
import { withDeadline } from '../../outbound/deadline.ts';

const MAX_RUNNING = 1000;

/** As long as Function Compute gives a function unless its owner says more. */
const LIMIT_MS = 600_000;

export interface Background {
  /** False when too many are running. */
  start(run: (signal: AbortSignal) => Promise<unknown>): boolean;
  /** Gives up what is running. */
  close(): void;
}

export function createBackground(clock: Clock): Background {
  const closing = new AbortController();
  let running = 0;
  return {
    start(run) {
      if (running >= MAX_RUNNING || closing.signal.aborted) return false;
      running++;
      void withDeadline(clock, closing.signal, LIMIT_MS, run).finally(() => {
        running--;
      });
      return true;
    },
    close: () => closing.abort(),
  };
}
