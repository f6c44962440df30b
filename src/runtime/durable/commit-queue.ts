/**
 * Group commit: one queue for all Standard executions, one transaction for each flush, one flush at a time. Changes that become
 * ready while the disk works go into the next flush together: the more executions run, the less one step costs.
 *
 * Invariants. The queue reports a change as durable only after the store has. It repeats a failed flush with the same changes
 * until it succeeds (the port makes repetitions harmless), and commits no other change before it. A change that the store can
 * never accept delays no other change, and no item disturbs another by what it throws. An execution holds its further decisions during a flush; the next flush takes them all.
 */
import type { Ports } from '../../base/ports.ts';
import { AssertionFailure } from '../../base/assert.ts';
import { inBackground, isolated } from '../../base/isolated.ts';
import { pause } from '../../base/scheduler.ts';
import { STORE_RETRY_MAX_MS, STORE_RETRY_MIN_MS } from '../../store/retries.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { ExecutionChange, ExecutionStore, Outcome } from '../../store/executions.ts';
import { LeaseLost } from '../../store/nodes.ts';
import type { NodeNumber } from '../../store/nodes.ts';
import { nodeGone } from './not-accepting.ts';
import type { ClockReading, SteadyClock } from './steady-clock.ts';

/** A source of changes: a run, or a single change. */
export interface Committable {
  /** The change to commit now; null for none. The queue calls it once for each flush. */
  takeChange(): ExecutionChange | null;
  /** The last change that the queue took is durable. */
  committed(): void;
  /** The last change that the queue took has changed nothing, for this reason. */
  dropped(outcome: Dropped): void;
  /**
   * The flush failed and will be repeated. Returns true to leave the repetition; whether the store has the change is then
   * unknown.
   */
  aborts(error: unknown): boolean;
  /** The store can never accept the change, which is a defect. The store has no part of it, and the queue drops this item. */
  refused(error: unknown): void;
}

/** Why the store has not stored a change. */
export type Dropped = Exclude<Outcome, 'stored'>;

export interface StoreTrouble {
  readonly sinceMs: number;
  readonly error: unknown;
}

export interface CommitQueueOptions {
  readonly store: Pick<ExecutionStore, 'commit'>;
  readonly node: NodeNumber;
  readonly clock: Pick<SteadyClock, 'read'>;
  readonly cluster: Pick<Cluster, 'holdsLease'>;
  readonly ports: Pick<Ports, 'clock' | 'scheduler' | 'observer'>;
}

/** Changes of one transaction; more would delay the answers of the first ones. */
const FLUSH_CHANGES_MAX = 1_000;
/** UTF-16 units of journal text of one transaction. */
const FLUSH_UNITS_MAX = 8 * 1024 * 1024;
/** A commit stores the time if the store's is older than this. It bounds the error of a set-back that happens while no server runs. */
const SEEN_MS = 5_000;

interface Taken {
  readonly item: Committable;
  readonly change: ExecutionChange;
}

type Attempt = { readonly outcomes: readonly Outcome[] } | { readonly error: unknown };

export class CommitQueue {
  readonly #options: CommitQueueOptions;
  readonly #waiting = new Set<Committable>();
  /** Single changes that have not ended. Runs learn from the run table that the queue has stopped. */
  readonly #singles = new Set<{ readonly failed: (error: unknown) => void }>();
  #isScheduled = false;
  #isFlushing = false;
  #isStopped = false;
  /** True when the next flush stores the time, even without a change. */
  #isTouched = false;
  /** The time that the store has. */
  #stored: ClockReading;
  #trouble: StoreTrouble | null = null;
  #idle: (() => void)[] = [];
  readonly #whenRecovered: (() => void)[] = [];
  readonly #whenLeaseLost: (() => void)[] = [];

  constructor(options: CommitQueueOptions) {
    this.#options = options;
    // The owner stored it when it took the store over.
    this.#stored = options.clock.read();
  }

  /** Since when and why commits fail; null when the store works. */
  get trouble(): StoreTrouble | null {
    return this.#trouble;
  }

  /** True when the queue commits nothing more. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Calls `react` whenever the store works again after a failure. */
  onRecovered(react: () => void): void {
    this.#whenRecovered.push(react);
  }

  /** Calls `react` when the store refuses a commit because this node is gone. */
  onLeaseLost(react: () => void): void {
    this.#whenLeaseLost.push(react);
  }

