/** Says in sentences what an execution waits for (docs/extensions.md), from its state alone. */
import { formatTime } from '../../base/clock.ts';
import { reasonOf } from '../../base/text.ts';
import type { CallCommand, TimerCommand } from '../../interpreter/commands.ts';
import type { Execution } from '../../interpreter/execution.ts';
import type { Dialect } from '../../language/plan.ts';
import type { ExecutionRecord, ExecutionStore } from '../../store/executions.ts';
import type { CommitQueue, StoreTrouble } from './commit-queue.ts';
import { ExecutionUnreadable } from './loader.ts';
import type { ExecutionLoader } from './loader.ts';
import type { ExecutionWait } from '../executions.ts';
import type { RunTable, Stuck } from './run-table.ts';

export interface WaitsOptions {
  readonly table: Pick<RunTable, 'stuck' | 'peek'>;
  readonly queue: Pick<CommitQueue, 'trouble'>;
  readonly loader: ExecutionLoader;
  readonly store: Pick<ExecutionStore, 'get'>;
}

/** Executions that the list of starters follows upwards. */
const STARTERS_MAX = 10;

export class Waits {
  readonly #options: WaitsOptions;

  constructor(options: WaitsOptions) {
    this.#options = options;
  }

  /** The waits of a running execution; empty for one that has ended. */
  async of(record: ExecutionRecord): Promise<readonly ExecutionWait[]> {
    const { table, queue, loader } = this.#options;
    if (record.status !== 'Running') return [];
    const stuck = table.stuck(record.id);
    if (stuck !== undefined) return [stuckWait(stuck)];
    const { trouble } = queue;
    const execution = table.peek(record.id)?.execution ?? (await loader.load(record));
    return [...(trouble === null ? [] : [storeWait(trouble)]), ...waitsOf(execution)];
  }

  /**
   * The tasks that led to the execution, as texts `{flow}/{execution}/{state}`, the nearest first. At most about ten; the
   * record has the depth. The list ends early where an execution is no longer retained.
   */
  async startedBy(record: ExecutionRecord): Promise<readonly string[]> {
    const texts: string[] = [];
    for (let at: ExecutionRecord | null = record; at !== null && texts.length < STARTERS_MAX; ) {
      texts.push(...at.ancestry.startedBy);
      at = at.parent === null ? null : await this.#options.store.get(at.parent.execution);
    }
    return texts;
  }

  /** The dialect of the execution's definition; null for one that this version cannot read. */
  async dialect(record: ExecutionRecord): Promise<Dialect | null> {
    try {
      return await this.#options.loader.dialect(record);
    } catch (error) {
      if (error instanceof ExecutionUnreadable) return null;
      throw error;
    }
  }
}

/** One wait for each open command, in the order in which they were opened. */
function waitsOf(execution: Execution): ExecutionWait[] {
  return [...execution.commands.values()].map((command) => {
    const thread = execution.threads.get(command.thread);
    const untilMs = execution.dueMs(command);
    const isTimer = command.kind === 'timer';
    const what = isTimer ? timerWait(command, thread?.phase === 'retry') : callWait(command);
    return {
      ...what,
      stepName: thread?.state.name ?? '',
      event: command.id,
      sinceMs: command.openedMs,
      untilMs,
      reason: `${what.reason} ${latestEnd(execution, untilMs, isTimer)}`,
    };
  });
}

/** The store is not accepting commits, and the execution acts on durable decisions only. */
function storeWait({ sinceMs, error }: StoreTrouble): ExecutionWait {
  const reason = `The store is not accepting commits (${reasonOf(error)}). The server repeats them until it does; the execution then continues by itself.`;
  return { kind: 'Store', stepName: '', event: 0, sinceMs, untilMs: null, action: '', reason };
}

/** This version of the server cannot read the execution, or a defect has ended its run. */
function stuckWait({ sinceMs, error }: Stuck): ExecutionWait {
  const reason = `This version of the server cannot continue it (${reasonOf(error)}). The next start of the server tries again; StopExecution ends it.`;
  return { kind: 'Stuck', stepName: '', event: 0, sinceMs, untilMs: null, action: '', reason };
}

type What = Pick<ExecutionWait, 'kind' | 'action' | 'reason'>;

function timerWait({ seconds }: TimerCommand, isRetry: boolean): What {
  const kind = isRetry ? 'Retry' : 'Wait';
  const reason = isRetry ? `It waits ${seconds} s before the next attempt.` : `It waits ${seconds} s.`;
  return { kind, action: '', reason };
}

function callWait({ kind: command, state, submitted, attempt }: CallCommand): What {
  const { action, mode } = state;
  if (mode === 'RequestComplete') {
    return { kind: 'Task', action, reason: `${action} was called (attempt ${attempt}) and has not answered.` };
  }
  const asked = submitted ? `${action} has accepted the work.` : `${action} was called and has not accepted the work.`;
  if (mode === 'WaitForCustomCallback') {
    const woken = 'ReportTaskSucceeded or ReportTaskFailed with its task token wakes it.';
    return { kind: 'Callback', action, reason: `${asked} ${woken}` };
  }
  const isChild = command === 'child';
  const woken = isChild ? 'The end of the execution that it started wakes it.' : 'The end of the work wakes it.';
  return { kind: isChild ? 'ChildExecution' : 'Task', action, reason: `${asked} ${woken}` };
}

function latestEnd(execution: Execution, untilMs: number | null, isTimer: boolean): string {
  if (untilMs !== null) return `It ${isTimer ? 'ends' : 'times out'} at ${formatTime(untilMs)}.`;
  return `It has no timeout; the execution ends at ${formatTime(execution.deadlineMs)} at the latest.`;
}
