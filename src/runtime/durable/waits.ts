/** Says in sentences what an execution waits for (docs/extensions.md), from its state alone. */
import { formatTime } from '../../base/clock.ts';
import { reasonOf } from '../../base/text.ts';
import type { CallCommand, Command, MapCommand, TimerCommand } from '../../interpreter/commands.ts';
import type { Execution } from '../../interpreter/execution.ts';
import type { Dialect } from '../../language/plan.ts';
import type { ExecutionRecord, ExecutionStore } from '../../store/executions.ts';
import { entryWait } from '../driver/entry-wait.ts';
import type { CommitQueue, StoreTrouble } from './commit-queue.ts';
import { ExecutionUnreadable } from './loader.ts';
import type { ExecutionLoader } from './loader.ts';
import type { ExecutionWait } from '../executions.ts';
import type { SteadyClock } from './steady-clock.ts';
import type { RunTable, Stuck } from './run-table.ts';
import { stuckReason } from './stuck.ts';
import type { DurableRun } from './run.ts';

export interface WaitsOptions {
  readonly table: Pick<RunTable, 'stuck' | 'peek'>;
  readonly queue: Pick<CommitQueue, 'trouble'>;
  readonly loader: ExecutionLoader;
  readonly store: Pick<ExecutionStore, 'get'>;
  readonly clock: SteadyClock;
}

/** Executions that the list of starters follows upwards. */
const STARTERS_MAX = 10;

export interface RunningExplanation {
  readonly waits: readonly ExecutionWait[];
  /** Null for an execution that has ended: its history says why. */
  readonly explanation: string | null;
}

export class Waits {
  readonly #options: WaitsOptions;

  constructor(options: WaitsOptions) {
    this.#options = options;
  }

