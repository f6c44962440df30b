/** Callers that wait for the end of an execution (DescribeExecution with WaitTimeSeconds): woken, not polled. */
import type { Clock } from '../../base/clock.ts';
import type { ExecutionId } from '../../store/executions.ts';

export class EndWaiters {
  readonly #clock: Clock;
  readonly #waiting = new Map<ExecutionId, Set<() => void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Resolves when the execution is said to have ended, or after `waitMs`. Look at the store after this was called and
   * again when it has resolved: then no end is missed.
   */
  wait(id: ExecutionId, waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const waiters = this.#waiting.get(id) ?? new Set();
      this.#waiting.set(id, waiters);
      const wake = (): void => {
        cancel();
        waiters.delete(wake);
        if (waiters.size === 0 && this.#waiting.get(id) === waiters) this.#waiting.delete(id);
        resolve();
      };
      const cancel = this.#clock.after(waitMs, wake);
      waiters.add(wake);
    });
  }

  wake(id: ExecutionId): void {
    for (const wake of [...(this.#waiting.get(id) ?? [])]) wake();
  }

  wakeAll(): void {
    for (const id of [...this.#waiting.keys()]) this.wake(id);
  }
}
