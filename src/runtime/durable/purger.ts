/**
 * Deletes ended executions that are retained no longer, and those of deleted flows, in rounds of small steps, so that other commits
 * need not wait long. Each round begins ten minutes after the one before. After its steps it gives back disk space, in small steps too.
 */
import { inBackground } from '../../base/isolated.ts';
import type { Ports } from '../../base/ports.ts';
import type { Settings } from '../../config/settings.ts';
import type { ExecutionStore, PurgePosition, Retention } from '../../store/executions.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { LeaseLost } from '../../store/nodes.ts';
import type { NodeNumber } from '../../store/nodes.ts';
import type { CommitQueue } from './commit-queue.ts';
import type { DurableEnd, RunListener } from './run-listener.ts';
import type { SteadyClock } from './steady-clock.ts';

/** Which ended executions are retained. */
export type RetentionSettings = Pick<Settings['history'], 'retainMs' | 'executions' | 'flows'>;

export interface PurgerOptions {
  readonly store: Pick<ExecutionStore, 'purge' | 'giveBackSpace' | 'deletedFlows'>;
  readonly ports: Pick<Ports, 'scheduler' | 'observer'>;
  readonly clock: SteadyClock;
  readonly queue: Pick<CommitQueue, 'loseLease'>;
  readonly node: NodeNumber;
  /** Its first node purges for all. */
  readonly cluster: Pick<Cluster, 'rank'>;
  readonly retention: RetentionSettings;
}

/** Executions that one step deletes. */
const BATCH = 100;
const BETWEEN_STEPS_MS = 100;
const BETWEEN_ROUNDS_MS = 10 * 60_000;
/** Delay after the deletion of a flow, within which its running executions can end. */
const SOON_MS = 1_000;

export class Purger implements RunListener {
  readonly #options: PurgerOptions;
  #cancel: (() => void) | null = null;
  #isClosed = false;
  /** The round under way may have passed what has to be deleted since. */
  #isSoon = false;
  /** Executions that the round under way has deleted. */
  #deleted = 0;

  constructor(options: PurgerOptions) {
    this.#options = options;
    this.#beginIn(BETWEEN_ROUNDS_MS);
  }

  ended({ isFlowDeleted }: DurableEnd): void {
    if (isFlowDeleted) this.soon();
  }

  /** A flow was deleted, or an execution of a deleted flow has ended. */
  soon(): void {
    this.#isSoon = true;
    this.#beginIn(SOON_MS);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }

  #beginIn(delayMs: number): void {
    this.#in(delayMs, () => {
      this.#isSoon = false;
      return this.#purge(null);
    });
  }

  /** Without a limit only deleted flows leave more to delete: running executions, and ends that a parent does not have yet. */
  async #beginLater(): Promise<void> {
    const { retention, store } = this.#options;
    const isMore = hasLimit(retention) || (await store.deletedFlows()).length > 0;
    if (this.#isSoon) this.#beginIn(SOON_MS);
    else if (isMore) this.#beginIn(BETWEEN_ROUNDS_MS);
  }

  async #purge(after: PurgePosition | null): Promise<void> {
    const { store, clock, node, retention, cluster } = this.#options;
    if (cluster.rank > 0) return this.#beginIn(BETWEEN_ROUNDS_MS);
    const { deleted, next } = await store.purge(node, retentionAt(retention, clock.steadyMs()), BATCH, after);
    this.#deleted += deleted;
    if (next === null || this.#isSoon) this.#report();
    if (this.#isSoon) this.#beginIn(SOON_MS);
    else this.#in(BETWEEN_STEPS_MS, () => (next === null ? this.#giveBackSpace() : this.#purge(next)));
  }

  #report(): void {
    if (this.#deleted > 0) this.#options.ports.observer.executionsPurged?.({ executions: this.#deleted });
    this.#deleted = 0;
  }

  async #giveBackSpace(): Promise<void> {
    const { store, node } = this.#options;
    const isMore = await store.giveBackSpace(node);
    if (isMore && !this.#isSoon) this.#in(BETWEEN_STEPS_MS, () => this.#giveBackSpace());
    else await this.#beginLater();
  }

  async #explaining(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof LeaseLost) return this.#options.queue.loseLease();
      this.#options.ports.observer.defect?.({ error, where: 'deleting old executions' });
      this.#beginIn(BETWEEN_ROUNDS_MS);
    }
  }

  #in(delayMs: number, work: () => Promise<void>): void {
    if (this.#isClosed) return;
    this.#cancel?.();
    const { scheduler, observer } = this.#options.ports;
    this.#cancel = scheduler.after(delayMs, () =>
      inBackground(observer, 'deleting old executions', () => this.#explaining(work)),
    );
  }
}

function hasLimit({ retainMs, executions, flows }: RetentionSettings): boolean {
  return [{ retainMs, executions }, ...flows].some((each) => (each.retainMs ?? each.executions ?? null) !== null);
}

/** The settings as bounds of this moment, in steady time. */
function retentionAt({ retainMs, executions, flows }: RetentionSettings, steadyMs: number): Retention {
  const endedBefore = (ageMs: number | null) => (ageMs === null ? null : steadyMs - ageMs);
  return {
    endedBeforeMs: endedBefore(retainMs),
    executions,
    flows: flows.map(({ pattern, retainMs: own, executions: number }) => ({
      pattern,
      ...(own !== undefined && { endedBeforeMs: endedBefore(own) }),
      ...(number !== undefined && { executions: number }),
    })),
  };
}
