/** Callers that wait until an event of one execution is durable. */

interface Waiter {
  readonly event: number;
  resolve(): void;
  reject(error: unknown): void;
}

export class EventWaiters {
  #waiting: Waiter[] = [];

  /** Resolves when {@link reached} is called for this event or a later one. */
  until(event: number): Promise<void> {
    return new Promise((resolve, reject) => this.#waiting.push({ event, resolve, reject }));
  }

  /** Events up to this one are durable. */
  reached(event: number): void {
    if (this.#waiting.length === 0) return;
    const left: Waiter[] = [];
    for (const waiter of this.#waiting) {
      if (waiter.event <= event) waiter.resolve();
      else left.push(waiter);
    }
    this.#waiting = left;
  }

  /** No further event will become durable in this run. */
  fail(error: unknown): void {
    for (const waiter of this.#waiting.splice(0)) waiter.reject(error);
  }
}
