/**
 * Takes up what the store says was under way: after a start of the server, and what a failing store left in doubt. What
 * is asleep stays asleep.
 */
import type { Clock } from '../../base/clock.ts';
import type { ExecutionId, ExecutionRecord, ExecutionStore } from '../../store/executions.ts';
import { childModeOf } from '../../language/tasks/child-modes.ts';
import { decodeEvents } from '../../interpreter/journal.ts';
import type { ParentReports } from './children/parent-reports.ts';
import type { RunTable } from './run-table.ts';
import { PARENT_GONE } from './run.ts';
import type { StandardRun } from './run.ts';

export interface RecoveryOptions {
  readonly store: Pick<ExecutionStore, 'get' | 'journal' | 'unfinished' | 'children' | 'orphans'>;
  readonly clock: Clock;
  readonly table: RunTable;
  readonly reports: ParentReports;
  /** A start that was refused, because the store failed, was kept all the same. */
  readonly onFound: () => void;
  readonly onError: (error: unknown) => void;
}

const BATCH = 200;
const RETRY_MS = 1_000;

export class Recovery {
  readonly #options: RecoveryOptions;
  /** Starts that drew back while the store failed. */
  readonly #doubtful = new Set<ExecutionId>();
  #closed = false;
  #finish: () => void = () => {};
  readonly done = new Promise<void>((resolve) => {
    this.#finish = resolve;
  });

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  /** Brings everything that is not asleep into memory, in the order in which it was started. */
  async run(): Promise<void> {
    await this.#untilItWorks(() => this.#takeUp());
    await this.#untilItWorks(() => this.#stopOrphans());
    this.#finish();
  }

  close(): void {
    this.#closed = true;
  }

  doubt(id: ExecutionId): void {
    this.#doubtful.add(id);
  }

  /** The store works again: what it kept of the starts that were refused goes on. */
  lookAtDoubtful(): void {
    const ids = [...this.#doubtful];
    this.#doubtful.clear();
    const { table, reports, onFound } = this.#options;
    void this.#untilItWorks(async () => {
      for (let id = ids[0]; id !== undefined; id = ids[0]) {
        // It may have ended in the same commit, and owe its end to a task.
        if ((await table.get(id)) === null) void reports.add(id);
        else onFound();
        ids.shift();
      }
    });
  }

  /** Children of tasks that have ended. */
  stopChildren(parent: ExecutionId, events: readonly number[]): Promise<void> {
    return this.#untilItWorks(async () => {
      for (const id of await this.#options.store.children(parent, events)) await this.#stop(id);
    });
  }

  /** A child whose start became durable after its task was given up. */
  async stopIfOrphan(child: ExecutionRecord): Promise<void> {
    if (child.parent === null) return;
    const { table } = this.#options;
    const parent = await table.get(child.parent.execution);
    const isWaiting =
      parent === null ? table.stuck(child.parent.execution) !== undefined : parent.waitsFor(child.parent.event);
    if (!isWaiting) await this.#stop(child.id);
  }

  async #takeUp(): Promise<void> {
    const { store, table, reports } = this.#options;
    for (let after = 0; !this.#closed; ) {
      const ids = await store.unfinished(after, BATCH);
      for (const id of ids) {
        // Not running any more: its end is owed to its parent.
        if ((await table.get(id)) === null) void reports.add(id);
        after = id;
      }
      if (ids.length < BATCH) return;
      // Requests have their turn between two batches.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #stopOrphans(): Promise<void> {
    for (let after = 0; !this.#closed; ) {
      const ids = await this.#options.store.orphans(after, BATCH);
      for (const id of ids) {
        if (await this.#isChild(id)) await (await this.#stop(id))?.durable();
        after = id;
      }
      if (ids.length < BATCH) return;
    }
  }

  /** True for one that a task started; a caller who started it with a task's token keeps it. */
  async #isChild(id: ExecutionId): Promise<boolean> {
    const { store } = this.#options;
    const parent = (await store.get(id))?.parent ?? null;
    if (parent === null) return false;
    const rows = await store.journal(parent.execution, parent.event, 1);
    const events = rows.flatMap((row) => decodeEvents(row.events));
    const scheduled = events.find(({ event }) => event.id === parent.event)?.event.facts ?? null;
    return scheduled?.mode === 'WaitForSystemCallback' && childModeOf(scheduled.action ?? '') === 'Standard';
  }

  async #stop(id: ExecutionId): Promise<StandardRun | null> {
    const run = await this.#options.table.get(id);
    run?.advance({ kind: 'stop', failure: PARENT_GONE });
    return run;
  }

  async #untilItWorks(work: () => Promise<void>): Promise<void> {
    while (!this.#closed) {
      try {
        return await work();
      } catch (error) {
        this.#options.onError(error);
        await new Promise<void>((resolve) => this.#options.clock.after(RETRY_MS, resolve));
      }
    }
  }
}
