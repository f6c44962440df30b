/** A refused start of a child flow, as the failure of its task. */
import type { TaskCall, TaskResult } from '../../actions/action.ts';
import { ApiError } from '../../api/error.ts';

type Refused = Extract<TaskResult, { ok: false }>;

/** The answer to an aborted call, which the driver ignores. */
export const ABORTED: TaskResult = { ok: false, error: 'FNF.Aborted', cause: 'The call was aborted.' };

/** The product is spelled as in the definition: classic flows write `fnf:StartExecution` and catch `fnf.…` (rules.md 10.18). */
export function refused({ action }: Pick<TaskCall, 'action'>, code: string, cause: string): Refused {
  return { ok: false, error: `${action.slice(0, action.indexOf(':'))}.${code}`, cause };
}

/** Executions wait for one another deeper than the settings allow. */
export class CallDepthExceeded extends Error {
  override readonly name = 'CallDepthExceeded';
}

/** The started child, or the refusal as a task failure. Rejects with any other error, which is a defect. */
export async function orRefusal<T>(
  call: TaskCall,
  start: Promise<T>,
): Promise<{ readonly ok: true; readonly child: T } | Refused> {
  try {
    return { ok: true, child: await start };
  } catch (error) {
    if (error instanceof ApiError) return refused(call, error.code, error.message);
    if (error instanceof CallDepthExceeded) return refused(call, 'CallDepthExceeded', error.message);
    throw error;
  }
}
