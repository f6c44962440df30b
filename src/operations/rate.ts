/**
 * The rate of calls: a token bucket for each operation, as the service has them (rules.md 4.6), which the processes that serve
 * together share. Off unless the settings ask for it.
 */
import { throttled } from '../api/error.ts';
import type { Clock } from '../base/clock.ts';
import type { TokenRate } from '../base/token-bucket.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { RateShare } from '../cluster/limit-share.ts';

export interface OperationRate {
  /** Takes a token. @throws {ApiError} `ResourceThrottled`, with the time until there is one. */
  admit(action: string): void;
}

/** Null: every call is admitted. */
type Rate = TokenRate | null;

/** @param own operations with a rate of their own; `rate` is that of each other operation. */
export function createOperationRate(
  clock: Pick<Clock, 'monotonicMs'>,
  cluster: Pick<Cluster, 'size'>,
  rate: Rate,
  own: readonly { readonly operation: string; readonly rate: Rate }[] = [],
): OperationRate {
  const rates = new Map(own.map((each) => [each.operation, each.rate]));
  const buckets = new Map<string, RateShare>();
  return {
    admit(action) {
      const limit = rates.has(action) ? rates.get(action) : rate;
      if (limit === null || limit === undefined) return;
      const nowMs = clock.monotonicMs();
      let bucket = buckets.get(action);
      if (bucket === undefined) {
        bucket = new RateShare(limit, cluster, nowMs);
        buckets.set(action, bucket);
      }
      const retryAfterMs = bucket.take(nowMs);
      if (retryAfterMs > 0) throw throttled(retryAfterMs, limitText(action, bucket, rates.has(action)));
    },
  };
}

function limitText(action: string, { whole, note }: RateShare, isOwn: boolean): string {
  const { perSecond, burst } = whole;
  const setting = isOwn ? `limits.operationRates.${action}` : 'limits.operationsPerSecond and limits.operationsBurst';
  return `The limit is ${perSecond} ${perSecond === 1 ? 'call' : 'calls'} of ${action} in a second after ${burst} at once (${setting}).${note}`;
}
