/** StopExecution of Standard executions, also of stuck ones, and of those that another node owns. */
import { apiError } from '../../api/error.ts';
import { inBackground } from '../../base/isolated.ts';
import type { Ports } from '../../base/ports.ts';
import type { NodeMembership } from '../../cluster/membership.ts';
import type { Failure } from '../../interpreter/event.ts';
import { decodeEvents } from '../../interpreter/journal.ts';
import type { ExecutionId, ExecutionRecord, ExecutionStore } from '../../store/executions.ts';
import type { Orphans } from './children/orphans.ts';
import type { EndWaiters } from './end-waiters.ts';
import { Elsewhere } from './run-table.ts';
import type { RunTable } from './run-table.ts';
import { notAccepting } from './not-accepting.ts';
import type { WriteGate } from './write-gate.ts';

export interface StopsOptions {
  readonly store: Pick<ExecutionStore, 'requestStop' | 'get' | 'journal'>;
  readonly table: RunTable;
  readonly gate: WriteGate;
  readonly waiters: EndWaiters;
  /** Looks for the ends of executions of other nodes that are awaited. */
  readonly watchEnds: () => void;
  readonly cluster: Pick<NodeMembership, 'hint'>;
  readonly orphans: Pick<Orphans, 'stopAll'>;
  readonly ports: Pick<Ports, 'clock' | 'observer'>;
}

/** How long a caller waits for the node that owns the execution. */
const PATIENCE_MS = 10_000;
/** Between two looks at an execution that may have been redriven since it was stopped. */
const LOOK_MS = 500;

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
    const run = await table.find(record.id);
    if (run instanceof Elsewhere) return this.#stopElsewhere(record, failure, run);
    if (run === null) {
      let stoppedMs: number | null = null;
      await gate.durable({
        isBroken: false,
        durable: async () => void (stoppedMs = await table.stopStuck(record, failure)),
      });
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

  /** The store has the request, so that the next owner stops the execution if this one ends. */
  async #stopElsewhere(record: ExecutionRecord, failure: Failure, { owner }: Elsewhere): Promise<ExecutionRecord> {
    const { store, cluster, ports } = this.#options;
    const { id } = record;
    const asked = await store.requestStop(id, failure);
    if (asked === 'not-running') throw completed(record);
    cluster.hint(owner, 'work');
    const ended = await this.#ended(id, asked === 'asked' ? failure : null);
    if (ended === 'running') throw notAccepting(`node ${owner}, which has the execution, has not answered`);
    if (ended === 'redriven') return { ...record, status: 'Stopped', stoppedMs: ports.clock.nowMs() };
    const isOurs = asked === 'asked' && ended?.status === 'Stopped';
    if (!isOurs || ended.error !== failure.error || ended.cause !== failure.cause) throw completed(record);
    return ended;
  }

  /**
   * The execution when it has ended; null when a purge has deleted it since. A redrive clears the request of the stop before it.
   * @param failure of the stop that was asked for; null for that of another caller
   */
  async #ended(id: ExecutionId, failure: Failure | null): Promise<ExecutionRecord | null | 'running' | 'redriven'> {
    const { store, waiters, watchEnds } = this.#options;
    for (let waitedMs = 0; waitedMs <= PATIENCE_MS; waitedMs += LOOK_MS) {
      const isEnded = waiters.wait(id, LOOK_MS);
      watchEnds();
      const now = await store.get(id);
      if (now?.status !== 'Running') return now;
      if (failure !== null && now.stop === null && (await this.#wasStopped(id, failure))) return 'redriven';
      await isEnded;
    }
    return 'running';
  }

  async #wasStopped(id: ExecutionId, { error, cause }: Failure): Promise<boolean> {
    const rows = await this.#options.store.journal(id, 1, Number.MAX_SAFE_INTEGER);
    return rows.some((row) =>
      decodeEvents(row.events).some(({ event: { type, facts } }) => {
        const failure = facts?.failure;
        return type === 'ExecutionStopped' && failure?.error === error && failure.cause === cause;
      }),
    );
  }
}

function completed({ name, flowName }: ExecutionRecord) {
  return apiError('ExecutionAlreadyCompleted', name, flowName);
}
