/**
 * The clock of Standard executions. Its wall time is that of the machine, which someone may set back; its steady time is not set
 * back with it. Waits, timeouts, wake times and ages of executions count by steady time, so that setting the clock back delays
 * none of them, in this process or while no server ran. A clock that is set forward moves both.
 *
 * Steady time is the wall time plus the sum of all set-backs, which the store has (`Ownership.setBackMs`).
 */
import type { Clock } from '../../base/clock.ts';

/** A reading of the clock, for the store. */
export interface ClockReading {
  /** Wall time, milliseconds since 1970. */
  readonly nowMs: number;
  readonly setBackMs: number;
}

/**
 * If the wall clock falls behind the monotonic clock by more than this between two readings, someone has set it back. Smaller
 * steps are corrections of its rate.
 */
const SET_BACK_MIN_MS = 5_000;

export class SteadyClock implements Pick<Clock, 'nowMs'> {
  readonly #clock: Clock;
  #setBackMs: number;
  /** Wall time minus monotonic time, at the last reading. */
  #offsetMs: number;

  /** @param setBackMs the sum of the set-backs before this process */
  constructor(clock: Clock, setBackMs: number) {
    this.#clock = clock;
    this.#setBackMs = setBackMs;
    this.#offsetMs = clock.nowMs() - clock.monotonicMs();
  }

  /** Wall time, milliseconds since 1970. Each reading looks whether the clock was set back. */
  nowMs(): number {
    const nowMs = this.#clock.nowMs();
    const offsetMs = nowMs - this.#clock.monotonicMs();
    if (this.#offsetMs - offsetMs > SET_BACK_MIN_MS) this.#setBackMs += this.#offsetMs - offsetMs;
    this.#offsetMs = offsetMs;
    return nowMs;
  }

  /** The store, whose clock this is, has counted the set-backs. */
  adopt(setBackMs: number): void {
    this.nowMs();
    this.#setBackMs = setBackMs;
  }

  /** The sum of all set-backs up to the last reading. */
  get setBackMs(): number {
    return this.#setBackMs;
  }

  steadyMs(): number {
    return this.nowMs() + this.#setBackMs;
  }

  read(): ClockReading {
    return { nowMs: this.nowMs(), setBackMs: this.#setBackMs };
  }
}
