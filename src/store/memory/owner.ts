/** The owner of the stores in memory, by its fence. */
import { FenceLost } from '../executions.ts';

export class Owner {
  #fence = 0;

  /** Makes the caller the owner, and returns its fence. */
  takeOver(): number {
    return ++this.#fence;
  }

  /** @throws {FenceLost} unless this is the fence of the latest owner */
  require(fence: number): void {
    if (fence !== this.#fence) throw new FenceLost('another server has taken over the store');
  }
}
