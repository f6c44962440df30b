/**
 * One life of a simulated process, from its start to its crash. A dead process does nothing any more: its timers do not
 * fire and what it waits for never comes, so that whatever it still holds in memory is as good as gone.
 *
 * Everything that a process does with the world passes a point, and a life may end at any of them.
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
  readonly world: VirtualTime;
  readonly random: Random;
  readonly trace: Trace;
  /** How many points it passes, asked at each; Infinity: it does not die by itself. */
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
    const { number, world, random } = options;
    this.number = number;
    this.#options = options;
    this.death = new Promise((resolve) => {
      this.#died = resolve;
    });
    // A monotonic clock starts anywhere: what it showed to an earlier process means nothing to this one.
    const originMs = random.below(1_000_000) - world.monotonicMs();
    this.clock = {
      // Time goes on while a process works: two looks in one turn may differ.
      nowMs: () => {
        if (random.chance(0.01)) world.jump(1);
        return Math.floor(world.nowMs());
      },
      monotonicMs: () => world.monotonicMs() + originMs,
    };
    this.scheduler = {
      after: (delayMs, wake) => (this.#isDead ? () => undefined : this.#after(delayMs, wake)),
      soon: (work) => world.soon(() => (this.#isDead ? undefined : work())),
      outside: (work) => world.outside(work),
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

  /** Ends this life, if it has come to its last point; true when it is dead. */
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

  /** What the process is told of `promise`: nothing once it is dead. */
  async tell<T>(promise: Promise<T>): Promise<T> {
    try {
      const value = await promise;
      return this.#isDead ? await NEVER : value;
    } catch (error) {
      if (this.#isDead) return NEVER;
      throw error;
    }
  }

  /** Resolves after virtual time, whether it lives or not. */
  pass(delayMs: number): Promise<void> {
    if (delayMs === 0) return Promise.resolve();
    return new Promise((resolve) => this.#options.world.after(delayMs, resolve));
  }

  #after(delayMs: number, wake: () => void): () => void {
    return this.#options.world.after(delayMs, () => {
      if (!this.point('a timer')) wake();
    });
  }
}
