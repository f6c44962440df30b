/** Functions in place of the actions that call the world, and of the flows that tasks start. */
import type { ActionCatalog, TaskCall, TaskResult } from '../actions/action.ts';
import type { ChildStarter } from '../runtime/driver/calls.ts';

/** Answers every task; `signal` is aborted when the answer is not wanted any more. */
export type StandInTask = (call: TaskCall, signal: AbortSignal) => Promise<TaskResult>;

/** A catalogue in which every action is the one function. */
export function standInActions(run: StandInTask): ActionCatalog {
  const action = { run };
  return { find: () => action };
}

/** Tasks that would start a flow of this engine call an action instead. */
export function standInChildren(actions: ActionCatalog): ChildStarter {
  return { start: (call, signal) => actions.find(call.action).run(call, signal) };
}
