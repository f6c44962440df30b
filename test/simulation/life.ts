/**
 * One life of a simulated process, from its start to its crash. After its death its timers do not fire, and its promises do
 * not settle, so what it holds in memory has no effect.
 *
 * A process passes a point whenever it calls something outside itself, and its life may end at each point.
 */
import type { Clock } from '../../src/base/clock.ts';
import type { Ids } from '../../src/base/ids.ts';
import type { Scheduler } from '../../src/base/scheduler.ts';
import type { VirtualTime } from '../../src/testing/virtual-time.ts';
import type { Random } from './random.ts';
import type { Trace } from './trace.ts';

const NEVER = new Promise<never>(() => undefined);

export interface LifeOptions {
  /** 1 for the first. */
  readonly number: number;
  readonly time: VirtualTime;
  readonly random: Random;
  readonly trace: Trace;
  /** How many points it passes, called at each of them. Infinity: it does not die by itself. */
  readonly points: () => number;
}

export class Life {
  readonly number: number;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly ids: Ids;
  /** Resolves when it has died. */
  readonly death: Promise<void>;
  readonly #options: LifeOptions;
  #isDead = false;
  #passed = 0;
  #died: () => void = () => undefined;

  constructor(options: LifeOptions) {
    const { number, time, random } = options;
    this.number = number;
    this.#options = options;
    this.death = new Promise((resolve) => {
      this.#died = resolve;
    });
    // A monotonic clock starts at any value, so that a reading of an earlier process means nothing to this one.
    const originMs = random.below(1_000_000) - time.monotonicMs();
    this.clock = {
      // Time passes while a process works, so that two readings in one turn may differ.
      nowMs: () => {
        if (random.chance(0.01)) time.jump(1);
        return Math.floor(time.nowMs());
      },
      monotonicMs: () => time.monotonicMs() + originMs,
    };
    this.scheduler = {
      after: (delayMs, wake) => (this.#isDead ? () => undefined : this.#after(delayMs, wake)),
      soon: (work) => time.soon(() => (this.#isDead ? undefined : work())),
      outside: (work) => time.outside(work),
    };
    let uuids = 0;
    const prefix = String(number).padStart(8, '0');
    this.ids = {
      uuid: () => `${prefix}-0000-4000-8000-${String(uuids++).padStart(12, '0')}`,
      random: () => random.next(),
    };
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Passes a point, and ends this life if it was the last one. True when the process is dead. */
  point(where: string): boolean {
    if (!this.#isDead && ++this.#passed > this.#options.points()) this.die(where);
    return this.#isDead;
  }

  die(where: string): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#options.trace.add(`life ${this.number} ends: ${where}`);
    this.#died();
  }

  /** Settles as `promise` does, but not after the death of the process. */
  async whileAlive<T>(promise: Promise<T>): Promise<T> {
    try {
      const value = await promise;
      return this.#isDead ? await NEVER : value;
    } catch (error) {
      if (this.#isDead) return NEVER;
      throw error;
    }
  }

  /** Resolves after `delayMs` of virtual time, also after the death of the process. */
  pass(delayMs: number): Promise<void> {
    return delayMs === 0 ? Promise.resolve() : this.#options.time.pass(delayMs);
  }

  #after(delayMs: number, wake: () => void): () => void {
    return this.#options.time.after(delayMs, () => {
      if (!this.point('a timer')) wake();
    });
  }
}
