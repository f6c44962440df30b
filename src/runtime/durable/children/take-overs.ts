/**
 * A task that comes again after a redrive of its execution takes over the child that it had before (rules.md 12.12): the work of a
 * child that has succeeded meanwhile, or still runs, is not done twice, and a child whose name the definition fixes cannot be
 * started a second time.
 */
import { ApiError, invalidArgument } from '../../../api/error.ts';
import type { Ports } from '../../../base/ports.ts';
import { pause } from '../../../base/scheduler.ts';
import type { ExecutionChange, ExecutionId, ExecutionRecord, ExecutionStore } from '../../../store/executions.ts';
import { owesEnd, parentOf } from '../../start-origin.ts';
import type { StartOrigin } from '../../start-origin.ts';
import type { CommitQueue } from '../commit-queue.ts';
import type { Redrives } from '../redrives.ts';
import { Elsewhere } from '../run-table.ts';
import type { RunTable } from '../run-table.ts';
import type { ParentReports } from './parent-reports.ts';

/** The children that a task may take over. */
export interface TakeOver {
  /** Their possible names, the best first. */
  readonly names: readonly string[];
  /** The tasks of the execution that started them; a redrive has undone these tasks. */
  readonly events: readonly number[];
  /** True if the definition fixes the name: no other execution can take the child's place. */
  readonly isNamed: boolean;
}

export interface TakeOversOptions {
  readonly store: Pick<ExecutionStore, 'get' | 'find'>;
  readonly table: Pick<RunTable, 'find' | 'peek'>;
  readonly ports: Pick<Ports, 'scheduler'>;
  readonly queue: Pick<CommitQueue, 'outcomeOf'>;
  readonly reports: Pick<ParentReports, 'add'>;
  readonly redrives: Pick<Redrives, 'redriveFor'>;
}

/** Between two looks at a child of another node that stops. */
const LOOK_AGAIN_MS = 100;

export class TakeOvers {
  readonly #options: TakeOversOptions;

  constructor(options: TakeOversOptions) {
    this.#options = options;
  }

  /**
   * The child that the start takes over, which then reports its end to the task of `origin`, durably; null when there is none and
   * the start has to begin another execution, or has begun it.
   * @param ownName of the execution that the start would begin
   * @throws {ApiError} the reasons for which a redrive of the child is refused
   */
  async find(
    flowId: string,
    { names, events, isNamed }: TakeOver,
    ownName: string | null,
    origin: StartOrigin,
  ): Promise<ExecutionRecord | null> {
    const task = parentOf(origin);
    // It has started another child before a crash, and must not get a second one.
    if (!isNamed && ownName !== null && (await this.#options.store.find(flowId, ownName)) !== null) return null;
    for (const name of task === null ? [] : names) {
      const child = await this.#options.store.find(flowId, name);
      if (child?.parent?.execution !== task?.execution || child === null || task === null) continue;
      const { event } = child.parent ?? task;
      // Taken over before a crash: the repeated start finds it.
      if (event === task.event) return child;
      if (!events.includes(event)) continue;
      if (!owesEnd(origin) || (await this.#take(child, task.event, isNamed))) return child;
    }
    return null;
  }

  /** True when the child reports its end to the event `task` of its parent from now on. */
  async #take(child: ExecutionRecord, task: number, isNamed: boolean): Promise<boolean> {
    const { store, reports } = this.#options;
    const { id } = child;
    if (child.status === 'Succeeded' || (child.status === 'Running' && child.stop === null)) {
      this.#options.table.peek(id)?.callBackTo(task);
      if (!(await this.#change({ id, callbackTo: task }))) return false;
      await reports.add(id);
      return true;
    }
    if (!isNamed) return false;
    if (child.status === 'Running') {
      await this.#stop(child);
      const ended = await store.get(id);
      return ended !== null && this.#take(ended, task, isNamed);
    }
    return this.#redrive(child, task);
  }

  /** False when a purge has deleted the child meanwhile. */
  async #redrive(child: ExecutionRecord, task: number): Promise<boolean> {
    try {
      await this.#options.redrives.redriveFor(child, task);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'ExecutionNotExists') return false;
      throw error;
    }
  }

  /** The stop that the end of its earlier task has asked for. */
  async #stop({ id, name, stop }: ExecutionRecord): Promise<void> {
    const { table, store, ports } = this.#options;
    const run = await table.find(id);
    if (run instanceof Elsewhere) {
      // Its node sees the stop in the store.
      while ((await store.get(id))?.status === 'Running') await pause(ports.scheduler, LOOK_AGAIN_MS);
      return;
    }
    // A child that is stuck cannot be redriven before the next start of the server.
    if (run === null || stop === null) throw invalidArgument(`Execution '${name}' is running and cannot be stopped.`);
    run.advance({ kind: 'stop', failure: stop });
    await run.durable();
  }

  /** False when the store does not have the execution any more. */
  async #change(change: ExecutionChange & { readonly id: ExecutionId }): Promise<boolean> {
    return (await this.#options.queue.outcomeOf(change)) === 'stored';
  }
}
