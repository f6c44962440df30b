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

/** @param rate tokens a second and the size of a bucket; null: every call is admitted. */
export function createOperationRate(
  clock: Pick<Clock, 'monotonicMs'>,
  rate: { readonly perSecond: number; readonly burst: number } | null,
): OperationRate {
  if (rate === null) return { admit() {} };
  const buckets = new Map<string, Bucket>();
  const full = rate.burst * 1000;
  return {
    admit(action) {
      const nowMs = clock.monotonicMs();
      const bucket = buckets.get(action) ?? { millitokens: full, filledMs: nowMs };
      buckets.set(action, bucket);
      bucket.millitokens = Math.min(full, bucket.millitokens + (nowMs - bucket.filledMs) * rate.perSecond);
      bucket.filledMs = nowMs;
      if (bucket.millitokens < 1000) {
        const retryAfterMs = Math.ceil((1000 - bucket.millitokens) / rate.perSecond);
        throw new ApiError('ResourceThrottled', ERRORS.ResourceThrottled.message, { retryAfterMs });
      }
      bucket.millitokens -= 1000;
    },
  };
}
