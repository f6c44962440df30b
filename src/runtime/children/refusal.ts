/** A child start that is refused, as the failure of its task. */
import type { TaskCall, TaskResult } from '../../actions/action.ts';
import { ApiError } from '../../api/error.ts';

type Refused = Extract<TaskResult, { ok: false }>;

/** The failure of a task whose start was given up, which no one looks at. */
export const GIVEN_UP: TaskResult = { ok: false, error: 'FNF.Aborted', cause: 'The call was given up.' };

/** The product is spelled as in the definition: classic flows write `fnf:StartExecution` and catch `fnf.…` (fdl-classic.md 6). */
export function refused({ action }: Pick<TaskCall, 'action'>, code: string, cause: string): Refused {
  return { ok: false, error: `${action.slice(0, action.indexOf(':'))}.${code}`, cause };
}

/** A flow that starts flows, and waits for them, deeper than the settings allow. */
export class CallDepthExceeded extends Error {
  override readonly name = 'CallDepthExceeded';
}

/** What a start resolves with, or the refusal. A defect is not hidden: it rejects. */
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
