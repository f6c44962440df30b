/**
 * The deadlines of one execution, on one timer: an execution with ten thousand waiting items has one timer, not ten
 * thousand. They count by the monotonic clock, so that setting the wall clock neither fires nor delays them.
 */
import type { Ports } from '../../base/ports.ts';

/** `setTimeout` takes at most 31 bits. For a later deadline the timer fires early, finds nothing due and is set again. */
const LONGEST_TIMER_MS = 2_147_483_647;

export class Deadlines {
  readonly #ports: Pick<Ports, 'clock' | 'scheduler'>;
  readonly #onDue: (key: number) => void;
  readonly #onDefect: (error: unknown) => void;
  readonly #dueMs = new Map<number, number>();
  #armedMs = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | null = null;

  /**
   * @param onDue receives the key of each deadline that has passed, once
   * @param onDefect receives what the timer throws
   */
  constructor(
    ports: Pick<Ports, 'clock' | 'scheduler'>,
    onDue: (key: number) => void,
    onDefect: (error: unknown) => void,
  ) {
    this.#ports = ports;
    this.#onDue = onDue;
    this.#onDefect = onDefect;
  }

  /** Sets or moves a deadline. */
  set(key: number, inMs: number): void {
    const dueMs = this.#ports.clock.monotonicMs() + inMs;
    this.#dueMs.set(key, dueMs);
    if (dueMs < this.#armedMs) this.#arm(dueMs);
  }

  /** Leaves the timer: when it fires it finds nothing due and is set for the next deadline. */
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
    const { clock, scheduler } = this.#ports;
    const delayMs = Math.min(Math.max(0, dueMs - clock.monotonicMs()), LONGEST_TIMER_MS);
    this.#cancel = scheduler.after(delayMs, () => {
      try {
        this.#fire();
      } catch (error) {
        this.#onDefect(error);
      }
    });
  }

  #fire(): void {
    this.#cancel = null;
    this.#armedMs = Number.POSITIVE_INFINITY;
    const nowMs = this.#ports.clock.monotonicMs();
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
