/**
 * When code runs, as a port: timers, the next turn of the event loop, and work outside the event loop. The engine calls
 * `setTimeout` and `setImmediate` only here, so virtual time in a test knows all pending work and advances only when none can
 * run.
 */
import { isolated } from './isolated.ts';
import type { Observer } from './observer.ts';

/** The port. */
export interface Scheduler {
  /** Calls `wake` once, `delayMs` from now on the monotonic clock; `delayMs` is below 2^31. The result cancels the call. */
  after(delayMs: number, wake: () => void): () => void;
  /** Calls `work` in the next turn of the event loop, after the callbacks of this one. */
  soon(work: () => void): void;
  /** Returns `work`, which another thread or the disk carries out. Virtual time waits for it. */
  outside<T>(work: Promise<T>): Promise<T>;
}

/** The event loop of this process. */
export const systemScheduler: Scheduler = {
  after(delayMs, wake) {
    const timer = setTimeout(wake, delayMs);
    return () => clearTimeout(timer);
  },
  soon(work) {
    setImmediate(work);
  },
  outside: (work) => work,
};

/**
 * The last net below the event loop: reports what a callback of the scheduler throws, and the event loop continues. The parts of
 * the engine have nets of their own, which know whose work it was; this one catches what they have missed.
 */
export function guardedScheduler(scheduler: Scheduler, observer: Pick<Observer, 'defect'>): Scheduler {
  return {
    after: (delayMs, wake) => scheduler.after(delayMs, () => isolated(observer, 'a timer', wake)),
    soon: (work) => scheduler.soon(() => isolated(observer, 'a turn of the event loop', work)),
    outside: (work) => scheduler.outside(work),
  };
}

/** Resolves after `delayMs`. */
export function pause(scheduler: Pick<Scheduler, 'after'>, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    scheduler.after(delayMs, resolve);
  });
}

/** Resolves with the result of `work`, or with null when `limitMs` pass first. */
export async function atMost<T>(
  scheduler: Pick<Scheduler, 'after'>,
  limitMs: number,
  work: Promise<T>,
): Promise<T | null> {
  let cancel = (): void => {};
  const late = new Promise<null>((resolve) => {
    cancel = scheduler.after(limitMs, () => resolve(null));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}
