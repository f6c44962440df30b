/**
 * Admission of Express executions: a limit on how many run at once, one on the memory that executions hold, and an optional rate of
 * starts through the API (rules.md 4.6). The processes that serve together share the first and the last. Child flows count too. At the limit a start is refused, which a parent can retry or catch; a start that waited instead could
 * make flows block each other.
 */
import { memoryThrottled, throttled } from '../../api/error.ts';
import type { Clock } from '../../base/clock.ts';
import type { MemoryBudget } from '../../base/memory-budget.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { CountShare, RateShare } from '../../cluster/limit-share.ts';
import type { StartOrigin } from '../start-origin.ts';
import { NoLease } from './no-lease.ts';

export interface AdmissionLimits {
  readonly concurrentExecutions: number;
  /** Size of a token bucket, and its refill each second; null: no limit. */
  readonly startsPerSecond: number | null;
}

/** When a caller should retry while too many executions run; their ends cannot be predicted. */
const BUSY_RETRY_MS = 1_000;

export class Admission {
  running = 0;
  readonly #concurrent: CountShare;
  readonly #clock: Clock;
  readonly #memory: MemoryBudget;
  readonly #cluster: Pick<Cluster, 'holdsLease'>;
  readonly #starts: RateShare | null;

  constructor(
    { concurrentExecutions, startsPerSecond: perSecond }: AdmissionLimits,
    clock: Clock,
    memory: MemoryBudget,
    cluster: Pick<Cluster, 'size' | 'rank' | 'holdsLease'>,
    callers: Pick<Cluster, 'size'> = cluster,
  ) {
    this.#concurrent = new CountShare(concurrentExecutions, cluster);
    this.#clock = clock;
    this.#memory = memory;
    this.#cluster = cluster;
    this.#starts =
      perSecond === null ? null : new RateShare({ perSecond, burst: perSecond }, callers, clock.monotonicMs());
  }

  /**
   * @throws {ApiError} `ResourceThrottled`, with the time after which to retry; {@link NoLease}
   */
  enter(origin: StartOrigin, inputUnits: number): void {
    // An item of a Map run has its text from the execution, which others cannot change.
    if (!this.#cluster.holdsLease && origin.from !== 'map') throw new NoLease();
    if (this.running >= this.#concurrent.own) throw throttled(BUSY_RETRY_MS, busy(this.#concurrent));
    if (this.#memory.refusesStart(origin.from === 'api', inputUnits)) throw memoryThrottled();
    if (this.#starts !== null && origin.from === 'api') {
      const retryAfterMs = this.#starts.take(this.#clock.monotonicMs());
      if (retryAfterMs > 0) throw throttled(retryAfterMs, fast(this.#starts));
    }
    this.running++;
  }

  leave(): void {
    this.running--;
  }
}

function busy({ whole, own, note }: CountShare): string {
  if (own === whole) return `${whole} Express executions are running, the limit (limits.concurrentExecutions).`;
  return `The limit is ${whole} running Express executions (limits.concurrentExecutions).${note}`;
}

function fast({ whole, note }: RateShare): string {
  return `The limit is ${whole.perSecond} starts of Express executions in a second (limits.startsPerSecond).${note}`;
}
