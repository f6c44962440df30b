/**
 * Runs work for two milliseconds at a time, in the order of arrival: executions that compute without waiting, and starts of
 * Express children that flows open by the thousand within one turn of the event loop. In between, the process reads requests and
 * fires timers.
 */
import { isolated } from '../../base/isolated.ts';
import type { Ports } from '../../base/ports.ts';

/** Longest stretch of work between two turns of the event loop. */
const TURN_MS = 2;

export class Turns {
  readonly #ports: Pick<Ports, 'clock' | 'scheduler' | 'observer'>;
  #waiting: (() => void)[] = [];
  #next = 0;
  #isScheduled = false;

  constructor(ports: Pick<Ports, 'clock' | 'scheduler' | 'observer'>) {
    this.#ports = ports;
  }

  /** Calls `work` in a later turn of the event loop. It may add itself again. An error that it throws is reported as a defect. */
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
    try {
      this.#work();
    } finally {
      if (this.#next * 2 >= this.#waiting.length) {
        this.#waiting = this.#waiting.slice(this.#next);
        this.#next = 0;
      }
      if (this.#waiting.length > 0) this.#schedule();
    }
  }

  #work(): void {
    const { clock, observer } = this.#ports;
    const endMs = clock.monotonicMs() + TURN_MS;
    // Work that is added during this turn waits for the next one.
    for (let left = this.#waiting.length - this.#next; left > 0; left--) {
      const work = this.#waiting[this.#next++];
      if (work !== undefined) isolated(observer, 'the turn of an execution', work);
      if (clock.monotonicMs() >= endMs) break;
    }
  }
}
