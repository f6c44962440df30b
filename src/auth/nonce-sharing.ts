/**
 * Shares accepted nonces with the processes that serve together with this one, so that another one refuses a replayed request once a
 * second has passed (rules.md 3.6). Asking the others before each answer would make every call wait for them.
 *
 * A process that was alone has collected nothing. When another one joins, it passes on all that it remembers, in portions, because
 * that may be hundreds of megabytes.
 */
import type { Clock } from '../base/clock.ts';
import type { Observer } from '../base/observer.ts';
import { inBackground } from '../base/isolated.ts';
import type { Scheduler } from '../base/scheduler.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { NonceExchange } from '../cluster/nonce-exchange.ts';
import { Fingerprints, PRINT_BYTES } from './fingerprints.ts';
import type { NonceStore } from './nonces.ts';

/** A nonce waits for an exchange at each end, so two of these and the time of the exchanges are less than a second. */
const EXCHANGE_MS = 350;
/** Bytes of one portion of what was remembered before, which another process reads in about two milliseconds. */
const PORTION_BYTES = 256 * 1024;
/** Most bytes that wait for an exchange that fails again and again; the oldest are dropped, each as a whole. */
const WAITING_BYTES = 1_400_000 * PRINT_BYTES;

export interface NonceSharingOptions {
  readonly exchange: NonceExchange;
  readonly cluster: Pick<Cluster, 'size'>;
  /** True if the others know all that this process remembers now, so only what comes later has to be passed on. */
  readonly isNew?: boolean;
  readonly ports: {
    readonly clock: Pick<Clock, 'nowMs'>;
    readonly scheduler: Pick<Scheduler, 'after'>;
    readonly observer: Pick<Observer, 'defect'>;
  };
}

export class NonceSharing {
  readonly #nonces: NonceStore;
  readonly #options: NonceSharingOptions;
  /** The shard to continue with; null: all that was remembered before has been passed on. */
  #backlog: number | null = null;
  /** Batches whose exchange failed. */
  #failed: Uint8Array[] = [];
  #isBusy = false;
  #isClosed = false;
  #cancel: () => void;

  /** Begins to share. */
  constructor(nonces: NonceStore, options: NonceSharingOptions) {
    this.#nonces = nonces;
    this.#options = options;
    if (options.isNew === true) nonces.collected = new Fingerprints();
    this.#cancel = this.#later();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
    this.#nonces.collected = null;
  }

  #later(delayMs = EXCHANGE_MS): () => void {
    const { scheduler, observer } = this.#options.ports;
    return scheduler.after(delayMs, () => {
      this.#cancel = this.#later();
      if (!this.#isBusy) inBackground(observer, 'the exchange of nonces', () => this.#round());
    });
  }

  #soon(): void {
    if (this.#isClosed) return;
    this.#cancel();
    this.#cancel = this.#later(0);
  }

  async #round(): Promise<void> {
    const own = this.#take();
    if (own === null) return;
    let bytes = 0;
    for (const batch of await this.#exchange(own)) {
      this.#nonces.learn(batch, this.#options.ports.clock.nowMs());
      bytes += batch.length;
    }
    // There may be more: this process has just joined, and learns those that the others have shared before.
    if (bytes >= PORTION_BYTES) this.#soon();
  }

  /** The batches of the others. If the exchange fails, the next one passes the same fingerprints on. */
  async #exchange(own: Uint8Array): Promise<readonly Uint8Array[]> {
    this.#isBusy = true;
    try {
      return await this.#options.exchange.exchange(own);
    } catch {
      // The beats of the node report that the store or the main process does not answer.
      this.#failed = [own];
      return [];
    } finally {
      this.#isBusy = false;
    }
  }

  /** The fingerprints to pass on; null while this process is alone. */
  #take(): Uint8Array | null {
    const nonces = this.#nonces;
    if (this.#options.cluster.size === 1) {
      nonces.collected = null;
      this.#failed = [];
      return null;
    }
    if (nonces.collected === null) {
      nonces.collected = new Fingerprints();
      this.#backlog = 0;
    }
    const { collected } = nonces;
    if (this.#backlog !== null) {
      this.#backlog = nonces.copy(this.#backlog, collected, PORTION_BYTES, this.#options.ports.clock.nowMs());
    }
    const taken = Buffer.concat([...this.#failed, collected.take()]);
    this.#failed = [];
    return taken.subarray(Math.max(0, taken.length - WAITING_BYTES));
  }
}
