/**
 * The deadlines of one run, on one timer: a run with ten thousand items waiting has one timer, not ten thousand. They are
 * kept on the monotonic clock, so that setting the wall clock neither fires nor delays what is under way.
 */
import type { Clock } from '../../base/clock.ts';

/** `setTimeout` counts in 31 bits; a later deadline is looked at again then. */
const LONGEST_TIMER_MS = 2_147_483_647;

export class Deadlines {
  readonly #clock: Clock;
  readonly #onDue: (key: number) => void;
  readonly #dueMs = new Map<number, number>();
  #armedMs = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | null = null;

  /** @param onDue told the key of each deadline that has passed, once. */
  constructor(clock: Clock, onDue: (key: number) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Sets or moves a deadline. */
  set(key: number, inMs: number): void {
    const dueMs = this.#clock.monotonicMs() + inMs;
    this.#dueMs.set(key, dueMs);
    if (dueMs < this.#armedMs) this.#arm(dueMs);
  }

  /** The timer stays: it finds nothing due and is set for the next. */
  delete(key: number): void {
    this.#dueMs.delete(key);
  }

  clear(): void {
    this.#dueMs.clear();
    this.#cancel?.();
    this.#cancel = null;
    this.#armedMs = Number.POSITIVE_INFINITY;
  }

  #arm(dueMs: number): void {
    this.#cancel?.();
    this.#armedMs = dueMs;
    const delayMs = Math.min(Math.max(0, dueMs - this.#clock.monotonicMs()), LONGEST_TIMER_MS);
    this.#cancel = this.#clock.after(delayMs, () => this.#fire());
  }

  #fire(): void {
    this.#cancel = null;
    this.#armedMs = Number.POSITIVE_INFINITY;
    const nowMs = this.#clock.monotonicMs();
    let nextMs = Number.POSITIVE_INFINITY;
    const due: number[] = [];
    for (const [key, dueMs] of this.#dueMs) {
      if (dueMs <= nowMs) due.push(key);
      else nextMs = Math.min(nextMs, dueMs);
    }
    for (const key of due) this.#dueMs.delete(key);
    if (nextMs < this.#armedMs) this.#arm(nextMs);
    for (const key of due) this.#onDue(key);
  }
}
