/** The errors of callers whose request this node cannot make durable now. */
import { ApiError } from '../../api/error.ts';
import { reasonOf } from '../../base/text.ts';

export function notAccepting(error: unknown): ApiError {
  const message = `The store is not accepting writes (${reasonOf(error)}). Retry; the request may already have taken effect.`;
  return new ApiError('InternalServerError', message, { cause: error });
}

/** Nothing of this node becomes durable any more, and what is in its memory says nothing about an execution. */
export function nodeGone(): ApiError {
  return notAccepting('this node has lost its place in it, or is stopping');
}
