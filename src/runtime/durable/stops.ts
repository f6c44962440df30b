/** StopExecution of Standard executions, also of stuck ones. */
import { apiError } from '../../api/error.ts';
import { inBackground } from '../../base/isolated.ts';
import type { Ports } from '../../base/ports.ts';
import type { Failure } from '../../interpreter/event.ts';
import type { ExecutionRecord } from '../../store/executions.ts';
import type { Orphans } from './children/orphans.ts';
import type { RunTable } from './run-table.ts';
import type { WriteGate } from './write-gate.ts';

export interface StopsOptions {
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

  /**
   * Stops an execution; the stop is durable when this resolves, with the execution as the stop left it: a redrive may have followed,
   * and a purge, if its flow was deleted. @throws {ApiError} `ExecutionAlreadyCompleted`.
   */
  async stop(record: ExecutionRecord, failure: Failure): Promise<ExecutionRecord> {
    const { table, gate, orphans, ports } = this.#options;
    gate.refuseInTrouble();
    const run = await table.get(record.id);
    if (run === null) {
      const stoppedMs = await table.stopStuck(record, failure);
      if (stoppedMs === null) throw completed(record);
      // No one could say which of its tasks waited for children, so the store looks for all orphans.
      inBackground(ports.observer, 'stopping the children of a stuck execution', () => orphans.stopAll());
      return { ...record, status: 'Stopped', stoppedMs };
    }
    const isOver = run.execution.status !== 'Running';
    run.advance({ kind: 'stop', failure });
    await gate.durable(run);
    if (isOver) throw completed(record);
    const { status, stoppedMs } = run.execution;
    return { ...record, status, stoppedMs };
  }
}

function completed({ name, flowName }: ExecutionRecord) {
  return apiError('ExecutionAlreadyCompleted', name, flowName);
}
