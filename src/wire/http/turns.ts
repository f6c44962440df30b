/**
 * Gives the requests with large bodies one turn of the event loop each. Checking the signature of a megabyte takes milliseconds,
 * and many such bodies can be complete in the same turn: their callers may be strangers, and other requests must not wait for all
 * of them.
 */
import type { Scheduler } from '../../base/scheduler.ts';

export class Turns {
  readonly #scheduler: Scheduler;
  readonly #waiting: (() => void)[] = [];
  #running = false;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Calls `work` in a later turn, after the work that was added before, and alone. */
  add(work: () => void): void {
    this.#waiting.push(work);
    if (!this.#running) this.#next();
  }

  #next(): void {
    this.#running = true;
    this.#scheduler.soon(() => {
      const work = this.#waiting.shift();
      if (this.#waiting.length > 0) this.#next();
      else this.#running = false;
      work?.();
    });
  }
}
