/** Where the start of a Standard execution comes from, and what follows from it. */
import type { TaskReference } from '../store/executions.ts';

/** Schedules and distributed Maps start executions as well, once they are built: two more members. */
export type StartOrigin =
  /** A caller of StartExecution. */
  | { readonly from: 'api' }
  /** A caller of StartExecution with `CallbackFnFTaskToken`: the end of the execution is reported to the task. */
  | { readonly from: 'token'; readonly task: TaskReference }
  /** A task; `task` is null for a task of an Express execution. With `waits` the task ends when the execution ends. */
  | { readonly from: 'task'; readonly task: TaskReference | null; readonly waits: boolean };

/** The task that started the execution, or whose token it was started with; null for neither. */
export function parentOf(origin: StartOrigin): TaskReference | null {
  return origin.from === 'api' ? null : origin.task;
}

/** True when the end of the execution is owed to {@link parentOf}. */
export function owesEnd(origin: StartOrigin): boolean {
  return origin.from === 'token' || (origin.from === 'task' && origin.waits);
}

/**
 * True for a start by a task of a Standard execution: it waits for a store that fails, and may be repeated after a crash. Any
 * other start has a caller, who gets the error.
 */
export function isRepeated(origin: StartOrigin): boolean {
  return origin.from === 'task' && origin.task !== null;
}
