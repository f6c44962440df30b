/**
 * Deletes ended executions that are retained no longer, and those of deleted flows: in small batches, so that other commits
 * need not wait long.
 */
import { inBackground } from '../../base/isolated.ts';
import type { Ports } from '../../base/ports.ts';
import { FenceLost } from '../../store/executions.ts';
import type { ExecutionStore } from '../../store/executions.ts';
import type { CommitQueue } from './commit-queue.ts';
import type { DurableEnd, RunListener } from './run-table.ts';
import type { SteadyClock } from './steady-clock.ts';

export interface PurgerOptions {
  readonly store: Pick<ExecutionStore, 'purge'>;
  readonly ports: Pick<Ports, 'scheduler' | 'observer'>;
  readonly clock: SteadyClock;
  readonly queue: Pick<CommitQueue, 'loseFence'>;
  readonly fence: number;
  /** How long ended executions are retained; null: for ever. */
  readonly retainMs: number | null;
}

const BATCH = 200;
const BETWEEN_BATCHES_MS = 100;
const BETWEEN_ROUNDS_MS = 10 * 60_000;
/** Delay after the deletion of a flow, within which its running executions can end. */
const SOON_MS = 1_000;

export class Purger implements RunListener {
  readonly #options: PurgerOptions;
  #cancel: (() => void) | null = null;
  #isClosed = false;

  constructor(options: PurgerOptions) {
    this.#options = options;
    this.#in(BETWEEN_ROUNDS_MS);
  }

  ended({ isFlowDeleted }: DurableEnd): void {
    if (isFlowDeleted) this.soon();
  }

  /** A flow was deleted, or an execution of a deleted flow has ended. */
  soon(): void {
    this.#in(SOON_MS);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }

  async #purge(): Promise<void> {
    const { store, ports, clock, queue, fence, retainMs } = this.#options;
    try {
      const endedBeforeMs = retainMs === null ? null : clock.steadyMs() - retainMs;
      const deleted = await store.purge(fence, endedBeforeMs, BATCH);
      if (deleted === BATCH) this.#in(BETWEEN_BATCHES_MS);
      // Without a limit of age only the deletion of a flow leaves more to delete.
      else if (retainMs !== null) this.#in(BETWEEN_ROUNDS_MS);
    } catch (error) {
      if (error instanceof FenceLost) return queue.loseFence();
      ports.observer.defect?.({ error, where: 'deleting old executions' });
      this.#in(BETWEEN_ROUNDS_MS);
    }
  }

  #in(delayMs: number): void {
    if (this.#isClosed) return;
    this.#cancel?.();
    const { scheduler, observer } = this.#options.ports;
    this.#cancel = scheduler.after(delayMs, () =>
      inBackground(observer, 'deleting old executions', () => this.#purge()),
    );
  }
}
