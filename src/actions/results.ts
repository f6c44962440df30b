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

/** The first `limit` characters of a text, for a cause; never splits a surrogate pair. */
export function beginning(text: string, limit = 256): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit).replace(/[\ud800-\udbff]$/, '')}…`;
}
