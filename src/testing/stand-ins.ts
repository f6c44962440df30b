/** Functions of a test in place of the actions and, if a test asks for it, of the starter of child flows. */
import type { ActionCatalog, TaskCall, TaskResult } from '../actions/action.ts';
import type { JsonValue } from '../base/json.ts';
import type { ChildStarter } from '../runtime/driver/calls.ts';

export type { TaskCall, TaskResult } from '../actions/action.ts';

/** Answers every task that calls a service. The engine aborts `signal` when it no longer needs the answer. */
export type AnswerTask = (call: TaskCall, signal: AbortSignal) => Promise<TaskResult>;

/** The task succeeds; in a callback mode the service has accepted the work. */
export function taskSucceeded(output: JsonValue = {}): TaskResult {
  return { ok: true, output };
}

/** The task fails with a name that `Retry` and `Catch` can match. */
export function taskFailed(error: string, cause = ''): TaskResult {
  return { ok: false, error, cause };
}

/** A catalog in which every action calls `answer`. */
export function standInActions(answer: AnswerTask): ActionCatalog {
  const action = { run: answer };
  return { find: () => action };
}

/** Passes the tasks that start flows of this engine to an action, as if they called a service. */
export function standInChildren(actions: ActionCatalog): ChildStarter {
  return { start: (call, signal) => actions.find(call.action).run(call, signal) };
}
