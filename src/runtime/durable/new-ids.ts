/** Ids for executions, which the store gives to this node in blocks, so that a start need not ask for its own. */
import type { ExecutionId, ExecutionStore, IdBlock } from '../../store/executions.ts';
import type { NodeNumber } from '../../store/nodes.ts';

/** Ids of one block: a few seconds of starts at full speed. The rest of a block is lost when its node ends. */
const BLOCK = 10_000;

export class NewIds {
  readonly #store: Pick<ExecutionStore, 'newIds' | 'placeOf'>;
  readonly #node: NodeNumber;
  #block: IdBlock = { first: 0, step: 1, count: 0 };
  #used = 0;
  #last: ExecutionId;
  #asking: Promise<void> | null = null;

  /** @param lastId highest id that any execution had when the node joined */
  constructor(store: Pick<ExecutionStore, 'newIds' | 'placeOf'>, node: NodeNumber, lastId: ExecutionId) {
    this.#store = store;
    this.#node = node;
    this.#last = lastId;
  }

  /** Highest id that this node knows to be in use. */
  get last(): ExecutionId {
    return this.#last;
  }

  /** True when the node has none at hand. */
  get isEmpty(): boolean {
    return this.#used === this.#block.count;
  }

  /** An id for the execution of this name; null when the node has none at hand. */
  take(flowId: string, name: string): ExecutionId | null {
    if (this.isEmpty) return null;
    const { first, step } = this.#block;
    const id = first + step * this.#used++ + this.#store.placeOf(flowId, name);
    this.#last = Math.max(this.#last, id);
    return id;
  }

  /** Resolves when the node has ids at hand. @throws the error of the store */
  fill(): Promise<void> {
    if (!this.isEmpty) return Promise.resolve();
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #ask(): Promise<void> {
    const block = await this.#store.newIds(this.#node, BLOCK);
    this.#block = block;
    this.#used = 0;
  }
}
