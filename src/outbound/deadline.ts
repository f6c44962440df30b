/** Runs one call under a time limit and under the abort signal of its caller. */
import type { Scheduler } from '../base/scheduler.ts';

import { inheritProgress } from './call-progress.ts';

export interface Timed<T> {
  readonly value: T;
  /** The time limit passed before `value` was there. */
  readonly timedOut: boolean;
}

/**
 * Calls `run` with a signal that is aborted when `outer` is, or after `limitMs`. `run` must settle soon after that. No timer
 * and no listener is left once it has settled.
 */
export async function withDeadline<T>(
  scheduler: Pick<Scheduler, 'after'>,
  outer: AbortSignal,
  limitMs: number,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<Timed<T>> {
  const inner = new AbortController();
  inheritProgress(outer, inner.signal);
  let timedOut = false;
  const onOuter = (): void => inner.abort();
  outer.addEventListener('abort', onOuter);
  if (outer.aborted) inner.abort();
  const cancel = scheduler.after(limitMs, () => {
    timedOut = true;
    inner.abort();
  });
  try {
    return { value: await run(inner.signal), timedOut };
  } finally {
    cancel();
    outer.removeEventListener('abort', onOuter);
  }
}
