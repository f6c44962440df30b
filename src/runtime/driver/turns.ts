/**
 * Runs work for two milliseconds at a time, in the order of arrival: executions that compute without waiting, and starts of
 * Express children that flows open by the thousand within one turn of the event loop. In between, the process reads requests and
 * fires timers.
 */
import type { Ports } from '../../base/ports.ts';

/** Longest stretch of work between two turns of the event loop. */
const TURN_MS = 2;

export class Turns {
  readonly #ports: Pick<Ports, 'clock' | 'scheduler'>;
  #waiting: (() => void)[] = [];
  #next = 0;
  #isScheduled = false;

  constructor(ports: Pick<Ports, 'clock' | 'scheduler'>) {
    this.#ports = ports;
  }

  /** Calls `work` in a later turn of the event loop. `work` must not throw, and may add itself again. */
  add(work: () => void): void {
    this.#waiting.push(work);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#ports.scheduler.soon(() => this.#turn());
  }

  #turn(): void {
    this.#isScheduled = false;
    const { clock } = this.#ports;
    const endMs = clock.monotonicMs() + TURN_MS;
    // Work that is added during this turn waits for the next one.
    for (let left = this.#waiting.length - this.#next; left > 0; left--) {
      this.#waiting[this.#next++]?.();
      if (clock.monotonicMs() >= endMs) break;
    }
    if (this.#next * 2 >= this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    if (this.#waiting.length > 0) this.#schedule();
  }
}
