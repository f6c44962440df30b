/**
 * Starts the child flows of tasks. The drivers of both runtimes use it, and it uses both runtimes, because a child may have
 * either mode. This is the one circle between objects of this room; {@link Children.connect} closes it.
 */
import type { TaskResult } from '../../actions/action.ts';
import { assert } from '../../base/assert.ts';
import type { ChildCall, ChildStarter } from '../driver/calls.ts';
import { startExpressChild } from './express-child.ts';
import type { ExpressChildOptions } from './express-child.ts';
import { startStandardChild } from './standard-child.ts';
import type { StandardChildOptions } from './standard-child.ts';

export type ChildrenOptions = ExpressChildOptions & StandardChildOptions;

export class Children implements ChildStarter {
  #options: ChildrenOptions | null = null;

  /** To be called once, before an execution runs. */
  connect(options: ChildrenOptions): void {
    this.#options = options;
  }

  start(call: ChildCall, signal: AbortSignal): Promise<TaskResult> {
    const options = this.#options;
    assert(options !== null, 'children are connected before an execution runs');
    return call.childMode === 'Express'
      ? startExpressChild(options, call, signal)
      : startStandardChild(options, call, signal);
  }
}
