/**
 * One life of a process of the simulated cluster. It can be stopped for a while, as by SIGSTOP: its timers, its turns and the answers
 * that it waits for come when it continues, and it does not know how much time has passed.
 */
import type { Clock } from '../../../src/base/clock.ts';
import type { Ids } from '../../../src/base/ids.ts';
import type { Scheduler } from '../../../src/base/scheduler.ts';
import type { VirtualTime } from '../../../src/testing/virtual-time.ts';
import { Life, never } from '../../support/life.ts';
import type { Random } from '../random.ts';

/** A scheduler whose callbacks wait while the process is stopped. */
class StoppableTime implements Scheduler {
  readonly #time: VirtualTime;
  #left: (() => void)[] = [];
  #stop: PromiseWithResolvers<void> | null = null;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  get isStopped(): boolean {
    return this.#stop !== null;
  }

  stop(): void {
    this.#stop ??= Promise.withResolvers();
  }

  continue(): void {
    this.#stop?.resolve();
    this.#stop = null;
    // Each in a turn of its own, as the event loop does with what has become due.
    for (const work of this.#left.splice(0)) this.soon(work);
  }

  async untilContinued(): Promise<void> {
    while (this.#stop !== null) await this.#stop.promise;
  }

  after(delayMs: number, wake: () => void): () => void {
    let isCancelled = false;
    const cancel = this.#time.after(delayMs, () =>
      this.#run(() => {
        if (!isCancelled) wake();
      }),
    );
    return () => {
      isCancelled = true;
      cancel();
    };
  }

  soon(work: () => void): void {
    this.#time.soon(() => this.#run(work));
  }

  outside<T>(work: Promise<T>): Promise<T> {
    return this.#time.outside(work);
  }

  #run(work: () => void): void {
    if (this.isStopped) this.#left.push(work);
    else work();
  }
}

export interface NodeLifeOptions {
  /** Unique in the run. */
  readonly number: number;
  readonly time: VirtualTime;
  readonly random: Random;
}

export class NodeLife extends Life {
  readonly number: number;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly #time: StoppableTime;

  constructor({ number, time, random }: NodeLifeOptions) {
    const stoppable = new StoppableTime(time);
    super(stoppable);
    this.number = number;
    this.#time = stoppable;
    // A monotonic clock starts at any value, so that a reading of another process means nothing to this one.
    const originMs = random.below(1_000_000) - time.monotonicMs();
    this.clock = {
      // The clock of the store, which all nodes go by.
      nowMs: () => Math.floor(time.nowMs()),
      monotonicMs: () => time.monotonicMs() + originMs,
    };
    let uuids = 0;
    const prefix = String(number).padStart(8, '0');
    this.ids = {
      uuid: () => `${prefix}-0000-4000-8000-${String(uuids++).padStart(12, '0')}`,
      random: () => random.next(),
    };
  }

  get isStopped(): boolean {
    return this.#time.isStopped;
  }

  stop(): void {
    this.#time.stop();
  }

  continue(): void {
    this.#time.continue();
  }

  /** Resolves while the process runs; never after its death. */
  async running(): Promise<void> {
    await this.#time.untilContinued();
    if (this.isDead) await never();
  }

  override async whileAlive<T>(promise: Promise<T>): Promise<T> {
    const settle = await promise.then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error;
      },
    );
    await this.running();
    return settle();
  }
}
