/**
 * Waits for a message store that fails, as the commit queue waits for the store of executions: a full or busy disk delays what
 * sends a message and does not fail it.
 */
import { AssertionFailure } from '../base/assert.ts';
import type { Observer } from '../base/observer.ts';
import type { Scheduler } from '../base/scheduler.ts';
import { STORE_RETRY_MAX_MS, STORE_RETRY_MIN_MS } from '../store/retries.ts';

export interface StorePatienceOptions {
  readonly scheduler: Pick<Scheduler, 'after'>;
  readonly observer: Pick<Observer, 'storeFailed' | 'storeRecovered'>;
}

export class StorePatience {
  readonly #options: StorePatienceOptions;
  #isFailing = false;

  constructor(options: StorePatienceOptions) {
    this.#options = options;
  }

  /**
   * Repeats `work` until it succeeds; it must be harmless to repeat. Resolves with null once `signal` is aborted.
   * @param waits receives the reason of each failure, and null at the end
   * @throws {AssertionFailure} a defect, which a repetition would meet again
   */
  async until<T>(
    signal: AbortSignal,
    work: () => Promise<T>,
    waits: (reason: unknown) => void = () => {},
  ): Promise<{ readonly value: T } | null> {
    for (let delayMs = STORE_RETRY_MIN_MS; !signal.aborted; delayMs = Math.min(delayMs * 2, STORE_RETRY_MAX_MS)) {
      try {
        const value = await work();
        this.#works();
        waits(null);
        return { value };
      } catch (error) {
        if (error instanceof AssertionFailure || signal.aborted) throw error;
        this.#fails(error);
        waits(error);
      }
      await pauseUnless(this.#options.scheduler, delayMs, signal);
    }
    return null;
  }

  #fails(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#options.observer.storeFailed?.({ part: 'messages', error });
  }

  #works(): void {
    if (!this.#isFailing) return;
    this.#isFailing = false;
    this.#options.observer.storeRecovered?.({ part: 'messages' });
  }
}

/** Resolves after `delayMs`, or when `signal` is aborted. */
function pauseUnless(scheduler: Pick<Scheduler, 'after'>, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = scheduler.after(delayMs, end);
    signal.addEventListener('abort', end);
  });
}
