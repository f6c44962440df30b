/**
 * Time that passes only when a test advances it. It suits tests with sockets and files: {@link VirtualTime} would advance
 * while a socket is silent.
 */
import type { Clock } from '../base/clock.ts';
import type { Scheduler } from '../base/scheduler.ts';

interface Timer {
  readonly dueMs: number;
  readonly wake: () => void;
}

export class ManualTime implements Clock, Scheduler {
  #nowMs: number;
  readonly #timers = new Set<Timer>();

  /** @param startMs wall clock at the start, milliseconds since 1970; 2026-01-02T03:04:05Z when absent. */
  constructor(startMs: number = Date.UTC(2026, 0, 2, 3, 4, 5)) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, wake: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, wake };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  soon(work: () => void): void {
    setImmediate(work);
  }

  outside<T>(work: Promise<T>): Promise<T> {
    return work;
  }

  /** Timers that have neither fired nor been cancelled. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Lets `ms` milliseconds pass. Every timer that is due on the way fires at its own time. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#nowMs = Math.max(this.#nowMs, due.dueMs);
      due.wake();
    }
    this.#nowMs = endMs;
  }
}
