/**
 * The one error for a caller's fault or a failed request. Any room above makes it from the table in `errors.ts` and throws it;
 * `wire/` alone renders it. Code, status and template are the service's (rules.md 4.4).
 */
import type { JsonObject } from '../base/json.ts';
import { ERRORS } from './errors.ts';
import type { ErrorCode, ErrorValues } from './errors.ts';

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

/** An error with the message of the table: each `%s` of the template is replaced by the next value. */
export function apiError<Code extends ErrorCode>(code: Code, ...values: ErrorValues<Code>): ApiError {
  // The type is a tuple that depends on the code; here any list of texts will do.
  const texts: readonly string[] = values;
  let next = 0;
  return new ApiError(
    code,
    ERRORS[code].message.replace(/%s/g, () => texts[next++] ?? ''),
  );
}

/**
 * The error for a caller: an `ApiError` was written for callers and says more than the table; in place of any other there is
 * `InternalServerError`, because the reason of an unexpected failure is for the log.
 */
export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError('InternalServerError', ERRORS.InternalServerError.message);
}

/** `InvalidArgument` with a text of our own, because the service's texts are not known (rules.md 4.4). */
export function invalidArgument(message: string): ApiError {
  return new ApiError('InvalidArgument', message);
}

/**
 * `ResourceThrottled` with the time after which the caller may try again. The service's text is the beginning of the message.
 * @param limit a sentence that names the setting and its value; none for a limit that no setting changes
 */
export function throttled(retryAfterMs: number, limit = ''): ApiError {
  const { message } = ERRORS.ResourceThrottled;
  return new ApiError('ResourceThrottled', limit === '' ? message : `${message} ${limit}`, { retryAfterMs });
}

/** When a caller should retry while executions hold too much memory; their ends cannot be predicted. */
const MEMORY_RETRY_MS = 1_000;

/** `ResourceThrottled` while executions hold as much memory as they may (rules.md 12.17). */
export function memoryThrottled(): ApiError {
  const message =
    'The executions under way hold as much memory as they may (limits.executionMemory). Retry when some have ended.';
  return new ApiError('ResourceThrottled', message, { retryAfterMs: MEMORY_RETRY_MS });
}

/** `ActionNotSupported` for a flow, or an execution, of a mode that the action does not have. */
export function modeNotSupported(mode: 'Express' | 'Standard'): ApiError {
  return new ApiError('ActionNotSupported', `${mode} execution is not supported`);
}
