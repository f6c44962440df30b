/**
 * Wakes executions that are asleep in the store when their wake time has come. One timer waits for the earliest of them. It
 * runs for at most a minute, because wake times count by the wall clock, which someone may set.
 */
import { inBackground } from '../../../base/isolated.ts';
import type { Ports } from '../../../base/ports.ts';
import type { ExecutionId, ExecutionStore } from '../../../store/executions.ts';
import type { RunListener, RunTable } from '../run-table.ts';

export interface SleepersOptions {
  readonly store: Pick<ExecutionStore, 'due' | 'asleep' | 'nextWakeMs'>;
  readonly ports: Pick<Ports, 'clock' | 'scheduler' | 'observer'>;
  readonly table: Pick<RunTable, 'getInTurn'>;
}

const LONGEST_SLEEP_MS = 60_000;
/** Between two looks while due executions have been woken and their commits are under way. */
const SHORTEST_SLEEP_MS = 20;
const RETRY_MS = 1_000;
const BATCH = 200;
/**
 * If the wall clock falls behind the monotonic clock by more than this, someone has set it back. A wall clock that runs ahead
 * was set forward, or the machine was suspended; executions that are due by it then wake.
 */
const SET_BACK_MS = 5_000;

export class Sleepers implements RunListener {
  readonly #options: SleepersOptions;
  #cancel: (() => void) | null = null;
  #armedMs = Number.POSITIVE_INFINITY;
  #isLooking = false;
  #isClosed = false;
  /** Wall clock minus monotonic clock. */
  #offsetMs: number;
  /** Each set-back of the clock, and the last execution whose times were already moved for it. */
  readonly #setBacks: { readonly byMs: number; after: ExecutionId }[] = [];

  constructor(options: SleepersOptions) {
    this.#options = options;
    this.#offsetMs = this.#offset();
  }

  /** An execution sleeps until `wakeMs`, wall clock. */
  asleep(wakeMs: number): void {
    this.#arm(wakeMs - this.#options.ports.clock.nowMs());
  }

  /** Wakes the executions that are due, and sets the timer for the next look. Looks again soon if that fails. */
  async look(): Promise<void> {
    if (this.#isLooking || this.#isClosed) return;
    this.#isLooking = true;
    try {
      const byMs = this.#wentBackMs();
      if (byMs > SET_BACK_MS) this.#setBacks.push({ byMs, after: 0 });
      await this.#setAllBack();
      const nextMs = await this.#wakeDue();
      if (nextMs !== null) this.#arm(nextMs);
    } catch (error) {
      this.#options.ports.observer.defect?.({ error, where: 'waking executions whose time has come' });
      this.#lookIn(RETRY_MS);
    } finally {
      this.#isLooking = false;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }

  /** Wakes due executions. Returns milliseconds until the next look; null when no execution is asleep. */
  async #wakeDue(): Promise<number | null> {
    const { store, ports, table } = this.#options;
    const ids = await store.due(ports.clock.nowMs(), BATCH);
    let fault: { readonly error: unknown } | null = null;
    for (const id of ids) {
      try {
        (await table.getInTurn(id))?.recheck();
      } catch (error) {
        // One that cannot be read does not delay the others.
        fault ??= { error };
      }
    }
    if (fault !== null) throw fault.error;
    if (ids.length > 0) return SHORTEST_SLEEP_MS;
    const nextMs = await store.nextWakeMs();
    return nextMs === null ? null : nextMs - ports.clock.nowMs();
  }

  /** Moves the times of all sleeping executions, exactly once for each set-back, even if the store fails in between. */
  async #setAllBack(): Promise<void> {
    const { store, table } = this.#options;
    for (let one = this.#setBacks[0]; one !== undefined && !this.#isClosed; one = this.#setBacks[0]) {
      const ids = await store.asleep(one.after, BATCH);
      for (const id of ids) {
        (await table.getInTurn(id))?.setBack(one.byMs);
        one.after = id;
      }
      if (ids.length < BATCH) this.#setBacks.shift();
    }
  }

  /** How far the wall clock fell behind the monotonic clock since the last look; negative when it ran ahead. */
  #wentBackMs(): number {
    const before = this.#offsetMs;
    this.#offsetMs = this.#offset();
    return before - this.#offsetMs;
  }

  #offset(): number {
    const { clock } = this.#options.ports;
    return clock.nowMs() - clock.monotonicMs();
  }

  #arm(inMs: number): void {
    if (this.#isClosed) return;
    const { clock } = this.#options.ports;
    const delayMs = Math.min(Math.max(inMs, SHORTEST_SLEEP_MS), LONGEST_SLEEP_MS);
    const dueMs = clock.monotonicMs() + delayMs;
    if (this.#cancel !== null && dueMs >= this.#armedMs) return;
    this.#armedMs = dueMs;
    this.#lookIn(delayMs);
  }

  /** Replaces the timer. */
  #lookIn(delayMs: number): void {
    this.#cancel?.();
    if (this.#isClosed) return;
    const { scheduler, observer } = this.#options.ports;
    this.#cancel = scheduler.after(delayMs, () => {
      this.#cancel = null;
      inBackground(observer, 'waking executions whose time has come', () => this.look());
    });
  }
}
