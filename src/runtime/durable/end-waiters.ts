/** Callers that wait for the end of an execution (DescribeExecution with WaitTimeSeconds). An end wakes them; no one polls. */
import type { Ports } from '../../base/ports.ts';
import type { ExecutionId, ExecutionRecord } from '../../store/executions.ts';
import type { DurableEnd, RunListener } from './run-listener.ts';

export class EndWaiters implements RunListener {
  readonly #scheduler: Ports['scheduler'];
  readonly #waiting = new Map<ExecutionId, Set<() => void>>();

  constructor(scheduler: Ports['scheduler']) {
    this.#scheduler = scheduler;
  }

  /**
   * Resolves when the execution has ended, or after `waitMs`. To miss no end, a caller reads the store after this call and
   * again when it has resolved.
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
      const cancel = this.#scheduler.after(waitMs, wake);
      waiters.add(wake);
    });
  }

  /** The executions for whose end someone waits. */
  get awaited(): readonly ExecutionId[] {
    return [...this.#waiting.keys()];
  }

  ended({ record }: DurableEnd): void {
    this.wake(record.id);
  }

  absent({ id }: ExecutionRecord): void {
    this.wake(id);
  }

  wake(id: ExecutionId): void {
    for (const wake of [...(this.#waiting.get(id) ?? [])]) wake();
  }

  wakeAll(): void {
    for (const id of [...this.#waiting.keys()]) this.wake(id);
  }
}
