/**
 * Who may start: a limit on executions at once and, when it is asked for, a rate of starts (api.md 7). A child flow
 * counts like any other; at the limit it is refused, which its parent can retry or catch, and never made to wait, so
 * that flows cannot block each other. The rate is for starts through the API only.
 */
import { throttled } from '../../api/error.ts';
import type { Clock } from '../../base/clock.ts';
import { TokenBucket } from '../../base/token-bucket.ts';

export interface AdmissionLimits {
  readonly concurrentExecutions: number;
  /** A token bucket of this size and refill; null: not limited. */
  readonly startsPerSecond: number | null;
}

/** How long a caller should stay away when too many executions run; when one ends cannot be known. */
const BUSY_RETRY_MS = 1_000;

export class Admission {
  running = 0;
  readonly #concurrentExecutions: number;
  readonly #clock: Clock;
  readonly #starts: TokenBucket | null;

  constructor({ concurrentExecutions, startsPerSecond: perSecond }: AdmissionLimits, clock: Clock) {
    this.#concurrentExecutions = concurrentExecutions;
    this.#clock = clock;
    this.#starts = perSecond === null ? null : new TokenBucket({ perSecond, burst: perSecond }, clock.monotonicMs());
  }

  /** @throws {ApiError} `ResourceThrottled`, with the time after which to come back. */
  enter(depth: number): void {
    if (this.running >= this.#concurrentExecutions) throw throttled(BUSY_RETRY_MS);
    if (this.#starts !== null && depth === 0) {
      const retryAfterMs = this.#starts.take(this.#clock.monotonicMs());
      if (retryAfterMs > 0) throw throttled(retryAfterMs);
    }
    this.running++;
  }

  leave(): void {
    this.running--;
  }
}
