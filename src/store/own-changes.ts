/** Which changes of an execution only its owner can make. */
import type { ExecutionChange } from './executions.ts';

/** True for a change that concerns the callback alone, which the node of another execution makes. */
export function isOfOthers({ id: _id, callbackTo: _to, callbackDone: _done, ...others }: ExecutionChange): boolean {
  return Object.keys(others).length === 0;
}
