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
import type { RunListener } from './run-listener.ts';
import type { RunTable } from './run-table.ts';
import { untilItWorks } from './until-it-works.ts';

export interface RecoveryOptions {
  readonly store: Pick<ExecutionStore, 'claimUnowned' | 'ownedAwake' | 'dueEnds'>;
  readonly node: NodeNumber;
  readonly ports: Pick<Ports, 'scheduler' | 'observer'>;
  readonly table: Pick<RunTable, 'getInTurn' | 'peek' | 'doubtful' | 'loadDoubtful'>;
  readonly queue: Pick<CommitQueue, 'onRecovered'>;
  readonly reports: Pick<ParentReports, 'add'>;
  readonly orphans: Pick<Orphans, 'stopAll'>;
  readonly deletedFlows: Pick<DeletedFlows, 'soon'>;
}

const BATCH = 200;
const WHERE = 'loading executions that were under way';

export class Recovery implements RunListener {
  readonly #options: RecoveryOptions;
  /** Executions that this node owns and has not loaded yet. */
  readonly #claimed = new Set<ExecutionId>();
  /** How many were loaded so far. */
  #loaded = 0;
  /** True when the answer to a claim may have been lost: the node may own executions that it has not loaded. */
  #isUnsure = false;
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

  /** No one else would load it. */
  unloaded(id: ExecutionId): void {
    if (this.#claimed.has(id)) return;
    this.#claimed.add(id);
    if (!this.isDone) return;
    inBackground(this.#options.ports.observer, WHERE, () => this.#untilItWorks(() => this.#loadClaimed()));
  }

  /** A claim has failed, and may have had its effect. */
  doubt(): void {
    this.#isUnsure = true;
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
    const before = this.#loaded;
    let fault: { readonly error: unknown } | null = null;
    if (this.#isUnsure) await this.#findOwned();
    for (let after = 0; !this.#isClosed; ) {
      const ids = await store.claimUnowned(node, after, BATCH);
      for (const id of ids) this.#claimed.add(id);
      after = ids.at(-1) ?? after;
      await this.#loadClaimed().catch((error: unknown) => {
        fault ??= { error };
      });
      if (ids.length < BATCH) break;
      // Requests get a turn of the event loop between two batches.
      await new Promise<void>((resolve) => ports.scheduler.soon(resolve));
    }
    if (fault !== null) throw (fault as { readonly error: unknown }).error;
    return this.#loaded - before;
  }

  /** Finds what this node owns and does not know of. */
  async #findOwned(): Promise<void> {
    const { store, node, table } = this.#options;
    this.#isUnsure = false;
    try {
      for (let after = 0; !this.#isClosed; ) {
        const ids = await store.ownedAwake(node, after, BATCH);
        for (const id of ids) if (table.peek(id) === undefined) this.#claimed.add(id);
        after = ids.at(-1) ?? after;
        if (ids.length < BATCH) return;
      }
    } catch (error) {
      this.#isUnsure = true;
      throw error;
    }
  }

  /** @throws as {@link #loadUnowned} */
  async #loadClaimed(): Promise<void> {
    const faults: unknown[] = [];
    for (const id of [...this.#claimed]) {
      if (this.#isClosed) return;
      try {
        if ((await this.#options.table.getInTurn(id)) !== null) this.#loaded++;
        this.#claimed.delete(id);
      } catch (error) {
        // One that cannot be read does not delay the others.
        faults.push(error);
      }
    }
    if (faults.length > 0) throw faults[0];
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
    return untilItWorks(this.#options.ports, WHERE, () => this.#isClosed, work);
  }
}
