/**
 * One life of a simulated process, from its start to its crash. A process passes a point whenever it calls something outside
 * itself, and its life may end at each point.
 */
import type { Clock } from '../../src/base/clock.ts';
import type { Ids } from '../../src/base/ids.ts';
import type { VirtualTime } from '../../src/testing/virtual-time.ts';
import { Life } from '../support/life.ts';
import type { Random } from './random.ts';
import type { Trace } from './trace.ts';

export interface LifeOptions {
  /** 1 for the first. */
  readonly number: number;
  readonly time: VirtualTime;
  readonly random: Random;
  readonly trace: Trace;
  /** How many points it passes, called at each of them. Infinity: it does not die by itself. */
  readonly points: () => number;
}

export class SimulatedLife extends Life {
  readonly number: number;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly #options: LifeOptions;
  #passed = 0;

  constructor(options: LifeOptions) {
    const { number, time, random } = options;
    super(time);
    this.number = number;
    this.#options = options;
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
    let uuids = 0;
    const prefix = String(number).padStart(8, '0');
    this.ids = {
      uuid: () => `${prefix}-0000-4000-8000-${String(uuids++).padStart(12, '0')}`,
      random: () => random.next(),
    };
  }

  /** Passes a point, and ends this life if it was the last one. True when the process is dead. */
  point(where: string): boolean {
    if (!this.isDead && ++this.#passed > this.#options.points()) this.die(where);
    return this.isDead;
  }

  override die(where = 'a crash'): void {
    if (!this.isDead) this.#options.trace.add(`life ${this.number} ends: ${where}`);
    super.die();
  }

  /** Resolves after `delayMs` of virtual time, also after the death of the process. */
  pass(delayMs: number): Promise<void> {
    return delayMs === 0 ? Promise.resolve() : this.#options.time.pass(delayMs);
  }

  protected override survivesTimer(): boolean {
    return !this.point('a timer');
  }
}