  /** Takes the item's change with the next flush. */
  add(item: Committable): void {
    if (this.#isStopped) return;
    this.#waiting.add(item);
    this.#schedule();
  }

  /**
   * Commits a single change without a run. Calls one of the two functions, once.
   * @param settled is called with what became of it
   * @param failed is called when no one will know: the queue has stopped, or the store can never accept the change, which is a defect
   */
  addChange(
    change: ExecutionChange,
    settled: (outcome: Outcome) => void = () => {},
    failed: (error: unknown) => void = () => {},
  ): void {
    if (this.#isStopped) return failed(nodeGone());
    const single = { failed };
    const end = (outcome: Outcome): void => {
      if (this.#singles.delete(single)) settled(outcome);
    };
    this.#singles.add(single);
    this.add({
      takeChange: () => change,
      committed: () => end('stored'),
      dropped: end,
      aborts: () => false,
      refused: (error) => {
        this.#options.ports.observer.defect?.({ error, where: 'a change that the store can never accept' });
        if (this.#singles.delete(single)) failed(error);
      },
    });
  }

  /** {@link addChange} for a caller who waits. @throws `InternalServerError` when the queue stops; a defect */
  outcomeOf(change: ExecutionChange): Promise<Outcome> {
    return new Promise((resolve, reject) => this.addChange(change, resolve, reject));
  }

  /** Stores the present time, unless the store has a recent one: a commit of no execution. */
  touch(): void {
    if (this.#isStopped || this.#trouble !== null || this.#readingToStore() === null) return;
    this.#isTouched = true;
    this.#schedule();
  }

  /** Resolves when all changes added so far are durable, or the queue has stopped. */
  idle(): Promise<void> {
    if (this.#isStopped || (this.#waiting.size === 0 && !this.#isTouched && !this.#isFlushing)) {
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Commits nothing more, and does not wait for a flush under way. */
  stop(): void {
    this.#isStopped = true;
    this.#waiting.clear();
    this.#wakeIdle();
    const singles = [...this.#singles];
    this.#singles.clear();
    for (const { failed } of singles) this.#isolated('a change that will not be durable', () => failed(nodeGone()));
  }

  /** The store has refused a change because this node is gone. */
  loseLease(): void {
    if (this.#isStopped) return;
    this.stop();
    for (const react of this.#whenLeaseLost) this.#isolated('the reaction to a lost lease', react);
  }

  /** Flushes in the next turn of the event loop, together with the changes that the callbacks of this turn add. */
  #schedule(): void {
    if (this.#isScheduled || this.#isFlushing) return;
    this.#isScheduled = true;
    this.#options.ports.scheduler.soon(() => {
      this.#isScheduled = false;
      inBackground(this.#options.ports.observer, 'a commit', () => this.#flush());
    });
  }

  async #flush(): Promise<void> {
    if (this.#isFlushing || this.#isStopped) return;
    this.#isFlushing = true;
    try {
      const taken = this.#take();
      const isTouched = this.#isTouched;
      this.#isTouched = false;
      if (taken.length > 0 || isTouched) await this.#commit(taken);
    } finally {
      this.#isFlushing = false;
    }
    if (this.#isStopped) return;
    if (this.#waiting.size > 0) this.#schedule();
    else this.#wakeIdle();
  }

  #take(): Taken[] {
    const taken: Taken[] = [];
    let units = 0;
    for (const item of this.#waiting) {
      if (taken.length >= FLUSH_CHANGES_MAX || units >= FLUSH_UNITS_MAX) break;
      this.#waiting.delete(item);
      const change = this.#changeOf(item);
      if (change === null) continue;
      taken.push({ item, change });
      units += unitsOf(change);
    }
    return taken;
  }

  async #commit(all: readonly Taken[]): Promise<void> {
    const { cluster, ports } = this.#options;
    const { scheduler } = ports;
    const report = this.#stopwatch();
    const seen = this.#readingToStore();
    let taken = all;
    let outcomes: readonly Outcome[];
    for (let delayMs = STORE_RETRY_MIN_MS; ; delayMs = Math.min(delayMs * 2, STORE_RETRY_MAX_MS)) {
      const attempt = await this.#attempt(taken, seen);
      if ('outcomes' in attempt) {
        outcomes = attempt.outcomes;
        break;
      }
      const { error } = attempt;
      if (error instanceof AssertionFailure) return this.#refuse(taken, error);
      if (this.#isStopped) return;
      if (error instanceof LeaseLost) return this.loseLease();
      this.#fails(error);
      // When all have aborted, the repetition is empty and only tests whether the store works again.
      taken = taken.filter(({ item }) => !this.#aborts(item, error));
      await pause(scheduler, delayMs);
      if (this.#isStopped) return;
    }
    // The process may have been stopped since the commit. Other nodes may have acted on it, and may even be done with it.
    while (!cluster.holdsLease && !this.#isStopped) await pause(scheduler, STORE_RETRY_MIN_MS);
    if (this.#isStopped) return;
    this.#works();
    report?.(taken.length);
    for (const [i, { item }] of taken.entries()) {
      const outcome = outcomes[i] ?? 'lost';
      const settle = outcome === 'stored' ? () => item.committed() : () => item.dropped(outcome);
      this.#isolated('an execution whose change is durable', settle);
    }
  }

  /** Reports a commit that begins now, once it has ended; null when no subscriber wants to know. */
  #stopwatch(): ((changes: number) => void) | null {
    const { clock, observer } = this.#options.ports;
    if (observer.committed === null) return null;
    let beganMs = 0;
    this.#isolated('the duration of a commit', () => {
      beganMs = clock.monotonicMs();
    });
    return (changes) => {
      this.#isolated('the report of a commit', () =>
        observer.committed?.({ changes, tookMs: clock.monotonicMs() - beganMs }),
      );
    };
  }

  /** The outcomes of the changes; else the error, after which they may or may not be durable. */
  async #attempt(taken: readonly Taken[], seen: ClockReading | null): Promise<Attempt> {
    const { store, node } = this.#options;
    try {
      const changes = taken.map(({ change }) => change);
      const outcomes = await store.commit(node, changes, seen ?? undefined);
      if (seen !== null) this.#stored = seen;
      return { outcomes };
    } catch (error) {
      return { error: error ?? new Error('The store gave no reason.') };
    }
  }

  /** The time that the next commit stores; null if the store has one that is recent enough. */
  #readingToStore(): ClockReading | null {
    const { nowMs, setBackMs } = this.#stored;
    let due: ClockReading | null = null;
    this.#isolated('the time of a commit', () => {
      const reading = this.#options.clock.read();
      const isRecent = reading.setBackMs === setBackMs && Math.abs(reading.nowMs - nowMs) < SEEN_MS;
      if (!isRecent) due = reading;
    });
    return due;
  }

  /** The store can never accept one of these changes. Commits them one by one to find it. */
  async #refuse(taken: readonly Taken[], error: AssertionFailure): Promise<void> {
    const [only] = taken;
    if (taken.length === 1 && only !== undefined) {
      this.#refused(only.item, error);
      return this.#commit([]);
    }
    for (const each of taken) await this.#commit([each]);
  }

  /** The change of an item. An item that throws, for example because it cannot encode its events, must not delay the others. */
  #changeOf(item: Committable): ExecutionChange | null {
    try {
      return item.takeChange();
    } catch (error) {
      this.#refused(item, error);
      return null;
    }
  }

  #refused(item: Committable, error: unknown): void {
    this.#isolated('an execution whose change was refused', () => item.refused(error));
  }

  #aborts(item: Committable, error: unknown): boolean {
    let aborts = false;
    this.#isolated('an execution whose commit failed', () => {
      aborts = item.aborts(error);
    });
    return aborts;
  }

  #isolated(where: string, work: () => void): void {
    isolated(this.#options.ports.observer, where, work);
  }

  #fails(error: unknown): void {
    if (this.#trouble !== null) return;
    const { clock, observer } = this.#options.ports;
    this.#isolated('the report of a store that fails', () => {
      this.#trouble = { sinceMs: clock.nowMs(), error };
      observer.storeFailed?.({ part: 'executions', error });
    });
  }

  #works(): void {
    if (this.#trouble === null) return;
    this.#trouble = null;
    this.#isolated('the report of a store that works again', () =>
      this.#options.ports.observer.storeRecovered?.({ part: 'executions' }),
    );
    for (const react of this.#whenRecovered) this.#isolated('the reaction to a store that works again', react);
  }

  #wakeIdle(): void {
    for (const wake of this.#idle.splice(0)) wake();
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
