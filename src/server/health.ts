/**
 * The health of the server, for `/healthz` and `/readyz`: the process runs and its store answers; and it has recovered and accepts
 * starts. A check costs one short read of the store. Strangers may ask as often as they like, so there is one check a second at
 * most, and all who ask meanwhile get its result.
 */
import type { Ports } from '../base/ports.ts';
import { atMost } from '../base/scheduler.ts';
import { reasonOf } from '../base/text.ts';
import type { Stores } from '../store/stores.ts';
import type { Health, HealthSource } from '../wire/health.ts';

export interface HealthOptions {
  readonly ports: Pick<Ports, 'clock' | 'scheduler' | 'observer'>;
  /** Reads from the store. Rejects when the store cannot be read. */
  readonly readStore: () => Promise<unknown>;
  readonly durable: {
    /** Why Standard executions cannot be changed at this time; null when they can. */
    readonly writeFault: string | null;
    /** True once the executions that were under way have been loaded. */
    readonly isRecovered: boolean;
  };
  /** Counts the lines that it lost since the start. */
  readonly log: { readonly lost: number };
}

/** The health of a server with these stores. */
export function createHealth({
  stores,
  ...options
}: Omit<HealthOptions, 'readStore'> & { readonly stores: Stores }): ServerHealth {
  return new ServerHealth({ ...options, readStore: () => stores.executions.nextWakeMs() });
}

/** Between two checks. */
const FRESH_MS = 1_000;
/** A store that takes longer does not answer. */
const PATIENCE_MS = 2_000;

export class ServerHealth implements HealthSource {
  readonly #options: HealthOptions;
  #checkedMs = Number.NEGATIVE_INFINITY;
  #checking: Promise<void> | null = null;
  /** The result of the last check; null for a store that answers. */
  #readFault: string | null = null;
  #isStopping = false;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /** From now on the server is not ready. */
  stop(): void {
    this.#isStopping = true;
  }

  async alive(): Promise<Health> {
    await this.#check();
    return this.#health(this.#readFault ?? this.#options.durable.writeFault);
  }

  async ready(): Promise<Health> {
    if (this.#isStopping) return this.#health('The server is stopping.');
    const { reason } = await this.alive();
    if (reason !== null) return this.#health(reason);
    const { isRecovered } = this.#options.durable;
    return this.#health(isRecovered ? null : 'The server is loading the executions that were under way.');
  }

  #health(reason: string | null): Health {
    return { reason, lostLogLines: this.#options.log.lost };
  }

  async #check(): Promise<void> {
    const { clock, scheduler } = this.#options.ports;
    if (this.#checking === null && clock.monotonicMs() - this.#checkedMs >= FRESH_MS) {
      this.#checking = this.#read().finally(() => {
        this.#checkedMs = clock.monotonicMs();
        this.#checking = null;
      });
    }
    if (this.#checking === null) return;
    const isLate =
      (await atMost(
        scheduler,
        PATIENCE_MS,
        this.#checking.then(() => true),
      )) === null;
    if (isLate) this.#setFault(`The store has not answered for ${PATIENCE_MS / 1000} s.`, null);
  }

  async #read(): Promise<void> {
    try {
      await this.#options.readStore();
      this.#setFault(null, null);
    } catch (error) {
      this.#setFault('The store cannot be read; the log of the server says why.', error);
    }
  }

  /** Reports the change. The reply has no details, because strangers read it. */
  #setFault(fault: string | null, error: unknown): void {
    if (this.#readFault === fault) return;
    this.#readFault = fault;
    const reason = error === null ? (fault ?? '') : reasonOf(error);
    this.#options.ports.observer.healthChanged?.({ isHealthy: fault === null, reason });
  }
}
