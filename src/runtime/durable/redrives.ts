/** RedriveExecution: an execution that ended without success runs again from the state that failed (docs/extensions.md). */
import { apiError, invalidArgument } from '../../api/error.ts';
import type { ExecutionId, ExecutionRecord, ExecutionStore } from '../../store/executions.ts';
import { OwnedElsewhere } from './dropped.ts';
import { ExecutionUnreadable } from './loader.ts';
import type { EndedExecution, ExecutionLoader } from './loader.ts';
import type { RunTable } from './run-table.ts';
import type { ParentReports } from './children/parent-reports.ts';
import { DurableRun } from './run.ts';
import type { WriteGate } from './write-gate.ts';

export interface RedrivesOptions {
  readonly store: Pick<ExecutionStore, 'get'>;
  readonly table: RunTable;
  readonly gate: WriteGate;
  readonly loader: ExecutionLoader;
  readonly reports: Pick<ParentReports, 'settle'>;
}

export class Redrives {
  readonly #options: RedrivesOptions;
  /** Executions that are being loaded for a redrive. */
  readonly #loading = new Set<ExecutionId>();

  constructor(options: RedrivesOptions) {
    this.#options = options;
  }

  /** Redrives an execution; it is running and durable when this resolves. @throws {ApiError} as `Executions.redrive`. */
  async redrive(record: ExecutionRecord): Promise<ExecutionRecord> {
    const { gate } = this.#options;
    gate.refuseInTrouble();
    const run = await this.#once(record, null);
    await gate.durable(run).catch((error: unknown) => {
      throw error instanceof OwnedElsewhere ? notRedrivable(record) : error;
    });
    return run.record;
  }

  /**
   * Redrives a child for the event `task` of its parent, which gets the next end of the child. Waits while the store fails.
   * @throws {ApiError} as `Executions.redrive`
   */
  async redriveFor(child: ExecutionRecord, task: number): Promise<void> {
    const run = await this.#once(child, task);
    await run.durable().catch((error: unknown) => {
      throw error instanceof OwnedElsewhere ? notRedrivable(child) : error;
    });
  }

  /** One redrive at a time for each execution: the record does not show one that is under way. */
  async #once(record: ExecutionRecord, callbackTo: number | null): Promise<DurableRun> {
    const { id } = record;
    if (this.#loading.has(id)) throw notRedrivable(record);
    this.#loading.add(id);
    return this.#begin(record, callbackTo).finally(() => this.#loading.delete(id));
  }

  async #begin(asFound: ExecutionRecord, callbackTo: number | null): Promise<DurableRun> {
    const { store, table, gate, reports } = this.#options;
    const from = asFound.mapItem === null ? 'api' : 'map';
    table.refuseFull(from, asFound, Number.POSITIVE_INFINITY);
    const ending = table.peek(asFound.id);
    // The store may show an end before the commit has returned here; then the run is still in memory.
    if (ending !== undefined && ending.execution.status !== 'Running') await ending.durable();
    const record = (await store.get(asFound.id)) ?? asFound;
    if (record.status === 'Running' || table.peek(record.id) !== undefined) throw notRedrivable(record);
    if (record.status === 'Succeeded') {
      throw invalidArgument(`Execution '${record.name}' succeeded, so there is no failed state to restart from.`);
    }
    if (record.mapItem !== null && callbackTo === null) {
      throw invalidArgument(
        `Execution '${record.name}' is an item of Map run ${record.mapItem.run}. Redrive the execution of the Map: it runs the items again that have not succeeded.`,
      );
    }
    await reports.settle(record);
    const { execution, undone } = await this.#load(record);
    // Others may have started while the execution was loaded, and the node may have lost its lease: no one would end the run.
    gate.refuseWhenStopped();
    table.refuseFull(from, asFound, Number.POSITIVE_INFINITY);
    const running = { ...record, status: 'Running', stoppedMs: 0, stop: null, error: '', cause: '' } as const;
    const run = new DurableRun(table, running, execution, { kind: 'redriven', callbackTo });
    table.add(run);
    run.begin({ kind: 'redrive', undone });
    return run;
  }

  /** @throws {ApiError} `ExecutionNotExists`, or `InvalidArgument` for an execution that this version cannot read */
  async #load(record: ExecutionRecord): Promise<EndedExecution> {
    const { store, loader } = this.#options;
    try {
      return await loader.loadEnded(record);
    } catch (error) {
      if (!(error instanceof ExecutionUnreadable)) throw error;
      const { name, flowName } = record;
      // A purge has deleted the journal after the record was read.
      if ((await store.get(record.id)) === null) throw apiError('ExecutionNotExists', name, flowName);
      throw invalidArgument(`Execution '${name}' cannot continue in this version of the server: ${error.message}`);
    }
  }
}

function notRedrivable({ name }: ExecutionRecord) {
  return invalidArgument(`Execution '${name}' is running. Only an execution that has ended can be redriven.`);
}
