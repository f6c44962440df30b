/**
 * Admission of Express executions: a limit on how many run at once, one on the memory that executions hold, and an optional rate of starts through the API (rules.md 4.6).
 * Child flows count too. At the limit a start is refused, which a parent can retry or catch; a start that waited instead could
 * make flows block each other.
 */
import { memoryThrottled, throttled } from '../../api/error.ts';
import type { Clock } from '../../base/clock.ts';
import type { MemoryBudget } from '../../base/memory-budget.ts';
import { TokenBucket } from '../../base/token-bucket.ts';
import type { StartOrigin } from '../start-origin.ts';

export interface AdmissionLimits {
  readonly concurrentExecutions: number;
  /** Size of a token bucket, and its refill each second; null: no limit. */
  readonly startsPerSecond: number | null;
}

/** When a caller should retry while too many executions run; their ends cannot be predicted. */
const BUSY_RETRY_MS = 1_000;

export class Admission {
  running = 0;
  readonly #concurrentExecutions: number;
  readonly #clock: Clock;
  readonly #memory: MemoryBudget;
  readonly #startsPerSecond: number | null;
  readonly #starts: TokenBucket | null;

  constructor(
    { concurrentExecutions, startsPerSecond: perSecond }: AdmissionLimits,
    clock: Clock,
    memory: MemoryBudget,
  ) {
    this.#concurrentExecutions = concurrentExecutions;
    this.#clock = clock;
    this.#memory = memory;
    this.#startsPerSecond = perSecond;
    this.#starts = perSecond === null ? null : new TokenBucket({ perSecond, burst: perSecond }, clock.monotonicMs());
  }

  /** @throws {ApiError} `ResourceThrottled`, with the time after which to retry. */
  enter(origin: StartOrigin, inputUnits: number): void {
    if (this.running >= this.#concurrentExecutions) throw throttled(BUSY_RETRY_MS, this.#busy());
    if (this.#memory.refusesStart(origin.from === 'api', inputUnits)) throw memoryThrottled();
    if (this.#starts !== null && origin.from === 'api') {
      const retryAfterMs = this.#starts.take(this.#clock.monotonicMs());
      if (retryAfterMs > 0) throw throttled(retryAfterMs, this.#fast());
    }
    this.running++;
  }

  #busy(): string {
    return `${this.#concurrentExecutions} Express executions are running, the limit (limits.concurrentExecutions).`;
  }

  #fast(): string {
    return `The limit is ${this.#startsPerSecond} starts of Express executions in a second (limits.startsPerSecond).`;
  }

  leave(): void {
    this.running--;
  }
}
