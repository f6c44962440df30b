/**
 * Executions that have left the memory of this node and that it gives up in the store, so that any node may load them. With a store that no
 * other node uses there is nothing to give up.
 */
import type { ExecutionId } from '../../store/executions.ts';
import type { CommitQueue } from './commit-queue.ts';

export class Releases {
  readonly #queue: Pick<CommitQueue, 'addChange'>;
  readonly #isShared: boolean;
  readonly #underWay = new Map<ExecutionId, Promise<void>>();

  constructor(queue: Pick<CommitQueue, 'addChange'>, isShared: boolean) {
    this.#queue = queue;
    this.#isShared = isShared;
  }

  add(id: ExecutionId): void {
    if (!this.#isShared) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const ended = (): void => {
      this.#underWay.delete(id);
      resolve();
    };
    this.#underWay.set(id, promise);
    this.#queue.addChange({ id, release: true }, ended, ended);
  }

  /** Resolves when no release of the execution is under way: a claim before that would be undone by it. */
  async settled(id: ExecutionId): Promise<void> {
    await this.#underWay.get(id);
  }
}
