/** Protects callers from a failing store: new requests are refused at once, requests under way after ten seconds. */
import { ApiError } from '../../api/error.ts';
import type { Ports } from '../../base/ports.ts';
import { atMost } from '../../base/scheduler.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { CommitQueue } from './commit-queue.ts';
import { NameTaken, OwnedElsewhere } from './dropped.ts';
import { nodeGone, notAccepting } from './not-accepting.ts';

/** How long a caller waits for a commit before it gets an error. */
const PATIENCE_MS = 10_000;

interface Awaited {
  readonly isBroken: boolean;
  durable(): Promise<void>;
}

export class WriteGate {
  readonly #queue: Pick<CommitQueue, 'isStopped' | 'trouble'>;
  readonly #cluster: Pick<Cluster, 'holdsLease'>;
  readonly #scheduler: Ports['scheduler'];

  constructor(
    queue: Pick<CommitQueue, 'isStopped' | 'trouble'>,
    cluster: Pick<Cluster, 'holdsLease'>,
    scheduler: Ports['scheduler'],
  ) {
    this.#queue = queue;
    this.#cluster = cluster;
    this.#scheduler = scheduler;
  }

  /** @throws {ApiError} `InternalServerError` while the store is not accepting writes of this node. */
  refuseInTrouble(): void {
    this.refuseWhenStopped();
    if (!this.#cluster.holdsLease) throw notAccepting(LAPSED);
    const { trouble } = this.#queue;
    if (trouble !== null) throw notAccepting(trouble.error);
  }

  /** @throws {ApiError} `InternalServerError` when nothing more becomes durable. */
  refuseWhenStopped(): void {
    if (this.#queue.isStopped) throw nodeGone();
  }

  /** The result of another call of the store. @throws {ApiError} `InternalServerError` for an error of the store */
  async patiently<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw error instanceof ApiError ? error : notAccepting(error);
    }
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
      const isAnswer = error instanceof ApiError || error instanceof NameTaken || error instanceof OwnedElsewhere;
      throw run.isBroken || isAnswer ? error : notAccepting(error);
    }
    if (isLate) {
      throw notAccepting(this.#queue.trouble?.error ?? `a commit is taking longer than ${PATIENCE_MS / 1000} s`);
    }
  }
}

const LAPSED = 'this node has not reached it for the length of its lease, so other nodes may have taken over its work';
