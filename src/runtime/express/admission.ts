/**
 * Admission of Express executions: a limit on how many run at once, and an optional rate of starts through the API (api.md 7).
 * Child flows count too. At the limit a start is refused, which a parent can retry or catch; a start that waited instead could
 * make flows block each other.
 */
import { ApiError } from '../../api/error.ts';
import { ERRORS } from '../../api/errors.ts';
import type { Clock } from '../../base/clock.ts';

export interface AdmissionLimits {
  readonly concurrentExecutions: number;
  /** Size of a token bucket, and its refill each second; null: no limit. */
  readonly startsPerSecond: number | null;
}

/** When a caller should retry while too many executions run; their ends cannot be predicted. */
const BUSY_RETRY_MS = 1_000;

export class Admission {
  running = 0;
  readonly #limits: AdmissionLimits;
  readonly #clock: Clock;
  #tokens: number;
  #filledMs: number;

  constructor(limits: AdmissionLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#tokens = limits.startsPerSecond ?? 0;
    this.#filledMs = clock.monotonicMs();
  }

  /** @throws {ApiError} `ResourceThrottled`, with the time after which to retry. */
  enter(depth: number): void {
    const { concurrentExecutions, startsPerSecond } = this.#limits;
    if (this.running >= concurrentExecutions) throw throttled(BUSY_RETRY_MS);
    if (startsPerSecond !== null && depth === 0) this.#takeToken(startsPerSecond);
    this.running++;
  }

  leave(): void {
    this.running--;
  }

  #takeToken(perSecond: number): void {
    const nowMs = this.#clock.monotonicMs();
    this.#tokens = Math.min(perSecond, this.#tokens + ((nowMs - this.#filledMs) / 1_000) * perSecond);
    this.#filledMs = nowMs;
    if (this.#tokens < 1) throw throttled(Math.ceil(((1 - this.#tokens) / perSecond) * 1_000));
    this.#tokens--;
  }
}

function throttled(retryAfterMs: number): ApiError {
  return new ApiError('ResourceThrottled', ERRORS.ResourceThrottled.message, { retryAfterMs });
}
