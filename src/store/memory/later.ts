/**
 * Answers calls of a store in memory by a promise, after the code that called, and in the order of the calls, as a store that
 * does I/O would. Answering at once would hide races from the tests.
 */
import { assert } from '../../base/assert.ts';

export class Later {
  readonly #what: string;
  #closed = false;

  /** `what` is the store's name in the message about a call after `close`. */
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
