/**
 * Time for tests: it stands still while anything can run and then jumps to the next timer, so that a run of five
 * minutes takes a millisecond and always the same one. Nothing waits for real.
 *
 * "Can run" means promises, ticks and immediates of this process. Work of the outside world (sockets, files,
 * workers) is not seen, so this clock is only for code that does none.
 */
import type { Clock } from '../../src/base/clock.ts';

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly wake: () => void;
}

export interface VirtualClockOptions {
  /** Wall clock at the start, milliseconds since 1970. */
  readonly startMs?: number;
  /** Time that one turn of the event loop takes when something else is runnable: lets a busy loop meet its timeout. */
  readonly busyTurnMs?: number;
}

/** Turns of virtual clocks that wait in the immediate queue: they do not count as work. */
let waitingTurns = 0;

export class VirtualClock implements Clock {
  readonly #startMs: number;
  readonly #busyTurnMs: number;
  readonly #timers = new Set<Timer>();
  #elapsedMs = 0;
  #order = 0;
  #turning = false;

  constructor(options: VirtualClockOptions = {}) {
    this.#startMs = options.startMs ?? Date.UTC(2026, 0, 1);
    this.#busyTurnMs = options.busyTurnMs ?? 0;
  }

  /** Virtual milliseconds since the clock was made. */
  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  nowMs(): number {
    return this.#startMs + this.#elapsedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  after(delayMs: number, wake: () => void): () => void {
    const timer: Timer = { dueMs: this.#elapsedMs + Math.max(0, delayMs), order: this.#order++, wake };
    this.#timers.add(timer);
    this.#schedule();
    return () => {
      this.#timers.delete(timer);
    };
  }

  #schedule(): void {
    if (this.#turning) return;
    this.#turning = true;
    waitingTurns++;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#turning = false;
    waitingTurns--;
    const next = this.#next();
    if (next === null) return;
    if (immediates() > waitingTurns) this.#elapsedMs += this.#busyTurnMs;
    else this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs);
    if (next.dueMs <= this.#elapsedMs) {
      // One at a time: what a timer sets off runs before the next timer of the same instant.
      this.#timers.delete(next);
      next.wake();
    }
    if (this.#timers.size > 0) this.#schedule();
  }

  #next(): Timer | null {
    let next: Timer | null = null;
    for (const timer of this.#timers) {
      if (next === null || timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.order < next.order)) {
        next = timer;
      }
    }
    return next;
  }
}

function immediates(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Immediate').length;
}
