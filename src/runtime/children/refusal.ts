/** A refused start of a child flow, as the failure of its task. */
import type { TaskCall, TaskResult } from '../../actions/action.ts';
import { ApiError } from '../../api/error.ts';
import type { ChildCall } from '../driver/calls.ts';
import type { FlowRights } from '../flow-rights.ts';

type Refused = Extract<TaskResult, { ok: false }>;

/** The answer to an aborted call, which the driver ignores. */
export const ABORTED: TaskResult = { ok: false, error: 'FNF.Aborted', cause: 'The call was aborted.' };

/** The product is spelled as in the definition: classic flows write `fnf:StartExecution` and catch `fnf.…` (rules.md 10.18). */
export function refused({ action }: Pick<TaskCall, 'action'>, code: string, cause: string): Refused {
  return { ok: false, error: `${action.slice(0, action.indexOf(':'))}.${code}`, cause };
}

/**
 * The refusal of a start that is deeper than `childDepth` (`limits.childDepth`); null when it may begin. Every start by a task
 * counts, in either mode and whether or not the task waits: a flow that starts itself has to end (rules.md 12.15).
 */
export function refusalOfDepth(call: Pick<ChildCall, 'action' | 'ancestry'>, childDepth: number): Refused | null {
  const { depth, startedBy } = call.ancestry;
  if (depth <= childDepth) return null;
  const [nearest = ''] = startedBy;
  const chain = `${nearest} is the last of ${depth} executions that started one another; the limit is ${childDepth} (limits.childDepth).`;
  return refused(call, 'CallDepthExceeded', `${chain} Check for a flow that starts itself, or raise the limit.`);
}

/** The refusal of a start that the key which wrote the calling flow may not make itself; null when it may. */
export function refusalOfRights(
  rights: FlowRights,
  call: Pick<ChildCall, 'action' | 'writer' | 'childMode'>,
  flowName: string,
): Refused | null {
  if (call.writer === null) return null;
  const action = call.childMode === 'Express' ? 'StartSyncExecution' : 'StartExecution';
  const reason = rights.refusal(call.writer, action, flowName);
  return reason === null ? null : refused(call, 'AccessDenied', reason);
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
    throw error;
  }
}
