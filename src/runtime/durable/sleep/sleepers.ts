/**
 * Wakes what is asleep in the store when its time has come. There is one timer, for the earliest; it never sleeps longer
 * than a minute, because the wall clock, by which the store's times count, may be set in the meantime.
 */
import type { Clock } from '../../../base/clock.ts';
import type { ExecutionId, ExecutionStore } from '../../../store/executions.ts';

export interface SleepersOptions {
  readonly store: Pick<ExecutionStore, 'due' | 'asleep' | 'nextWakeMs'>;
  readonly clock: Clock;
  /** Brings an execution into memory and lets it look at the clock. */
  readonly wake: (id: ExecutionId) => Promise<void>;
  /** Brings an execution into memory whose times in the store are those of a clock that was set back since. */
  readonly setBack: (id: ExecutionId, byMs: number) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

const LONGEST_SLEEP_MS = 60_000;
/** Between two looks while some are due and their waking is on its way to the disk. */
const SHORTEST_SLEEP_MS = 20;
const BATCH = 200;
/**
 * A wall clock that falls behind the monotonic one by more was set back. One that runs ahead was set on, or the machine was
 * suspended: what is due then is due.
 */
const SET_BACK_MS = 5_000;

export class Sleepers {
  readonly #options: SleepersOptions;
  #cancel: (() => void) | null = null;
  #armedMs = Number.POSITIVE_INFINITY;
  #looking = false;
  #closed = false;
  /** Wall clock minus monotonic clock. */
  #offsetMs: number;
  /** By how much the clock was set back, and the last execution that was told. */
  readonly #setBacks: { readonly byMs: number; after: ExecutionId }[] = [];

  constructor(options: SleepersOptions) {
    this.#options = options;
    this.#offsetMs = this.#offset();
  }

  /** An execution falls asleep until then, wall clock. */
  add(wakeMs: number): void {
    this.#arm(wakeMs - this.#options.clock.nowMs());
  }

  /** Looks now, and from then on by itself. */
  async look(): Promise<void> {
    if (this.#looking || this.#closed) return;
    this.#looking = true;
    let nextMs: number | null = null;
    try {
      const byMs = this.#wentBackMs();
      if (byMs > SET_BACK_MS) this.#setBacks.push({ byMs, after: 0 });
      await this.#setAllBack();
      nextMs = await this.#wakeDue();
    } catch (error) {
      this.#options.onError(error);
      nextMs = 1_000;
    } finally {
      this.#looking = false;
    }
    if (nextMs !== null) this.#arm(nextMs);
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  /** Milliseconds until the next look; null when nothing is asleep. */
  async #wakeDue(): Promise<number | null> {
    const { store, clock, wake } = this.#options;
    const ids = await store.due(clock.nowMs(), BATCH);
    for (const id of ids) await wake(id);
    if (ids.length > 0) return SHORTEST_SLEEP_MS;
    const nextMs = await store.nextWakeMs();
    return nextMs === null ? null : nextMs - clock.nowMs();
  }

  /** One after another, each execution once, also when the store fails in between. */
  async #setAllBack(): Promise<void> {
    const { store, setBack } = this.#options;
    for (let one = this.#setBacks[0]; one !== undefined && !this.#closed; one = this.#setBacks[0]) {
      const ids = await store.asleep(one.after, BATCH);
      for (const id of ids) {
        await setBack(id, one.byMs);
        one.after = id;
      }
      if (ids.length < BATCH) this.#setBacks.shift();
    }
  }

  /** How far the wall clock fell behind the monotonic one since the last look; below zero when it ran ahead. */
  #wentBackMs(): number {
    const before = this.#offsetMs;
    this.#offsetMs = this.#offset();
    return before - this.#offsetMs;
  }

  #offset(): number {
    const { clock } = this.#options;
    return clock.nowMs() - clock.monotonicMs();
  }

  #arm(inMs: number): void {
    if (this.#closed) return;
    const { clock } = this.#options;
    const delayMs = Math.min(Math.max(inMs, SHORTEST_SLEEP_MS), LONGEST_SLEEP_MS);
    const dueMs = clock.monotonicMs() + delayMs;
    if (this.#cancel !== null && dueMs >= this.#armedMs) return;
    this.#cancel?.();
    this.#armedMs = dueMs;
    this.#cancel = clock.after(delayMs, () => {
      this.#cancel = null;
      void this.look();
    });
  }
}
