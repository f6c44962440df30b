/**
 * Early answers (rules.md 2.9): after a call has been under way for a while, its answer begins with white space, one
 * character a second, so that clients with a timeout for silent connections continue to wait.
 *
 * One coarse timer is shared by all calls under way; a call that is answered quickly costs two changes of a set and no timer.
 * Both sets are in the order of due times, because all waiters of a set wait for the same time.
 */
import { isolated } from '../../base/isolated.ts';
import type { Ports } from '../../base/ports.ts';

const REPEAT_MS = 1000;
const COARSEST_TICK_MS = 250;

/** A call under way. */
export interface Waiter {
  /** On the monotonic clock; set by {@link EarlyAnswers}. */
  dueMs: number;
  /** Sends white space, and the head of the answer before the first; false when the caller has hung up. */
  sendSpace(): boolean;
}

export class EarlyAnswers {
  readonly #ports: Pick<Ports, 'clock' | 'scheduler' | 'observer'>;
  readonly #afterMs: number;
  readonly #tickMs: number;
  readonly #silent = new Set<Waiter>();
  readonly #begun = new Set<Waiter>();
  #cancelTick: (() => void) | null = null;

  constructor(ports: Pick<Ports, 'clock' | 'scheduler' | 'observer'>, afterMs: number) {
    this.#ports = ports;
    this.#afterMs = afterMs;
    this.#tickMs = Math.max(1, Math.min(COARSEST_TICK_MS, afterMs / 4));
  }

  add(waiter: Waiter): void {
    waiter.dueMs = this.#ports.clock.monotonicMs() + this.#afterMs;
    this.#silent.add(waiter);
    this.#cancelTick ??= this.#ports.scheduler.after(this.#tickMs, () => this.#tick());
  }

  /** Must be called before the answer itself is sent. */
  remove(waiter: Waiter): void {
    if (!this.#silent.delete(waiter)) this.#begun.delete(waiter);
  }

  stop(): void {
    this.#cancelTick?.();
    this.#cancelTick = null;
    this.#silent.clear();
    this.#begun.clear();
  }

  #tick(): void {
    const { clock, observer } = this.#ports;
    const nowMs = clock.monotonicMs();
    for (const waiters of [this.#begun, this.#silent]) {
      for (const waiter of waiters) {
        if (waiter.dueMs > nowMs) break;
        waiters.delete(waiter);
        isolated(observer, 'an answer that begins early', () => {
          if (!waiter.sendSpace()) return;
          waiter.dueMs = nowMs + REPEAT_MS;
          this.#begun.add(waiter);
        });
      }
    }
    const idle = this.#silent.size === 0 && this.#begun.size === 0;
    this.#cancelTick = idle ? null : this.#ports.scheduler.after(this.#tickMs, () => this.#tick());
  }
}
