/** StopExecution of Standard executions, also of stuck ones. */
import { apiError } from '../../api/error.ts';
import type { Ports } from '../../base/ports.ts';
import type { Failure } from '../../interpreter/event.ts';
import type { ExecutionRecord, ExecutionStore } from '../../store/executions.ts';
import type { ParentReports } from './children/parent-reports.ts';
import type { CommitQueue } from './commit-queue.ts';
import type { EndWaiters } from './end-waiters.ts';
import type { ExecutionLoader } from './loader.ts';
import type { RunTable } from './run-table.ts';
import type { WriteGate } from './write-gate.ts';

export interface StopsOptions {
  readonly ports: Pick<Ports, 'clock'>;
  readonly store: Pick<ExecutionStore, 'get'>;
  readonly table: RunTable;
  readonly queue: Pick<CommitQueue, 'addChange'>;
  readonly gate: WriteGate;
  readonly loader: ExecutionLoader;
  readonly waiters: EndWaiters;
  readonly reports: Pick<ParentReports, 'add'>;
}

export class Stops {
  readonly #options: StopsOptions;

  constructor(options: StopsOptions) {
    this.#options = options;
  }

  /** Stops an execution; the stop is durable when this resolves. @throws {ApiError} `ExecutionAlreadyCompleted`. */
  async stop(record: ExecutionRecord, failure: Failure): Promise<ExecutionRecord> {
    const { table, gate, store } = this.#options;
    gate.refuseInTrouble();
    const run = await table.get(record.id);
    if (run === null) {
      if (table.stuck(record.id) === undefined) throw completed(record);
      await this.#stopStuck(record, failure);
    } else {
      const isOver = run.execution.status !== 'Running';
      run.advance({ kind: 'stop', failure });
      await gate.durable(run);
      if (isOver) throw completed(record);
    }
    return (await store.get(record.id)) ?? record;
  }

  async #stopStuck(record: ExecutionRecord, failure: Failure): Promise<void> {
    const { ports, table, queue, loader, waiters, reports } = this.#options;
    const change = await loader.stopUnread(record, failure, ports.clock.nowMs());
    await new Promise<void>((resolve) => queue.addChange(change, resolve));
    // Another call may have stopped it first.
    if (!table.freed(record.id)) throw completed(record);
    waiters.wake(record.id);
    if (record.callback === 'owed') void reports.add(record.id);
  }
}

function completed({ name, flowName }: ExecutionRecord) {
  return apiError('ExecutionAlreadyCompleted', name, flowName);
}
