/** Deletes ended executions that nobody can ask for any more, a few at a time, between everything else. */
import type { Clock } from '../../base/clock.ts';
import type { ExecutionStore } from '../../store/executions.ts';

export interface PurgerOptions {
  readonly store: Pick<ExecutionStore, 'purge'>;
  readonly clock: Clock;
  /** How long ended executions are kept; null: for ever. */
  readonly keepMs: number | null;
  readonly fence: number;
  readonly onError: (error: unknown) => void;
}

const BATCH = 200;
const BETWEEN_BATCHES_MS = 100;
const BETWEEN_ROUNDS_MS = 10 * 60_000;
/** A flow that was deleted: what runs of it gets a moment to end. */
const SOON_MS = 1_000;

export class Purger {
  readonly #options: PurgerOptions;
  #cancel: (() => void) | null = null;
  #closed = false;

  constructor(options: PurgerOptions) {
    this.#options = options;
    this.#in(BETWEEN_ROUNDS_MS);
  }

  /** There is something to delete. */
  soon(): void {
    this.#in(SOON_MS);
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  async #purge(): Promise<void> {
    const { store, clock, keepMs, fence, onError } = this.#options;
    try {
      const deleted = await store.purge(fence, keepMs === null ? null : clock.nowMs() - keepMs, BATCH);
      if (deleted === BATCH) this.#in(BETWEEN_BATCHES_MS);
      // Without a limit of age there is nothing to delete before another flow is.
      else if (keepMs !== null) this.#in(BETWEEN_ROUNDS_MS);
    } catch (error) {
      onError(error);
      this.#in(BETWEEN_ROUNDS_MS);
    }
  }

  #in(delayMs: number): void {
    if (this.#closed) return;
    this.#cancel?.();
    this.#cancel = this.#options.clock.after(delayMs, () => void this.#purge());
  }
}
