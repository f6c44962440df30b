/**
 * Work that is done a few milliseconds at a time, in the order in which it came: executions that compute without waiting,
 * and the calls that flows open by the thousand within one turn of the event loop. In between, requests are read and
 * timers fire.
 */
import type { Clock } from './clock.ts';

/** Longest stretch of work between two looks at the sockets. */
const TURN_MS = 2;

export class Turns {
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];
  #next = 0;
  #scheduled = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `work` in a later turn of the event loop. It must not throw; it may add itself again. */
  add(work: () => void): void {
    this.#waiting.push(work);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#scheduled = false;
    const endMs = this.#clock.monotonicMs() + TURN_MS;
    // What is added meanwhile has its turn later.
    for (let left = this.#waiting.length - this.#next; left > 0; left--) {
      this.#waiting[this.#next++]?.();
      if (this.#clock.monotonicMs() >= endMs) break;
    }
    if (this.#next * 2 >= this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    if (this.#waiting.length > 0) this.#schedule();
  }
}
