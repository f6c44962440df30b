/**
 * Gives large bodies one turn of the event loop each: those of requests, whose signature has to be checked, and those of answers,
 * which become values of executions. A megabyte takes milliseconds, and many such bodies can be complete in the same turn. Their
 * senders may be strangers, and other requests must not wait for all of them.
 */
import type { Scheduler } from './scheduler.ts';

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

  /** Resolves in a later turn, after the work that was added before. The waiting code runs alone in that turn. */
  take(): Promise<void> {
    return new Promise((resolve) => this.add(resolve));
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
