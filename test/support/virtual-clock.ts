/**
 * Time for tests: it stands still while anything can run and then jumps to the next timer, so that a run of five
 * minutes takes a millisecond and always the same one. Nothing waits for real.
 *
 * "Can run" means promises, ticks and immediates of this process. Work of the outside world (sockets, files,
 * workers) is not seen, so this clock is only for code that does none.
 */
import assert from 'node:assert/strict';
import type { Clock } from '../../src/base/clock.ts';

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  /** Null once it is cancelled. */
  wake: (() => void) | null;
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
  /** A heap: the next timer stands first. Cancelled ones stay in it until their turn comes. */
  readonly #timers: Timer[] = [];
  #elapsedMs = 0;
  #jumpedMs = 0;
  #order = 0;
  #turning = false;
  #stopped = false;
  #held = 0;

  constructor(options: VirtualClockOptions = {}) {
    this.#startMs = options.startMs ?? Date.UTC(2026, 0, 1);
    this.#busyTurnMs = options.busyTurnMs ?? 0;
  }

  /** Virtual milliseconds since the clock was made. */
  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  nowMs(): number {
    return this.#startMs + this.#elapsedMs + this.#jumpedMs;
  }

  /** Sets the wall clock on, or back by a negative number; the monotonic clock and the timers do not notice. */
  jump(byMs: number): void {
    this.#jumpedMs += byMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  after(delayMs: number, wake: () => void): () => void {
    assert.ok(Number.isFinite(delayMs), `a timer of ${delayMs} ms`);
    const timer: Timer = { dueMs: this.#elapsedMs + Math.max(0, delayMs), order: this.#order++, wake };
    push(this.#timers, timer);
    this.#schedule();
    return () => {
      timer.wake = null;
    };
  }

  /** Time stands still until `work` of the outside world, which this clock cannot see, is done. */
  async hold<T>(work: Promise<T>): Promise<T> {
    this.#held++;
    try {
      return await work;
    } finally {
      this.#held--;
      if (this.#held === 0 && this.#timers.length > 0) this.#schedule();
    }
  }

  /** No timer fires any more: ends what would go on for ever. */
  stop(): void {
    this.#stopped = true;
    this.#timers.length = 0;
  }

  #schedule(): void {
    if (this.#turning || this.#stopped || this.#held > 0) return;
    this.#turning = true;
    waitingTurns++;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#turning = false;
    waitingTurns--;
    // What is held goes on when it is let go.
    if (this.#held > 0) return;
    while (this.#timers[0]?.wake === null) pop(this.#timers);
    const next = this.#timers[0];
    if (next === undefined) return;
    if (immediates() > waitingTurns) this.#elapsedMs += this.#busyTurnMs;
    else this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs);
    if (next.dueMs <= this.#elapsedMs) {
      // One at a time: what a timer sets off runs before the next timer of the same instant.
      pop(this.#timers);
      next.wake?.();
    }
    if (this.#timers.length > 0) this.#schedule();
  }
}

function before(a: Timer, b: Timer): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}

function push(heap: Timer[], timer: Timer): void {
  let at = heap.length;
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above] as Timer;
    if (!before(timer, parent)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = timer;
}

function pop(heap: Timer[]): void {
  const last = heap.pop() as Timer;
  if (heap.length === 0) return;
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= heap.length) break;
    if (below + 1 < heap.length && before(heap[below + 1] as Timer, heap[below] as Timer)) below++;
    if (!before(heap[below] as Timer, last)) break;
    heap[at] = heap[below] as Timer;
    at = below;
  }
  heap[at] = last;
}

function immediates(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Immediate').length;
}
