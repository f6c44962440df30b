/**
 * The rate of calls of one operation: a token bucket for each, as the service has them (api.md 7). Off unless the
 * settings ask for it.
 */
import { ApiError } from '../api/error.ts';
import { ERRORS } from '../api/errors.ts';
import type { Clock } from '../base/clock.ts';

export interface OperationRate {
  /** Takes a token. @throws {ApiError} `ResourceThrottled`, with the time until there is one. */
  admit(action: string): void;
}

interface Bucket {
  /** In thousandths of a token, so that whole milliseconds add whole numbers. */
  millitokens: number;
  filledMs: number;
}

/** Tokens a second and the size of a bucket; null: every call is admitted. */
type Rate = { readonly perSecond: number; readonly burst: number } | null;

/** @param own operations that have a rate of their own; `rate` is that of each other one. */
export function createOperationRate(
  clock: Pick<Clock, 'monotonicMs'>,
  rate: Rate,
  own: readonly { readonly operation: string; readonly rate: Rate }[] = [],
): OperationRate {
  const rates = new Map(own.map((each) => [each.operation, each.rate]));
  const buckets = new Map<string, Bucket>();
  return {
    admit(action) {
      const limit = rates.has(action) ? rates.get(action) : rate;
      if (limit === null || limit === undefined) return;
      const full = limit.burst * 1000;
      const nowMs = clock.monotonicMs();
      const bucket = buckets.get(action) ?? { millitokens: full, filledMs: nowMs };
      buckets.set(action, bucket);
      bucket.millitokens = Math.min(full, bucket.millitokens + (nowMs - bucket.filledMs) * limit.perSecond);
      bucket.filledMs = nowMs;
      if (bucket.millitokens < 1000) {
        const retryAfterMs = Math.ceil((1000 - bucket.millitokens) / limit.perSecond);
        throw new ApiError('ResourceThrottled', ERRORS.ResourceThrottled.message, { retryAfterMs });
      }
      bucket.millitokens -= 1000;
    },
  };
}
