/**
 * Loads executions that are under way in the store: all of them after a start of the server, and later those whose start may
 * have failed. Executions that are asleep remain asleep.
 */
import { inBackground } from '../../base/isolated.ts';
import type { Ports } from '../../base/ports.ts';
import type { ExecutionStore } from '../../store/executions.ts';
import type { Orphans } from './children/orphans.ts';
import type { ParentReports } from './children/parent-reports.ts';
import type { CommitQueue } from './commit-queue.ts';
import type { DeletedFlows } from './deleted-flows.ts';
import type { RunTable } from './run-table.ts';
import { untilItWorks } from './until-it-works.ts';

export interface RecoveryOptions {
  readonly store: Pick<ExecutionStore, 'unfinished'>;
  readonly ports: Pick<Ports, 'scheduler' | 'observer'>;
  readonly table: Pick<RunTable, 'getInTurn' | 'doubtful' | 'loadDoubtful'>;
  readonly queue: Pick<CommitQueue, 'onRecovered'>;
  readonly reports: Pick<ParentReports, 'add'>;
  readonly orphans: Pick<Orphans, 'stopAll'>;
  readonly deletedFlows: Pick<DeletedFlows, 'soon'>;
}

const BATCH = 200;

export class Recovery {
  readonly #options: RecoveryOptions;
  #isClosed = false;
  isDone = false;
  #finish: () => void = () => {};
  readonly done = new Promise<void>((resolve) => {
    this.#finish = resolve;
  });

  constructor(options: RecoveryOptions) {
    this.#options = options;
    options.queue.onRecovered(() => this.#loadDoubtful());
  }

  /** Loads all executions that are not asleep, in the order of their starts, and then stops orphaned children. */
  async run(): Promise<void> {
    let executions = 0;
    await this.#untilItWorks(async () => {
      executions = await this.#loadUnfinished();
    });
    // A crash may have separated the deletion of a flow from the ends of its executions.
    this.#options.deletedFlows.soon();
    await this.#options.orphans.stopAll();
    this.isDone = true;
    this.#finish();
    this.#options.ports.observer.recovered?.({ executions });
  }

  close(): void {
    this.#isClosed = true;
  }

  /** The store works again: if it has an execution whose start was aborted, that execution runs. */
  #loadDoubtful(): void {
    const { table } = this.#options;
    const ids = table.doubtful;
    inBackground(this.#options.ports.observer, 'looking for executions whose start may have failed', () =>
      this.#untilItWorks(async () => {
        for (const id of ids) await table.loadDoubtful(id);
      }),
    );
  }

  /** @throws what failed to load, after all others are loaded; the next call loads it again. */
  async #loadUnfinished(): Promise<number> {
    const { store, ports, table, reports } = this.#options;
    let count = 0;
    let fault: { readonly error: unknown } | null = null;
    for (let after = 0; !this.#isClosed; ) {
      const ids = await store.unfinished(after, BATCH);
      for (const id of ids) {
        after = id;
        try {
          if ((await table.getInTurn(id)) !== null) count++;
          // It has ended, and its parent waits for the report.
          else inBackground(ports.observer, 'reporting the end of an execution to its parent', () => reports.add(id));
        } catch (error) {
          // One that cannot be read does not delay the others.
          fault ??= { error };
        }
      }
      if (ids.length < BATCH) break;
      // Requests get a turn of the event loop between two batches.
      await new Promise<void>((resolve) => ports.scheduler.soon(resolve));
    }
    if (fault !== null) throw fault.error;
    return count;
  }

  #untilItWorks(work: () => Promise<void>): Promise<void> {
    const where = 'loading executions that were under way';
    return untilItWorks(this.#options.ports, where, () => this.#isClosed, work);
  }
}
