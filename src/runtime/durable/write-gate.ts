/** Protects callers from a failing store: new requests are refused at once, requests under way after ten seconds. */
import { ApiError } from '../../api/error.ts';
import type { Ports } from '../../base/ports.ts';
import { atMost } from '../../base/scheduler.ts';
import { reasonOf } from '../../base/text.ts';
import type { CommitQueue } from './commit-queue.ts';

/** How long a caller waits for a commit before it gets an error. */
const PATIENCE_MS = 10_000;

interface Awaited {
  readonly isBroken: boolean;
  durable(): Promise<void>;
}

export class WriteGate {
  readonly #queue: Pick<CommitQueue, 'isStopped' | 'trouble'>;
  readonly #scheduler: Ports['scheduler'];

  constructor(queue: Pick<CommitQueue, 'isStopped' | 'trouble'>, scheduler: Ports['scheduler']) {
    this.#queue = queue;
    this.#scheduler = scheduler;
  }

  /** @throws {ApiError} `InternalServerError` while the store is not accepting writes. */
  refuseInTrouble(): void {
    if (this.#queue.isStopped) throw notAccepting('another server has taken it over, or this one is stopping');
    const { trouble } = this.#queue;
    if (trouble !== null) throw notAccepting(trouble.error);
  }

  /**
   * Resolves when all decisions of the run are durable.
   * @throws {ApiError} `InternalServerError` when that takes too long; the request may still take effect. A defect rejects.
   */
  async durable(run: Awaited): Promise<void> {
    let isLate: boolean;
    try {
      isLate = (await atMost(this.#scheduler, PATIENCE_MS, run.durable())) === null;
    } catch (error) {
      throw run.isBroken || error instanceof ApiError ? error : notAccepting(error);
    }
    if (isLate) {
      throw notAccepting(this.#queue.trouble?.error ?? `a commit is taking longer than ${PATIENCE_MS / 1000} s`);
    }
  }
}

function notAccepting(error: unknown): ApiError {
  const message = `The store is not accepting writes (${reasonOf(error)}). Retry; the request may already have taken effect.`;
  return new ApiError('InternalServerError', message, { cause: error });
}
