/**
 * Group commit: one queue for all Standard executions, one transaction a flush, one flush under way. What becomes ready while
 * the disk works goes into the next flush together, so the more is under way, the less one step costs.
 *
 * Invariants. Nobody is told that something is durable before the store has said so. A flush that failed is repeated,
 * with the same changes, until it succeeds (the port makes repeats harmless); nothing overtakes it. A change that
 * the store can never keep is found and holds nobody else up. What an
 * execution decides meanwhile waits in the execution and is taken in one piece.
 */
import type { Clock } from '../../base/clock.ts';
import { AssertionFailure } from '../../base/assert.ts';
import { FenceLost } from '../../store/executions.ts';
import type { ExecutionChange, ExecutionStore } from '../../store/executions.ts';

/** Something with changes of its own to commit. */
export interface Committable {
  /** What is to be committed now; null when there is nothing (any more). Asked once a flush. */
  takeChange(): ExecutionChange | null;
  /** The change that was taken last is durable. */
  committed(): void;
  /**
   * The flush failed and will be repeated; true when this one draws back and must not be part of the repetition. It cannot
   * know then whether its change was kept.
   */
  withdraws(error: unknown): boolean;
  /** The change can never be kept, which is a defect of ours: nothing of it was, and nothing more will be asked for. */
  refused(error: unknown): void;
}

export interface StoreTrouble {
  readonly sinceMs: number;
  readonly error: unknown;
}

export interface CommitQueueOptions {
  readonly store: Pick<ExecutionStore, 'commit'>;
  readonly fence: number;
  readonly clock: Clock;
  /** The store fails: told at the first failure, and with null when it works again. */
  readonly onTrouble: (trouble: StoreTrouble | null) => void;
  /** Another process owns the store: nothing is committed any more. */
  readonly onFenceLost: () => void;
}

/** Changes of one transaction; more would delay the answers of the first ones. */
const FLUSH_CHANGES_MAX = 1_000;
/** UTF-16 units of journal text of one transaction. */
const FLUSH_UNITS_MAX = 8 * 1024 * 1024;
const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 2_000;

interface Taken {
  readonly item: Committable;
  readonly change: ExecutionChange;
}

export class CommitQueue {
  readonly #options: CommitQueueOptions;
  readonly #waiting = new Set<Committable>();
  #scheduled = false;
  #flushing = false;
  #stopped = false;
  #trouble: StoreTrouble | null = null;
  #idle: (() => void)[] = [];

  constructor(options: CommitQueueOptions) {
    this.#options = options;
  }

  /** Since when and why nothing can be committed; null when all is well. */
  get trouble(): StoreTrouble | null {
    return this.#trouble;
  }

  /** True when nothing is committed any more. */
  get isStopped(): boolean {
    return this.#stopped;
  }

  /** How many wait for a flush. */
  get length(): number {
    return this.#waiting.size;
  }

  /** Has the item's change taken with the next flush. */
  add(item: Committable): void {
    if (this.#stopped) return;
    this.#waiting.add(item);
    this.#schedule();
  }

  /** Resolves when everything added so far is durable, or nothing will be committed any more. */
  idle(): Promise<void> {
    if (this.#stopped || (this.#waiting.size === 0 && !this.#flushing)) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Commits nothing more; a flush under way is not waited for. */
  stop(): void {
    this.#stopped = true;
    this.#waiting.clear();
    this.#wakeIdle();
  }

  /** With the next turn of the event loop: what the callbacks of this one bring goes together. */
  #schedule(): void {
    if (this.#scheduled || this.#flushing) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    if (this.#flushing || this.#stopped) return;
    this.#flushing = true;
    try {
      const taken = this.#take();
      if (taken.length > 0) await this.#commit(taken);
    } finally {
      this.#flushing = false;
    }
    if (this.#stopped) return;
    if (this.#waiting.size > 0) this.#schedule();
    else this.#wakeIdle();
  }

  #take(): Taken[] {
    const taken: Taken[] = [];
    let units = 0;
    for (const item of this.#waiting) {
      if (taken.length >= FLUSH_CHANGES_MAX || units >= FLUSH_UNITS_MAX) break;
      this.#waiting.delete(item);
      const change = changeOf(item);
      if (change === null) continue;
      taken.push({ item, change });
      units += unitsOf(change);
    }
    return taken;
  }

  async #commit(all: Taken[]): Promise<void> {
    const { store, fence, clock, onTrouble, onFenceLost } = this.#options;
    let taken = all;
    for (let delayMs = RETRY_MIN_MS; ; delayMs = Math.min(delayMs * 2, RETRY_MAX_MS)) {
      try {
        await store.commit(
          fence,
          taken.map(({ change }) => change),
        );
        break;
      } catch (error) {
        if (error instanceof AssertionFailure && taken.length > 1) {
          // One of them cannot be kept; by themselves the others can.
          for (const each of taken) await this.#commit([each]);
          return;
        }
        if (error instanceof AssertionFailure) {
          for (const { item } of taken) item.refused(error);
          taken = [];
          continue;
        }
        if (this.#stopped) return;
        if (error instanceof FenceLost) {
          this.stop();
          onFenceLost();
          return;
        }
        if (this.#trouble === null) {
          this.#trouble = { sinceMs: clock.nowMs(), error };
          onTrouble(this.#trouble);
        }
        taken = taken.filter(({ item }) => !item.withdraws(error));
        await new Promise<void>((resolve) => clock.after(delayMs, resolve));
        if (this.#stopped) return;
      }
    }
    if (this.#stopped) return;
    // When all have drawn back, the repetition is empty and asks only whether the store works again.
    if (this.#trouble !== null) {
      this.#trouble = null;
      onTrouble(null);
    }
    for (const { item } of taken) item.committed();
  }

  #wakeIdle(): void {
    for (const wake of this.#idle.splice(0)) wake();
  }
}

/** What an item has to commit. One whose change cannot even be written down holds nobody else up. */
function changeOf(item: Committable): ExecutionChange | null {
  try {
    return item.takeChange();
  } catch (error) {
    item.refused(error);
    return null;
  }
}

function unitsOf(change: ExecutionChange): number {
  return (
    (change.journal?.events.length ?? 0) +
    (change.start?.record.input.length ?? 0) +
    (change.start?.snapshot?.definition.length ?? 0) +
    (change.end?.output.length ?? 0)
  );
}
