/** Runs something under a signal that is aborted by an outer one or by time, whichever is first. */
import type { Clock } from '../base/clock.ts';

export interface Timed<T> {
  readonly value: T;
  /** The time ran out before `value` was there. */
  readonly timedOut: boolean;
}

/** `run` must settle soon after its signal is aborted; nothing is left behind when it has. */
export async function withDeadline<T>(
  clock: Clock,
  outer: AbortSignal,
  limitMs: number,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<Timed<T>> {
  const inner = new AbortController();
  let timedOut = false;
  const onOuter = (): void => inner.abort();
  outer.addEventListener('abort', onOuter);
  if (outer.aborted) inner.abort();
  const cancel = clock.after(limitMs, () => {
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
