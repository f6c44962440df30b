/**
 * Answers of a store in memory. Each comes in a later turn, as from a store that does I/O, so that nothing here hides a
 * race; and in the order of the calls.
 */
import { assert } from '../../base/assert.ts';

export class Later {
  readonly #what: string;
  #closed = false;

  /** `what` is the store's name in the message about a call that follows its end. */
  constructor(what: string) {
    this.#what = what;
  }

  answer<T>(act: () => T): Promise<T> {
    return Promise.resolve().then(() => {
      assert(!this.#closed, `the ${this.#what} is used after it was closed`);
      return act();
    });
  }

  close(): Promise<void> {
    return this.answer(() => {
      this.#closed = true;
    });
  }
}
