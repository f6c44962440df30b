/** The two ends of a task, written short. */
import type { JsonValue } from '../base/json.ts';
import type { TaskResult } from './action.ts';

/** The task succeeded with `output`. */
export function succeeded(output: JsonValue): TaskResult {
  return { ok: true, output };
}

/** The task failed: `error` is what Retry and Catch match, `cause` is a sentence for a person. */
export function failed(error: string, cause: string): TaskResult {
  return { ok: false, error, cause };
}
