/**
 * Wakes executions that are asleep in the store when their wake time has come. One timer waits for the earliest of them. It
 * runs for at most a minute, because someone may set the clock forward: what is due by it then wakes. Setting it back changes
 * nothing, because wake times are steady time (`steady-clock.ts`).
 */
import { inBackground } from '../../../base/isolated.ts';
import type { Ports } from '../../../base/ports.ts';
import type { ExecutionStore } from '../../../store/executions.ts';
import type { NodeNumber } from '../../../store/nodes.ts';
import type { RunListener } from '../run-listener.ts';
import type { RunTable } from '../run-table.ts';
import type { SteadyClock } from '../steady-clock.ts';

export interface SleepersOptions {
  readonly store: Pick<ExecutionStore, 'claimDue' | 'nextWakeMs'>;
  readonly node: NodeNumber;
  readonly clock: SteadyClock;
  readonly ports: Pick<Ports, 'clock' | 'scheduler' | 'observer'>;
  readonly table: Pick<RunTable, 'getInTurn'>;
}

const LONGEST_SLEEP_MS = 60_000;
/** Between two looks while due executions have been woken and their commits are under way. */
const SHORTEST_SLEEP_MS = 20;
const RETRY_MS = 1_000;
const BATCH = 200;
export class Sleepers implements RunListener {
  readonly #options: SleepersOptions;
  #cancel: (() => void) | null = null;
  #armedMs = Number.POSITIVE_INFINITY;
  #isLooking = false;
  #isClosed = false;

  constructor(options: SleepersOptions) {
    this.#options = options;
  }

  /** An execution sleeps until `wakeMs`, steady time. */
  asleep(wakeMs: number): void {
    this.#arm(wakeMs - this.#options.clock.steadyMs());
  }

  /** Wakes the executions that are due, and sets the timer for the next look. Looks again soon if that fails. */
  async look(): Promise<void> {
    if (this.#isLooking || this.#isClosed) return;
    this.#isLooking = true;
    try {
      const nextMs = await this.#wakeDue();
      if (nextMs !== null) this.#arm(nextMs);
    } catch (error) {
      if (this.#isClosed) return;
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
    const { store, node, clock, table } = this.#options;
    const ids = await store.claimDue(node, clock.steadyMs(), BATCH);
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
    return nextMs === null ? null : nextMs - clock.steadyMs();
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
