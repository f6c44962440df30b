/**
 * Who may start: a limit on executions at once and, when it is asked for, a rate of starts (api.md 7). A child flow
 * counts like any other; at the limit it is refused, which its parent can retry or catch, and never made to wait, so
 * that flows cannot block each other. The rate is for starts through the API only.
 */
import { ApiError } from '../../api/error.ts';
import { ERRORS } from '../../api/errors.ts';
import type { Clock } from '../../base/clock.ts';

export interface AdmissionLimits {
  readonly concurrentExecutions: number;
  /** A token bucket of this size and refill; null: not limited. */
  readonly startsPerSecond: number | null;
}

/** How long a caller should stay away when too many executions run; when one ends cannot be known. */
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

  /** @throws {ApiError} `ResourceThrottled`, with the time after which to come back. */
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
