/**
 * The one error for a caller's fault or a failed request: made here from the table in `errors.ts`, thrown from any
 * room above, rendered in one place (`wire/`). Code, status and template are the service's (api.md 6.1, wire.md 11).
 */
import type { JsonObject } from '../base/json.ts';
import { ERRORS } from './errors.ts';
import type { ErrorCode } from './errors.ts';

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode;
  /** HTTP status. */
  readonly status: number;
  /** `x-acs-retry-after`, for a throttled call. */
  readonly retryAfterMs: number | null;
  /** The reply's `AccessDeniedDetail`. */
  readonly accessDeniedDetail: JsonObject | null;

  constructor(
    code: ErrorCode,
    message: string,
    extra: { cause?: unknown; retryAfterMs?: number; accessDeniedDetail?: JsonObject } = {},
  ) {
    super(message, extra.cause === undefined ? undefined : { cause: extra.cause });
    this.code = code;
    this.status = ERRORS[code].status;
    this.retryAfterMs = extra.retryAfterMs ?? null;
    this.accessDeniedDetail = extra.accessDeniedDetail ?? null;
  }
}

/** An error whose text is the table's template with each `%s` filled in turn. */
export function apiError(code: ErrorCode, ...values: readonly string[]): ApiError {
  let next = 0;
  return new ApiError(
    code,
    ERRORS[code].message.replace(/%s/g, () => values[next++] ?? ''),
  );
}

/** `InvalidArgument` with a text of our own, since the service's is not known (api.md 6.1). */
export function invalidArgument(message: string): ApiError {
  return new ApiError('InvalidArgument', message);
}
