/** The two ends of a task, written short. */
import type { JsonValue } from '../base/json.ts';
import type { TaskResult } from './action.ts';

/** The task succeeded with `output`. */
export function succeeded(output: JsonValue): TaskResult {
  return { ok: true, output };
}

export type FailedTask = Extract<TaskResult, { readonly ok: false }>;

/** The task failed: Retry and Catch match `error`, and people read `cause`. */
export function failed(error: string, cause: string): FailedTask {
  return { ok: false, error, cause };
}