  /** The waits of a running execution, and what it does; nothing for one that has ended. */
  async of(record: ExecutionRecord): Promise<RunningExplanation> {
    const { table, queue } = this.#options;
    if (record.status !== 'Running') return { waits: [], explanation: null };
    const stuck = table.stuck(record.id);
    if (stuck !== undefined) return { waits: [stuckWait(stuck)], explanation: STUCK };
    const run = table.peek(record.id) ?? null;
    const execution = run?.execution ?? (await this.#asleep(record));
    // It is asleep, and its next wake would find this out.
    if (execution instanceof ExecutionUnreadable) {
      const waits = [stuckWait({ sinceMs: record.startedMs, error: execution, state: '' })];
      return { waits, explanation: STUCK };
    }
    const { trouble } = queue;
    const waits = [
      ...(trouble === null ? [] : [storeWait(trouble)]),
      ...entryWaits(execution, run, this.#options.clock),
      ...waitsOf(execution, run, trouble, this.#options.clock),
    ];
    return { waits, explanation: explanationOf(execution, run, waits) };
  }

  #asleep(record: ExecutionRecord): Promise<Execution | ExecutionUnreadable> {
    return this.#options.loader.load(record).catch((error: unknown) => {
      if (error instanceof ExecutionUnreadable) return error;
      throw error;
    });
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

const STUCK =
  'It is stuck: nothing runs for it in this life of the server. The next start of the server tries again; StopExecution ends it.';

function explanationOf(execution: Execution, run: DurableRun | null, waits: readonly ExecutionWait[]): string {
  if (execution.ending !== null) return 'It is ending: its states are being aborted.';
  if (execution.status !== 'Running') return 'It has ended, and the end waits for its commit.';
  if (execution.canContinue && (run?.stepTurn ?? null) === null) {
    const state = execution.ready[0]?.state.name ?? '';
    return `It is computing${state === '' ? '' : ` in state ${state}`}.`;
  }
  if (run !== null && run.durableEvent < execution.lastEvent) return 'It waits for the commit of its last events.';
  if (waits.length === 0) return 'It waits for nothing.';
  return run === null ? 'It waits, asleep in the store.' : 'It waits.';
}

function entryWaits(execution: Execution, run: DurableRun | null, clock: SteadyClock): readonly ExecutionWait[] {
  const turn = run?.stepTurn ?? null;
  return turn === null ? [] : [entryWait(execution, turn, clock.nowMs())];
}

/** One wait for each open command, in the order in which they were opened. Its times are wall time as the clock is set now. */
function waitsOf(
  execution: Execution,
  run: DurableRun | null,
  trouble: StoreTrouble | null,
  clock: SteadyClock,
): ExecutionWait[] {
  // Looks whether the clock was set back.
  clock.nowMs();
  const { setBackMs } = clock;
  const endMs = execution.deadlineMs - setBackMs;
  return [...execution.commands.values()].map((command) => {
    const thread = execution.threads.get(command.thread);
    const dueMs = execution.dueMs(command);
    const untilMs = dueMs === null ? null : dueMs - setBackMs;
    const isTimer = command.kind === 'timer';
    const what = whatOf(command, thread?.phase === 'retry', run, trouble);
    return {
      ...what,
      stepName: thread?.state.name ?? '',
      event: command.id,
      sinceMs: command.openedMs - setBackMs,
      untilMs,
      reason: `${what.reason} ${latestEnd(endMs, untilMs, isTimer)}`,
    };
  });
}

/** The store is not accepting commits, and the execution acts on durable decisions only. */
function storeWait({ sinceMs, error }: StoreTrouble): ExecutionWait {
  const reason = `The store is not accepting commits (${reasonOf(error)}). The server repeats them until it does; the execution then continues by itself.`;
  return { kind: 'Store', stepName: '', event: 0, sinceMs, untilMs: null, action: '', reason };
}

/** This version of the server cannot read the execution, or a defect has ended its run. */
function stuckWait({ sinceMs, ...stuck }: Pick<Stuck, 'sinceMs' | 'error' | 'state'>): ExecutionWait {
  return { kind: 'Stuck', stepName: '', event: 0, sinceMs, untilMs: null, action: '', reason: stuckReason(stuck) };
}

type What = Pick<ExecutionWait, 'kind' | 'action' | 'reason'>;

function whatOf(command: Command, isRetry: boolean, run: DurableRun | null, trouble: StoreTrouble | null): What {
  if (command.kind === 'timer') return timerWait(command, isRetry);
  if (command.kind === 'map') return mapWait(command, run);
  return uncalledWait(command, run, trouble) ?? callWait(command);
}

function mapWait({ id, run: { name } }: MapCommand, run: DurableRun | null): What {
  const waitsFor = run?.mapRun(id)?.waitsFor ?? 'The end of one of its executions wakes it.';
  return {
    kind: 'MapRun',
    action: '',
    reason: `Map run ${name} is under way. ${waitsFor} DescribeMapRun counts its items.`,
  };
}

function timerWait({ seconds }: TimerCommand, isRetry: boolean): What {
  const kind = isRetry ? 'Retry' : 'Wait';
  const reason = isRetry ? `It waits ${seconds} s before the next attempt.` : `It waits ${seconds} s.`;
  return { kind, action: '', reason };
}

/** For a call that was not made yet; null for one that was, or is not known to wait. */
function uncalledWait(
  { id, state, submitted }: CallCommand,
  run: DurableRun | null,
  trouble: StoreTrouble | null,
): What | null {
  const { action } = state;
  if (run === null || submitted) return null;
  if (id > run.durableEvent) {
    const cause = trouble === null ? '' : `, and the store is not accepting commits (${reasonOf(trouble.error)})`;
    return {
      kind: 'Store',
      action,
      reason: `${action} has not been called yet: the call waits for its commit${cause}.`,
    };
  }
  const progress = run.progressOf(id);
  if (progress === null) {
    const reason = run.mayCall
      ? `${action} is about to be called.`
      : `${action} has not been called: the server is stopping, and its next start makes the call.`;
    return { kind: 'Task', action, reason };
  }
  if (progress.waitsFor === null) return null;
  const reason = `${action} has not been called yet: it waits for ${progress.waitsFor}.`;
  return { kind: progress.isStore ? 'Store' : 'Task', action, reason };
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

function latestEnd(endMs: number, untilMs: number | null, isTimer: boolean): string {
  if (untilMs !== null) return `It ${isTimer ? 'ends' : 'times out'} at ${formatTime(untilMs)}.`;
  return `It has no timeout; the execution ends at ${formatTime(endMs)} at the latest.`;
}
