/** Why an execution of a schedule has not started, and what follows from it. */
import { ApiError } from '../api/error.ts';
import { reasonOf } from '../base/text.ts';
import { RunBroke } from '../runtime/run-broke.ts';

export type Refusal =
  /** Not now: limits, memory, or a store in trouble. Tried again. */
  | 'later'
  /** The schedule or its flow is gone, or another start has taken the due time. Nothing is left to do. */
  | 'gone'
  /** It cannot start: the definition is refused by this version, the name is taken, or a defect. The due time is skipped. */
  | 'never';

const GONE: readonly string[] = ['FlowNotExists', 'ExecutionNotExists'];
const LATER: readonly string[] = ['ResourceThrottled', 'InternalServerError'];

export function refusalOf(error: unknown): Refusal {
  if (error instanceof RunBroke) return 'never';
  if (!(error instanceof ApiError) || LATER.includes(error.code)) return 'later';
  return GONE.includes(error.code) ? 'gone' : 'never';
}

/** The reason, for people. */
export function refusalReason(error: unknown): string {
  return error instanceof ApiError ? `${error.code}: ${error.message}` : reasonOf(error);
}
