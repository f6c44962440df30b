/**
 * Loads executions that are under way in the store and that no node owns: all of them after a start of the server, and later what
 * other nodes have left and those whose start may have failed. Executions that are asleep remain asleep.
 */
import { inBackground } from '../../base/isolated.ts';
import type { Ports } from '../../base/ports.ts';
import type { ExecutionId, ExecutionStore } from '../../store/executions.ts';
import type { NodeNumber } from '../../store/nodes.ts';
import type { Orphans } from './children/orphans.ts';
import type { ParentReports } from './children/parent-reports.ts';
import type { CommitQueue } from './commit-queue.ts';
import type { DeletedFlows } from './deleted-flows.ts';
import type { RunTable } from './run-table.ts';
import { untilItWorks } from './until-it-works.ts';

export interface RecoveryOptions {
  readonly store: Pick<ExecutionStore, 'claimUnowned' | 'dueEnds'>;
  readonly node: NodeNumber;
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
  /** Executions that this node owns and has not loaded yet. */
  readonly #claimed = new Set<ExecutionId>();
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
      executions += await this.#loadUnowned();
      await this.#reportEnds();
    });
    // A crash may have separated the deletion of a flow from the ends of its executions.
    this.#options.deletedFlows.soon();
    await this.#options.orphans.stopAll();
    this.isDone = true;
    this.#finish();
    this.#options.ports.observer.recovered?.({ executions });
  }

  /** Takes over what other nodes have left since. @throws what could not be loaded; the next call loads it again */
  async look(): Promise<void> {
    if (!this.isDone) return;
    const executions = await this.#loadUnowned();
    await this.#reportEnds();
    if (executions > 0) this.#options.ports.observer.recovered?.({ executions });
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
  async #loadUnowned(): Promise<number> {
    const { store, node, ports } = this.#options;
    let count = 0;
    const faults: unknown[] = [];
    const load = async (id: ExecutionId): Promise<void> => {
      try {
        if (await this.#load(id)) count++;
      } catch (error) {
        // One that cannot be read does not delay the others.
        faults.push(error);
      }
    };
    for (const id of [...this.#claimed]) await load(id);
    for (let after = 0; !this.#isClosed; ) {
      const ids = await store.claimUnowned(node, after, BATCH);
      for (const id of ids) this.#claimed.add(id);
      for (const id of ids) {
        after = id;
        await load(id);
      }
      if (ids.length < BATCH) break;
      // Requests get a turn of the event loop between two batches.
      await new Promise<void>((resolve) => ports.scheduler.soon(resolve));
    }
    if (faults.length > 0) throw faults[0];
    return count;
  }

  async #load(id: ExecutionId): Promise<boolean> {
    if (this.#isClosed) return false;
    const run = await this.#options.table.getInTurn(id);
    this.#claimed.delete(id);
    return run !== null;
  }

  /** Executions that have ended, and whose parent waits for the report. */
  async #reportEnds(): Promise<void> {
    const { store, node, ports, reports } = this.#options;
    for (let after = 0; !this.#isClosed; ) {
      const ids = await store.dueEnds(node, after, BATCH);
      for (const id of ids) {
        after = id;
        inBackground(ports.observer, 'reporting the end of an execution to its parent', () => reports.add(id));
      }
      if (ids.length < BATCH) return;
      await new Promise<void>((resolve) => ports.scheduler.soon(resolve));
    }
  }

  #untilItWorks(work: () => Promise<void>): Promise<void> {
    const where = 'loading executions that were under way';
    return untilItWorks(this.#options.ports, where, () => this.#isClosed, work);
  }
}
