/**
 * The clock of the database, as this process knows it: the monotonic clock of the process plus an offset, which each answer that
 * carries the database's time measures. The nodes of a store may have clocks an hour apart; they go by this one.
 */
import type { Clock } from '../../base/clock.ts';

/** By how much two clocks may run apart: 200 µs a second, more than any machine's do. */
const DRIFT = 0.0002;

/** The time of the database in milliseconds, as SQL. `now()` would be that of the beginning of the transaction. */
export const NOW_MS = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

export class StoreClock implements Clock {
  readonly #machine: Clock;
  #offsetMs: number;
  /** By how much the offset may be wrong, and since when. */
  #uncertaintyMs = Number.POSITIVE_INFINITY;
  #measuredMs = 0;

  constructor(machine: Clock) {
    this.#machine = machine;
    this.#offsetMs = machine.nowMs() - machine.monotonicMs();
  }

  nowMs(): number {
    return Math.floor(this.monotonicMs() + this.#offsetMs);
  }

  monotonicMs(): number {
    return this.#machine.monotonicMs();
  }

  /**
   * Learns from an answer. The database read its clock between the question and the answer, so the offset is known up to half of that
   * time. A slow answer that fits what is known changes nothing; one that does not means that the database's clock was set.
   * @param sentMs monotonic time of the question
   */
  measured(sentMs: number, databaseMs: number): void {
    const receivedMs = this.monotonicMs();
    // The database's time is cut to a millisecond.
    const offsetMs = databaseMs + 0.5 - (sentMs + receivedMs) / 2;
    const uncertaintyMs = (receivedMs - sentMs) / 2 + 0.5;
    const knownMs = this.#uncertaintyMs + (receivedMs - this.#measuredMs) * DRIFT;
    const fits = Math.abs(offsetMs - this.#offsetMs) <= uncertaintyMs + knownMs;
    if (fits && uncertaintyMs >= knownMs) return;
    this.#offsetMs = offsetMs;
    this.#uncertaintyMs = uncertaintyMs;
    this.#measuredMs = receivedMs;
  }
}
