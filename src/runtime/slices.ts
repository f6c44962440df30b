/**
 * Time for executions that compute without waiting. Each gets a slice in turn, and after a few milliseconds the event
 * loop gets its own, so that requests are read and timers fire while flows loop.
 */
import type { Clock } from '../base/clock.ts';

/** Longest stretch of slices between two looks at the sockets. */
const TURN_MS = 2;

export class Slices<T> {
  readonly #queue = new Set<T>();
  readonly #clock: Clock;
  readonly #run: (item: T) => void;
  #scheduled = false;

  /** `run` gives an item one slice; it may `add` the item again. */
  constructor(clock: Clock, run: (item: T) => void) {
    this.#clock = clock;
    this.#run = run;
  }

  add(item: T): void {
    this.#queue.add(item);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#queue.size === 0) return;
    this.#scheduled = true;
    setImmediate(() => this.#turn());
  }

  /** Each waiting item once at most, for as long as the turn lasts. */
  #turn(): void {
    this.#scheduled = false;
    const endMs = this.#clock.monotonicMs() + TURN_MS;
    let left = this.#queue.size;
    for (const item of this.#queue) {
      this.#queue.delete(item);
      this.#run(item);
      if (--left === 0 || this.#clock.monotonicMs() >= endMs) break;
    }
    this.#schedule();
  }
}
