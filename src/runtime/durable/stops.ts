/** StopExecution of Standard executions, also of stuck ones. */
import { apiError } from '../../api/error.ts';
import { inBackground } from '../../base/isolated.ts';
import type { Ports } from '../../base/ports.ts';
import type { Failure } from '../../interpreter/event.ts';
import type { ExecutionRecord, ExecutionStore } from '../../store/executions.ts';
import type { Orphans } from './children/orphans.ts';
import type { RunTable } from './run-table.ts';
import type { WriteGate } from './write-gate.ts';

export interface StopsOptions {
  readonly store: Pick<ExecutionStore, 'get'>;
  readonly table: RunTable;
  readonly gate: WriteGate;
  readonly orphans: Pick<Orphans, 'stopAll'>;
  readonly ports: Pick<Ports, 'observer'>;
}

export class Stops {
  readonly #options: StopsOptions;

  constructor(options: StopsOptions) {
    this.#options = options;
  }

  /** Stops an execution; the stop is durable when this resolves. @throws {ApiError} `ExecutionAlreadyCompleted`. */
  async stop(record: ExecutionRecord, failure: Failure): Promise<ExecutionRecord> {
    const { table, gate, store, orphans, ports } = this.#options;
    gate.refuseInTrouble();
    const run = await table.get(record.id);
    if (run === null) {
      if (!(await table.stopStuck(record, failure))) throw completed(record);
      // No one could say which of its tasks waited for children, so the store looks for all orphans.
      inBackground(ports.observer, 'stopping the children of a stuck execution', () => orphans.stopAll());
    } else {
      const isOver = run.execution.status !== 'Running';
      run.advance({ kind: 'stop', failure });
      await gate.durable(run);
      if (isOver) throw completed(record);
      // A purge may have deleted it already, if its flow was deleted; the stop has taken effect all the same.
      const { status, stoppedMs } = run.execution;
      return (await store.get(record.id)) ?? { ...record, status, stoppedMs };
    }
    return (await store.get(record.id)) ?? { ...record, status: 'Stopped' };
  }
}

function completed({ name, flowName }: ExecutionRecord) {
  return apiError('ExecutionAlreadyCompleted', name, flowName);
}
