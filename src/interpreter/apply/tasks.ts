/** Events of a task call. */
import { steadyMsOf } from '../event.ts';
import { assert } from '../../base/assert.ts';
import type { JsonObject } from '../../base/json.ts';
import type { ExecutionEvent } from '../event.ts';
import type { Execution } from '../execution.ts';
import { Tries } from '../thread.ts';
import type { Thread } from '../thread.ts';
import { closeCommand, openCommand } from './commands.ts';

export function taskScheduled(execution: Execution, thread: Thread, event: ExecutionEvent): void {
  closeCommand(execution, thread);
  const { state } = thread;
  assert(state.type === 'Task', `task scheduled in ${state.type}`);
  const attempt = event.facts?.attempt ?? 1;
  thread.tries ??= new Tries();
  thread.tries.calls = attempt;
  thread.lastEvent = event.id;
  const call = {
    id: event.id,
    thread: thread.id,
    state,
    parameters: event.value as JsonObject,
    attempt,
    timeoutSeconds: event.facts?.timeoutSeconds ?? null,
    openedMs: steadyMsOf(event),
    submitted: false,
  };
  const { child } = state;
  openCommand(
    execution,
    thread,
    'task',
    child === null ? { kind: 'task', ...call } : { kind: 'child', mode: child, ...call },
  );
}

/** The call is not made again; the end of the task is still to come. */
export function taskSubmitted(execution: Execution, thread: Thread, event: ExecutionEvent): void {
  const command = execution.commands.get(thread.waitingFor);
  assert(command !== undefined && command.kind !== 'timer' && command.kind !== 'map', 'a submitted task is under way');
  thread.lastEvent = event.id;
  execution.commands.set(command.id, { ...command, submitted: true });
}
