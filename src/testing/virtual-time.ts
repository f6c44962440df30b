/**
 * Time for tests: a clock and a scheduler in one. Time does not pass while anything can run. When nothing can, time jumps to
 * the next timer. A flow that waits five minutes takes a millisecond, and it always takes the same virtual time.
 *
 * "Can run" means promises that are about to settle, and work of the scheduler: `soon` and `outside`. The product's stores use
 * the scheduler. This time does not see other work, such as a socket: `ManualTime` suits tests with sockets.
 */
import { assert } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import type { Scheduler } from '../base/scheduler.ts';

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  /** Null once it is cancelled. */
  wake: (() => void) | null;
}

export interface VirtualTimeOptions {
  /** Wall clock at the start, milliseconds since 1970; 2026-01-01T00:00:00Z when absent. */
  readonly startMs?: number;
  /** Virtual time that a turn of the event loop takes while work is pending, so that a busy loop meets its timeout; 0 when absent. */
  readonly busyTurnMs?: number;
}

export class VirtualTime implements Clock, Scheduler {
  readonly #startMs: number;
  readonly #busyTurnMs: number;
  /** A heap whose first timer is the next one. Cancelled timers remain in it until they are due. */
  readonly #timers: Timer[] = [];
  #elapsedMs = 0;
  #jumpedMs = 0;
  #order = 0;
  #isTurning = false;
  #isStopped = false;
  /** Work of `soon` that has not run yet. */
  #pending = 0;
  /** Work of `outside` that has not ended yet. */
  #outside = 0;

  constructor(options: VirtualTimeOptions = {}) {
    this.#startMs = options.startMs ?? Date.UTC(2026, 0, 1);
    this.#busyTurnMs = options.busyTurnMs ?? 0;
  }

  /** Virtual milliseconds since this object was made. */
  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  nowMs(): number {
    return this.#startMs + this.#elapsedMs + this.#jumpedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  /** Sets the wall clock forward, or back when `byMs` is negative. The monotonic clock and the timers do not change. */
  jump(byMs: number): void {
    this.#jumpedMs += byMs;
  }

  after(delayMs: number, wake: () => void): () => void {
    assert(Number.isFinite(delayMs), `a timer of ${delayMs} ms`);
    const timer: Timer = { dueMs: this.#elapsedMs + Math.max(0, delayMs), order: this.#order++, wake };
    push(this.#timers, timer);
    this.#schedule();
    return () => {
      timer.wake = null;
    };
  }

  soon(work: () => void): void {
    this.#pending++;
    setImmediate(() => {
      this.#pending--;
      work();
    });
  }

  async outside<T>(work: Promise<T>): Promise<T> {
    this.#outside++;
    try {
      return await work;
    } finally {
      this.#outside--;
      if (this.#outside === 0 && this.#timers.length > 0) this.#schedule();
    }
  }

  /** Resolves when `ms` milliseconds of virtual time have passed. */
  pass(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  /** Stops the time: no timer fires any more. */
  stop(): void {
    this.#isStopped = true;
    this.#timers.length = 0;
  }

  #schedule(): void {
    if (this.#isTurning || this.#isStopped || this.#outside > 0) return;
    this.#isTurning = true;
    // In the next turn of the event loop, because promises settle before it.
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#isTurning = false;
    // Work outside is under way; its end schedules the next turn.
    if (this.#outside > 0 || this.#isStopped) return;
    while (this.#timers[0]?.wake === null) pop(this.#timers);
    const next = this.#timers[0];
    if (next === undefined) return;
    if (this.#pending > 0) this.#elapsedMs += this.#busyTurnMs;
    else this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs);
    if (next.dueMs <= this.#elapsedMs) {
      // One timer a turn: the work that it starts runs before the next timer of the same instant.
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
