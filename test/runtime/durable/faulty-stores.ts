/** Stores in memory whose commits have a fault. */
import { AssertionFailure } from '../../../src/base/assert.ts';
import type { ExecutionChange, ExecutionStore, Outcome, SeenTime } from '../../../src/store/executions.ts';
import { createMemoryStores } from '../../../src/store/memory/stores.ts';

/** `none`; a failure before or after the commit; a commit that answers late; a change of execution 1 that is never accepted. */
type Fault = 'none' | 'before' | 'after' | 'slow' | 'one';

export class FaultyStores {
  fault: Fault = 'none';
  /** Lets a slow commit answer. */
  answer: () => void = () => {};
  readonly #inner = createMemoryStores();
  readonly stores = {
    ...this.#inner,
    executions: Object.assign(Object.create(this.#inner.executions) as ExecutionStore, {
      commit: (node: number, changes: readonly ExecutionChange[], seen?: SeenTime) => this.#commit(node, changes, seen),
    }),
  };

  async #commit(node: number, changes: readonly ExecutionChange[], seen?: SeenTime): Promise<readonly Outcome[]> {
    const { fault } = this;
    if (fault === 'before') throw new Error('disk full');
    if (fault === 'one' && changes.some(({ id }) => id === 1)) throw new AssertionFailure('never');
    const outcomes = await this.#inner.executions.commit(node, changes, seen);
    if (fault === 'after') throw new Error('no answer');
    if (fault !== 'slow') return outcomes;
    await new Promise<void>((resolve) => {
      this.answer = resolve;
    });
    return outcomes;
  }
}
