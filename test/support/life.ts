/**
 * One life of a process in a test. After its death its timers do not fire and its promises do not settle, so what it holds in
 * memory has no effect. Stores and services outlive it.
 */
import type { Scheduler } from '../../src/base/scheduler.ts';

export class Life {
  readonly scheduler: Scheduler;
  /** Resolves when the process has died. */
  readonly death: Promise<void>;
  /** Work outside that has begun. The disk finishes a write of a process that has died meanwhile. */
  readonly #outside = new Set<Promise<unknown>>();
  #isDead = false;
  #died: () => void = () => undefined;

  /** @param time outlives the process */
  constructor(time: Scheduler) {
    this.death = new Promise((resolve) => {
      this.#died = resolve;
    });
    this.scheduler = {
      after: (delayMs, wake) =>
        this.#isDead
          ? () => undefined
          : time.after(delayMs, () => {
              if (this.survivesTimer()) wake();
            }),
      soon: (work) =>
        time.soon(() => {
          if (!this.#isDead) work();
        }),
      outside: (work) => this.#carryOut(time.outside(work)),
    };
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  die(): void {
    this.#isDead = true;
    this.#died();
  }

  /** Resolves when all work outside has ended that began before the death of the process. */
  async outsideEnded(): Promise<void> {
    await Promise.allSettled(this.#outside);
  }

  async #carryOut<T>(work: Promise<T>): Promise<T> {
    this.#outside.add(work);
    try {
      return await this.whileAlive(work);
    } finally {
      this.#outside.delete(work);
    }
  }

  /** Settles as `promise` does, but not after the death of the process. */
  async whileAlive<T>(promise: Promise<T>): Promise<T> {
    try {
      const value = await promise;
      return this.#isDead ? await never<T>() : value;
    } catch (error) {
      if (this.#isDead) return never<T>();
      throw error;
    }
  }

  /** False: the process is dead when the timer fires, or dies of it. */
  protected survivesTimer(): boolean {
    return !this.#isDead;
  }
}

/** The answer of a dead process. */
export function never<T>(): Promise<T> {
  return new Promise(() => {});
}
