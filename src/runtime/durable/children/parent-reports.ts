/**
 * Reports the ends of children to their parents. An end remains due in the store until the parent's event about it is durable.
 * After a crash in between, the report is repeated, and the parent ignores the second one as stale.
 */
import { parseJson } from '../../../base/json.ts';
import { inBackground } from '../../../base/isolated.ts';
import { pause } from '../../../base/scheduler.ts';
import type { Ports } from '../../../base/ports.ts';
import type { ExecutionId, ExecutionRecord, ExecutionStore, TaskReference } from '../../../store/executions.ts';
import type { TaskReport } from '../../executions.ts';
import type { NodeMembership } from '../../../cluster/membership.ts';
import type { CommitQueue } from '../commit-queue.ts';
import { Elsewhere } from '../run-table.ts';
import type { DurableEnd, RunListener } from '../run-listener.ts';
import type { RunTable } from '../run-table.ts';

export interface ParentReportsOptions {
  readonly store: Pick<ExecutionStore, 'get'>;
  readonly ports: Pick<Ports, 'scheduler' | 'observer'>;
  readonly table: Pick<RunTable, 'findInTurn' | 'stuck'>;
  readonly cluster: Pick<NodeMembership, 'hint'>;
  readonly queue: Pick<CommitQueue, 'addChange'>;
}

/**
 * `done`: the parent's event is durable, or the parent needs no report any more. `later`: its task is between two attempts.
 * `stuck`: the parent cannot continue before the next start of the server. `elsewhere`: another node has the parent, and finds the
 * end in the store.
 */
type Reported = 'done' | 'later' | 'stuck' | 'elsewhere';

const RETRY_MS = 1_000;
/** How long a redrive waits for another node to take the end that the execution had. */
const SETTLE_MS = 5_000;
const SETTLE_STEP_MS = 50;

export class ParentReports implements RunListener {
  readonly #options: ParentReportsOptions;
  /** By stuck parent, the children whose ends are due to it: they are reported when someone stops the parent. */
  readonly #ofStuck = new Map<ExecutionId, Set<ExecutionId>>();
  /** Reports under way. */
  readonly #underWay = new Set<ExecutionId>();
  #isClosed = false;

  constructor(options: ParentReportsOptions) {
    this.#options = options;
  }

  ended({ record }: DurableEnd): void {
    const { id, parent, callback } = record;
    // The record is as it was when the run came into memory. Another task of the parent may wait for the execution since.
    if (parent !== null && callback !== 'none') this.#begin(id);
    const waiting = this.#ofStuck.get(id);
    this.#ofStuck.delete(id);
    for (const child of waiting ?? []) this.#begin(child);
  }

  /**
   * Reports the end of an execution that is about to run again, if it is due: its parent gets the end that the execution had,
   * whether the redrive or the report comes first. The end stays due if the parent cannot take it now.
   */
  async settle(child: ExecutionRecord): Promise<void> {
    if (child.callback !== 'due' || child.status === 'Running') return;
    if ((await this.#reportEnd(child)) === 'elsewhere') await this.#reportedElsewhere(child.id);
  }

  /** Resolves when the node of the parent has taken the end, or after a while. */
  async #reportedElsewhere(id: ExecutionId): Promise<void> {
    const { store, ports } = this.#options;
    for (let waitedMs = 0; waitedMs < SETTLE_MS && !this.#isClosed; waitedMs += SETTLE_STEP_MS) {
      if ((await store.get(id))?.callback !== 'due') return;
      await pause(ports.scheduler, SETTLE_STEP_MS);
    }
  }

  /** Reports the end of an execution if it is due. Never rejects; repeats the report until it is done. */
  async add(id: ExecutionId): Promise<void> {
    const { store, ports } = this.#options;
    if (this.#isClosed || this.#underWay.has(id)) return;
    this.#underWay.add(id);
    try {
      const child = await store.get(id);
      // A redrive may have come first: then the next end is reported.
      if (child === null || child.callback !== 'due' || child.status === 'Running') return;
      if ((await this.#reportEnd(child)) === 'later') this.#again(id);
    } catch (error) {
      if (this.#isClosed) return;
      ports.observer.defect?.({ error, where: 'reporting the end of an execution to its parent' });
      this.#again(id);
    } finally {
      this.#underWay.delete(id);
    }
  }

  close(): void {
    this.#isClosed = true;
  }

  async #reportEnd(child: ExecutionRecord): Promise<Reported> {
    const { id, parent } = child;
    const reported = parent === null ? 'done' : await this.#report(parent, child);
    if (reported === 'done') this.#options.queue.addChange({ id, callbackDone: true });
    if (reported === 'stuck' && parent !== null) {
      const { execution } = parent;
      this.#ofStuck.set(execution, (this.#ofStuck.get(execution) ?? new Set()).add(id));
    }
    return reported;
  }

  async #report(task: TaskReference, child: ExecutionRecord): Promise<Reported> {
    const { table, cluster } = this.#options;
    const run = await table.findInTurn(task.execution);
    if (run instanceof Elsewhere) {
      cluster.hint(run.owner, 'work');
      return 'elsewhere';
    }
    if (run === null) return table.stuck(task.execution) === undefined ? 'done' : 'stuck';
    if (child.mapItem !== null) return (await run.itemEnded(task.event, child)) ? 'done' : 'later';
    if (run.comesAgain(task.event)) return 'later';
    run.report(task.event, reportOf(child));
    await run.durable();
    return 'done';
  }

  #again(id: ExecutionId): void {
    this.#options.ports.scheduler.after(RETRY_MS, () => this.#begin(id));
  }

  #begin(id: ExecutionId): void {
    inBackground(this.#options.ports.observer, 'reporting the end of an execution to its parent', () => this.add(id));
  }
}

/** The child's output or error becomes the task's (rules.md 11.11). */
function reportOf({ status, output, error, cause }: ExecutionRecord): TaskReport {
  if (status === 'Succeeded') return { ok: true, output: parseJson(output) };
  return { ok: false, failure: { error, cause } };
}
