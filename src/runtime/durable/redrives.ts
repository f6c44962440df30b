/** RedriveExecution: an execution that ended without success runs again from the state that failed (docs/extensions.md). */
import { invalidArgument } from '../../api/error.ts';
import type { ExecutionId, ExecutionRecord, ExecutionStore } from '../../store/executions.ts';
import type { ExecutionLoader } from './loader.ts';
import type { RunTable } from './run-table.ts';
import { DurableRun } from './run.ts';
import type { WriteGate } from './write-gate.ts';

export interface RedrivesOptions {
  readonly store: Pick<ExecutionStore, 'get'>;
  readonly table: RunTable;
  readonly gate: WriteGate;
  readonly loader: ExecutionLoader;
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
    const { id } = record;
    // One redrive at a time for each execution: the record does not show one that is under way.
    if (this.#loading.has(id)) throw notRedrivable(record);
    this.#loading.add(id);
    const run = await this.#begin(record).finally(() => this.#loading.delete(id));
    await gate.durable(run);
    return run.record;
  }

  async #begin(asFound: ExecutionRecord): Promise<DurableRun> {
    const { store, table, loader } = this.#options;
    const ending = table.peek(asFound.id);
    // The store may show an end before the commit has returned here; then the run is still in memory.
    if (ending !== undefined && ending.execution.status !== 'Running') await ending.durable();
    const record = (await store.get(asFound.id)) ?? asFound;
    if (record.status === 'Running' || table.peek(record.id) !== undefined) throw notRedrivable(record);
    if (record.status === 'Succeeded') {
      throw invalidArgument(`Execution '${record.name}' succeeded, so there is no failed state to restart from.`);
    }
    const { execution, undone } = await loader.loadEnded(record);
    const running = { ...record, status: 'Running', stoppedMs: 0, stop: null, error: '', cause: '' } as const;
    const run = new DurableRun(table, running, execution, { kind: 'redriven' });
    table.add(run);
    run.begin({ kind: 'redrive', undone });
    return run;
  }
}

function notRedrivable({ name }: ExecutionRecord) {
  return invalidArgument(`Execution '${name}' is running. Only an execution that has ended can be redriven.`);
}
