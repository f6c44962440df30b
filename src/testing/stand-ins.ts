/** Functions that replace the actions, which call the outside world, and the flows that tasks start. */
import type { ActionCatalog, TaskCall, TaskResult } from '../actions/action.ts';
import type { ChildStarter } from '../runtime/driver/calls.ts';

/** Answers every task; `signal` aborts when the caller no longer needs the answer. */
export type StandInTask = (call: TaskCall, signal: AbortSignal) => Promise<TaskResult>;

/** A catalogue in which `run` is every action. */
export function standInActions(run: StandInTask): ActionCatalog {
  const action = { run };
  return { find: () => action };
}

/** Tasks that would start a flow of this engine call their action in `actions` instead. */
export function standInChildren(actions: ActionCatalog): ChildStarter {
  return { start: (call, signal) => actions.find(call.action).run(call, signal) };
}
