/** Errors that cross from one process of a server to another: the API's errors whole, any other with what its log line needs. */
import { ApiError } from '../api/error.ts';
import type { ErrorCode } from '../api/errors.ts';
import type { JsonObject } from '../base/json.ts';
import { reasonOf } from '../base/text.ts';

/** An error as data. */
export interface ErrorText {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly cause: ErrorText | null;
  /** Null: no error of the API. */
  readonly api: {
    readonly code: ErrorCode;
    readonly retryAfterMs: number | null;
    readonly accessDeniedDetail: JsonObject | null;
  } | null;
}

/** An error of another process that is none of the API: a defect, or a store that fails. Its stack is that of the other process. */
export class RemoteError extends Error {
  override readonly name: string;

  constructor({ name, message, stack, cause }: ErrorText) {
    super(message, cause === null ? undefined : { cause: errorOf(cause) });
    this.name = name;
    this.stack = stack;
  }
}

export function errorText(error: unknown): ErrorText {
  if (!(error instanceof Error)) return { name: 'Error', message: reasonOf(error), stack: '', cause: null, api: null };
  const { name, message, stack = '', cause } = error;
  const facts = { name, message, stack, cause: cause === undefined ? null : errorText(cause) };
  if (!(error instanceof ApiError)) return { ...facts, api: null };
  const { code, retryAfterMs, accessDeniedDetail } = error;
  return { ...facts, api: { code, retryAfterMs, accessDeniedDetail } };
}

export function errorOf(text: ErrorText): Error {
  if (text.api === null) return new RemoteError(text);
  const { code, retryAfterMs, accessDeniedDetail } = text.api;
  return new ApiError(code, text.message, {
    ...(text.cause !== null && { cause: errorOf(text.cause) }),
    ...(retryAfterMs !== null && { retryAfterMs }),
    ...(accessDeniedDetail !== null && { accessDeniedDetail }),
  });
}
