/** ReportTaskSucceeded and ReportTaskFailed: a service reports the outcome of a task with the task's token. */
import { apiError, invalidArgument } from '../../api/error.ts';
import { assert } from '../../base/assert.ts';
import { isJsonObject, memberOf } from '../../base/json.ts';
import type { JsonValue } from '../../base/json.ts';
import type { ExecutionRecord, ExecutionStore, TaskReference } from '../../store/executions.ts';
import type { TaskReport } from '../executions.ts';
import { belowStandard } from '../start-origin.ts';
import type { StartOrigin } from '../start-origin.ts';
import { ExecutionUnreadable } from './loader.ts';
import type { ExecutionLoader } from './loader.ts';
import type { NewIds } from './new-ids.ts';
import { answerOf } from './nodes/mailbox.ts';
import type { Mailbox } from './nodes/mailbox.ts';
import { Elsewhere } from './run-table.ts';
import type { RunTable } from './run-table.ts';
import type { DurableRun } from './run.ts';
import type { ReportMail } from './run.ts';
import type { TaskTokens, TokenContent } from './tokens.ts';
import type { WriteGate } from './write-gate.ts';

export interface TaskReportsOptions {
  readonly tokens: TaskTokens;
  readonly table: RunTable;
  readonly gate: WriteGate;
  readonly newIds: Pick<NewIds, 'last'>;
  readonly mailbox: Pick<Mailbox, 'ask'>;
  readonly store: Pick<ExecutionStore, 'get'>;
  readonly loader: Pick<ExecutionLoader, 'load' | 'loadEnded'>;
  /** Id of the flow of a name; null when there is none. */
  readonly flowId: (name: string) => Promise<string | null>;
  /** How deep tasks may start executions (`limits.childDepth`). */
  readonly childDepth: number;
}

export class TaskReports {
  readonly #options: TaskReportsOptions;

  constructor(options: TaskReportsOptions) {
    this.#options = options;
  }

  /**
   * The origin of a start whose caller passes this token. The start counts as one by the task (rules.md 12.15).
   * @throws {ApiError} `InvalidArgument` for a text that is not a token of an execution of this store, and above the limit of depth;
   *   `InternalServerError` while the store is not accepting the end of the task.
   */
  async originOf(token: string): Promise<StartOrigin> {
    const { table, childDepth } = this.#options;
    const { content, record: parent } = await this.#find(token);
    // A later execution could get the number, and the end would be reported to that one.
    if (parent === null) throw invalidArgument(NO_EXECUTION);
    const { task } = content;
    const state = table.peek(task.execution)?.execution.taskOf(task.event)?.state.name ?? null;
    const ancestry = belowStandard(parent, state);
    if (ancestry.depth <= childDepth) {
      return { from: 'token', task, ancestry, isTaskOver: await this.#isOver(task) };
    }
    const last = `the task is of the last of ${ancestry.depth} executions that started one another`;
    throw invalidArgument(
      `CallbackFnFTaskToken is refused: ${last}; the limit is ${childDepth} (limits.childDepth). Check for a flow that starts itself, or raise the limit.`,
    );
  }

  /** The token of a task, by its TaskScheduled event; the task may have ended. */
  tokenOf({ id, identity }: Pick<ExecutionRecord, 'id' | 'identity'>, event: number): string {
    return this.#options.tokens.make({ execution: id, event }, identity);
  }

  /** Resolves with the id of the event that ended the task, which is durable. @throws {ApiError} as `Executions.report`. */
  async report(token: string, report: TaskReport): Promise<number> {
    const { table, gate, mailbox } = this.#options;
    const { content } = await this.#find(token);
    const { execution } = content.task;
    gate.refuseInTrouble();
    table.refuseLoad(execution);
    const run = await table.find(execution);
    if (!(run instanceof Elsewhere)) return this.#reportTo(run, content, token, report, null);
    const event = await mailbox.ask(execution, run.owner, { do: 'report', token, report: jsonOf(report) });
    // It has ended since.
    if (event === null) return this.#reportTo(null, content, token, report, null);
    return Number(event);
  }

  /**
   * Carries out a report that another node has got. Resolves with null: the commit of its event answers the mail, or the node that owns
   * the execution now.
   */
  async reportByMail(id: string, token: string, report: JsonValue): Promise<null> {
    const { content } = await this.#find(token);
    const run = await this.#options.table.find(content.task.execution);
    if (run instanceof Elsewhere) return null;
    await this.#reportTo(run, content, token, reportOf(report), { id, answerOf: (event) => answerOf(event) });
    return null;
  }

  async #reportTo(
    run: DurableRun | null,
    content: TokenContent,
    token: string,
    report: TaskReport,
    mail: ReportMail | null,
  ): Promise<number> {
    const { gate } = this.#options;
    const { task } = content;
    if (run !== null) {
      // An execution may have started since, with the number of the one that the store does not have.
      refuseOther(content, run.record);
      if (task.event > run.durableEvent || run.comesAgain(task.event)) throw apiError('TaskInvalidState');
      const event = run.report(task.event, report, mail);
      // An earlier end of the task may not be durable yet, and no caller may learn of it before it is.
      await gate.durable(run);
      if (event !== null) return event;
    }
    throw (await this.#mayComeLater(content)) ? apiError('TaskInvalidState') : apiError('TaskAlreadyCompleted', token);
  }

  /** True if the same report may succeed later, although the task is not under way. */
  async #mayComeLater(content: TokenContent): Promise<boolean> {
    const { table, newIds, store, loader, flowId } = this.#options;
    const { execution: id, event } = content.task;
    // A stuck execution may run again later.
    if (table.stuck(id) !== undefined) return true;
    const record = await store.get(id);
    // The execution may be newer than a store that was restored from a backup.
    if (record === null) return id > newIds.last;
    refuseOther(content, record);
    if (record.status === 'Running' || record.status === 'Succeeded') return false;
    // No redrive reaches an execution of a deleted flow.
    if ((await flowId(record.flowName)) !== record.flowId) return false;
    try {
      const { execution } = await loader.loadEnded(record);
      const mode = execution.taskOf(event)?.state.mode ?? 'RequestComplete';
      return mode !== 'RequestComplete' || execution.comesAgain(event);
    } catch (error) {
      // A later version of the server may be able to redrive it.
      if (error instanceof ExecutionUnreadable) return true;
      throw error;
    }
  }

