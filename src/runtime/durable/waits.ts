/** What a Standard execution waits for, in sentences (docs/extensions.md): a function of its state. */
import { formatTime } from '../../base/clock.ts';
import type { CallCommand, TimerCommand } from '../../interpreter/commands.ts';
import type { Execution } from '../../interpreter/execution.ts';
import type { StoreTrouble } from './commit-queue.ts';
import type { ExecutionWait } from '../executions.ts';
import type { Stuck } from './run-table.ts';

/** One wait for each command under way, in the order in which they began. */
export function waitsOf(execution: Execution): ExecutionWait[] {
  return [...execution.commands.values()].map((command) => {
    const thread = execution.threads.get(command.thread);
    const untilMs = execution.dueMs(command);
    const what = command.kind === 'timer' ? timerWait(command, thread?.phase === 'retry') : callWait(command);
    return {
      ...what,
      stepName: thread?.state.name ?? '',
      event: command.id,
      sinceMs: command.openedMs,
      untilMs,
      reason: `${what.reason} ${atLatest(execution, untilMs)}`,
    };
  });
}

/** The store takes nothing, so nothing that was decided may be acted on. */
export function storeWait({ sinceMs, error }: StoreTrouble): ExecutionWait {
  const reason = `The store takes no commit (${reasonOf(error)}). It is tried again until it does; the execution then goes on by itself.`;
  return { kind: 'Store', stepName: '', event: 0, sinceMs, untilMs: null, action: '', reason };
}

/** Nobody can say what comes next in it. */
export function stuckWait({ sinceMs, error }: Stuck): ExecutionWait {
  const reason = `It cannot go on in this version of the server (${reasonOf(error)}). StopExecution ends it; a start of the server tries it again.`;
  return { kind: 'Stuck', stepName: '', event: 0, sinceMs, untilMs: null, action: '', reason };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

type What = Pick<ExecutionWait, 'kind' | 'action' | 'reason'>;

function timerWait({ seconds }: TimerCommand, isRetry: boolean): What {
  const kind = isRetry ? 'Retry' : 'Wait';
  const reason = isRetry ? `It waits ${seconds} s before it tries again.` : `It waits ${seconds} s.`;
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

function atLatest(execution: Execution, untilMs: number | null): string {
  if (untilMs !== null) return `Its time ends at ${formatTime(untilMs)}.`;
  return `It has no timeout of its own; the execution ends at ${formatTime(execution.deadlineMs)} at the latest.`;
}
