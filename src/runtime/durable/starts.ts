/**
 * Starts of Standard executions: one execution a name (api.md 4.14), counted against the limit, durable before anybody is
 * told of it.
 */
import { ApiError, apiError } from '../../api/error.ts';
import type { Clock } from '../../base/clock.ts';
import type { Ids } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import { Execution } from '../../interpreter/execution.ts';
import type { ExecutionLimits } from '../../interpreter/execution.ts';
import type { ExecutionId, ExecutionRecord, ExecutionStore, TaskReference } from '../../store/executions.ts';
import { startOf } from './loader.ts';
import type { RunTable } from './run-table.ts';
import type { Resolved, RunnableFlows } from '../flows/runnable-flows.ts';
import { StandardRun } from './run.ts';

/** A start whose parameters are checked. */
export interface StandardStart {
  readonly flowName: string;
  readonly qualifier: string;
  /** Null: a UUID is made. */
  readonly executionName: string | null;
  readonly inputText: string;
  readonly input: JsonObject;
  /** The task that starts it, or whose token it was started with. */
  readonly parent: TaskReference | null;
  /** Its end is to be reported to `parent`. */
  readonly reports: boolean;
  /** True for a start by a task: it is tried until the store works, and may come again after a crash. */
  readonly byTask: boolean;
}

export interface StandardStartsOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly store: Pick<ExecutionStore, 'find'>;
  readonly flows: RunnableFlows;
  readonly table: RunTable;
  readonly limits: ExecutionLimits;
  /** Running executions; null: not limited. */
  readonly standardExecutions: number | null;
  /** @throws {ApiError} while the store keeps nothing. */
  readonly refuseInTrouble: () => void;
  /** Resolves when what the run decided is durable. @throws {ApiError} when that takes too long. */
  readonly kept: (run: StandardRun) => Promise<void>;
  /** Stops a child whose task was given up while it was started. */
  readonly stopIfOrphan: (child: ExecutionRecord) => Promise<void>;
}

export class StandardStarts {
  /** Highest id given out. */
  lastId: ExecutionId;
  /** Running executions, in memory or not. */
  running: number;
  readonly #options: StandardStartsOptions;
  /** Starts that are under way, by flow id and execution name. */
  readonly #starting = new Map<string, Promise<Found | null>>();

  constructor(options: StandardStartsOptions, lastId: ExecutionId, running: number) {
    this.#options = options;
    this.lastId = lastId;
    this.running = running;
  }

  /** The record as it was started, durable. @throws {ApiError} as `Executions.start`. */
  async start(start: StandardStart): Promise<ExecutionRecord> {
    const { flows, ids } = this.#options;
    const { flowName, qualifier, executionName } = start;
    for (;;) {
      const resolved = flows.peek(flowName, qualifier) ?? (await flows.load(flowName, qualifier));
      const { flow } = resolved.runnable;
      if (flow.executionMode !== 'Standard') {
        throw new ApiError('ActionNotSupported', 'Express execution is not supported');
      }
      if (executionName === null) return this.#begin(resolved, ids.uuid(), start);
      const key = `${flow.id}/${executionName}`;
      const underWay = this.#starting.get(key);
      if (underWay !== undefined) {
        const found = await underWay;
        if (found !== null) return same(found.record, start);
        continue;
      }
      const own = this.#findOrBegin(resolved, executionName, start);
      this.#starting.set(key, own);
      const found = await own.finally(() => this.#starting.delete(key));
      if (found !== null) return found.isNew ? found.record : same(found.record, start);
    }
  }

  /** Nobody else looks for the name meanwhile. Null when the flow is not what it was: then all of it is looked at again. */
  async #findOrBegin(resolved: Resolved, name: string, start: StandardStart): Promise<Found | null> {
    const { flows, store } = this.#options;
    const { id } = resolved.runnable.flow;
    const known = await store.find(id, name);
    if (known !== null) return { record: known, isNew: false };
    if (flows.peek(start.flowName, start.qualifier)?.runnable.flow.id !== id) return null;
    return { record: await this.#begin(resolved, name, start), isNew: true };
  }

  async #begin({ runnable, alias }: Resolved, name: string, start: StandardStart): Promise<ExecutionRecord> {
    if (!start.byTask) this.#options.refuseInTrouble();
    const { standardExecutions } = this.#options;
    if (standardExecutions !== null && this.running >= standardExecutions) {
      throw new ApiError('ResourceThrottled', `${standardExecutions} executions are running, which is the limit.`);
    }
    const { flow, plan, version } = runnable;
    const record: ExecutionRecord = {
      id: ++this.lastId,
      flowId: flow.id,
      flowName: flow.name,
      name,
      status: 'Running',
      startedMs: this.#options.clock.nowMs(),
      stoppedMs: 0,
      revision: flow.revision,
      version,
      alias,
      parent: start.parent,
      callback: start.reports ? 'owed' : 'none',
      stop: null,
      wakeMs: null,
      error: '',
      cause: '',
      input: start.inputText,
      output: '',
    };
    const { id: flowId, revision, definition, description, roleArn, environment } = flow;
    const snapshot = { flowId, revision, definition, description, roleArn, environment };
    const execution = new Execution(plan, startOf(record, start.input, flow), this.#options.limits);
    const run = new StandardRun(this.#options.table, record, execution, {
      kind: 'new',
      snapshot,
      withdrawable: !start.byTask,
    });
    this.#options.table.add(run);
    this.running++;
    run.begin({ kind: 'start' });
    await (start.byTask ? run.durable() : this.#options.kept(run));
    if (start.byTask && start.reports) await this.#options.stopIfOrphan(record);
    return { ...record, startedMs: execution.startedMs };
  }
}

/** The execution of a name. */
interface Found {
  readonly record: ExecutionRecord;
  /** Started by whoever found it. */
  readonly isNew: boolean;
}

/** What a start gives whose name is taken (api.md 4.14). */
function same(known: ExecutionRecord, { parent, byTask, reports }: StandardStart): ExecutionRecord {
  const isAgain = parent?.execution === known.parent?.execution && parent?.event === known.parent?.event;
  // The same start again, whose answer was lost.
  if (isAgain && (byTask || known.status === 'Running')) return known;
  // One that runs for somebody else would not report its end to this task.
  if (known.status === 'Running' && !reports) return known;
  throw apiError('ExecutionAlreadyExists', known.name, known.flowName);
}