  /** True for a task that takes no report any more. One of an execution that is stuck may take one after the next start. */
  async #isOver({ execution, event }: TaskReference): Promise<boolean> {
    const { table, gate } = this.#options;
    const run = await table.find(execution);
    if (run instanceof Elsewhere) return this.#isOverElsewhere({ execution, event });
    if (run === null) return table.stuck(execution) === undefined;
    if (event > run.durableEvent || run.waitsFor(event) || run.comesAgain(event)) return false;
    // Its end may not be durable yet, and no caller may learn of it before it is.
    await gate.durable(run);
    return true;
  }

  /** By what is durable, for an execution of another node. */
  async #isOverElsewhere({ execution: id, event }: TaskReference): Promise<boolean> {
    const { store, loader } = this.#options;
    const record = await store.get(id);
    if (record?.status !== 'Running') return true;
    try {
      const execution = await loader.load(record);
      const isUnderWay = execution.taskOf(event) !== undefined || execution.mapRunOf(event) !== undefined;
      return !isUnderWay && !execution.comesAgain(event);
    } catch (error) {
      // It is stuck, and may take a report after the next start of its node.
      if (error instanceof ExecutionUnreadable) return false;
      throw error;
    }
  }

  /** The content of a token, and its execution, which is null when the store does not have it. @throws {ApiError} `InvalidArgument` */
  async #find(token: string): Promise<{ content: TokenContent; record: ExecutionRecord | null }> {
    const { tokens, store, table } = this.#options;
    const content = tokens.read(token);
    if (content === null) throw invalidArgument('The task token is not one that this server issued.');
    const { task } = content;
    const record = table.peek(task.execution)?.record ?? (await store.get(task.execution));
    if (record !== null) refuseOther(content, record);
    return { content, record };
  }
}

/** @throws {ApiError} `InvalidArgument` when the token is that of another execution, which had the number before. */
function refuseOther(content: TokenContent, { identity }: ExecutionRecord): void {
  if (!content.isOf(identity)) throw invalidArgument(NO_EXECUTION);
}

function jsonOf(report: TaskReport): JsonValue {
  return report.ok ? { output: report.output } : { error: report.failure.error, cause: report.failure.cause };
}

function reportOf(json: JsonValue): TaskReport {
  assert(isJsonObject(json), 'mail with a report has a report');
  const output = memberOf(json, 'output');
  if (output !== undefined) return { ok: true, output };
  return { ok: false, failure: { error: String(memberOf(json, 'error')), cause: String(memberOf(json, 'cause')) } };
}

const NO_EXECUTION =
  'The task token belongs to an execution that this server does not have: its data was put back from an earlier copy, or the execution was deleted. No report can reach the task.';
