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
  tokens: number;
  filledMs: number;
}

/** @param rate tokens a second and the size of a bucket; null: every call is admitted. */
export function createOperationRate(
  clock: Pick<Clock, 'monotonicMs'>,
  rate: { readonly perSecond: number; readonly burst: number } | null,
): OperationRate {
  if (rate === null) return { admit() {} };
  const buckets = new Map<string, Bucket>();
  return {
    admit(action) {
      const nowMs = clock.monotonicMs();
      const bucket = buckets.get(action) ?? { tokens: rate.burst, filledMs: nowMs };
      buckets.set(action, bucket);
      bucket.tokens = Math.min(rate.burst, bucket.tokens + ((nowMs - bucket.filledMs) * rate.perSecond) / 1000);
      bucket.filledMs = nowMs;
      if (bucket.tokens < 1) {
        const retryAfterMs = Math.ceil(((1 - bucket.tokens) * 1000) / rate.perSecond);
        throw new ApiError('ResourceThrottled', ERRORS.ResourceThrottled.message, { retryAfterMs });
      }
      bucket.tokens -= 1;
    },
  };
}
