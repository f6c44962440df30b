/** ReportTaskSucceeded and ReportTaskFailed: a service reports the outcome of a task with the task's token. */
import { apiError, invalidArgument } from '../../api/error.ts';
import type { ExecutionStore, TaskReference } from '../../store/executions.ts';
import type { TaskReport } from '../executions.ts';
import { belowStandard } from '../start-origin.ts';
import type { StartOrigin } from '../start-origin.ts';
import type { RunTable } from './run-table.ts';
import type { Starts } from './starts.ts';
import type { TaskTokens } from './tokens.ts';
import type { WriteGate } from './write-gate.ts';

export interface TaskReportsOptions {
  readonly tokens: TaskTokens;
  readonly table: RunTable;
  readonly gate: WriteGate;
  readonly starts: Pick<Starts, 'lastId'>;
  readonly store: Pick<ExecutionStore, 'get'>;
  /** How deep tasks may start executions (`limits.childDepth`). */
  readonly childDepth: number;
}

export class TaskReports {
  readonly #options: TaskReportsOptions;

  constructor(options: TaskReportsOptions) {
    this.#options = options;
  }

  /** The task of a token. @throws {ApiError} `InvalidArgument` for a text that is not a token of this store. */
  taskOf(token: string): TaskReference {
    const task = this.#options.tokens.read(token);
    if (task === null) throw invalidArgument('The task token is not one that this server issued.');
    return task;
  }

  /**
   * The origin of a start whose caller passes this token. The start counts as one by the task (rules.md 12.15).
   * @throws {ApiError} `InvalidArgument` for a text that is not a token of this store, and above the limit of depth.
   */
  async originOf(token: string): Promise<StartOrigin> {
    const { table, store, childDepth } = this.#options;
    const task = this.taskOf(token);
    const parent = await store.get(task.execution);
    if (parent === null) return { from: 'token', task, ancestry: { depth: 1, startedBy: [] } };
    const state = table.peek(task.execution)?.execution.taskOf(task.event)?.state.name ?? null;
    const ancestry = belowStandard(parent, state);
    if (ancestry.depth <= childDepth) return { from: 'token', task, ancestry };
    const last = `the task is of the last of ${ancestry.depth} executions that started one another`;
    throw invalidArgument(
      `CallbackFnFTaskToken is refused: ${last}; the limit is ${childDepth} (limits.childDepth). Check for a flow that starts itself, or raise the limit.`,
    );
  }

  /** Resolves with the id of the event that ended the task, which is durable. @throws {ApiError} as `Executions.report`. */
  async report(token: string, report: TaskReport): Promise<number> {
    const { table, gate, starts } = this.#options;
    const task = this.taskOf(token);
    gate.refuseInTrouble();
    const run = await table.get(task.execution);
    if (run === null) {
      // The execution may be newer than a store that was restored from a backup. A stuck execution may run again later.
      const isLater = task.execution > starts.lastId || table.stuck(task.execution) !== undefined;
      throw isLater ? apiError('TaskInvalidState') : apiError('TaskAlreadyCompleted', token);
    }
    if (task.event > run.durableEvent || run.comesAgain(task.event)) throw apiError('TaskInvalidState');
    const event = run.report(task.event, report);
    // An earlier end of the task may not be durable yet, and no caller may learn of it before it is.
    await gate.durable(run);
    if (event === null) throw apiError('TaskAlreadyCompleted', token);
    return event;
  }
}
