/** Events of the execution as a whole: its start, its redrives and its end. */
import { steadyMsOf } from '../event.ts';
import { ROOT_THREAD } from '../event.ts';
import type { EventType, ExecutionEvent } from '../event.ts';
import type { Execution, ExecutionStatus } from '../execution.ts';
import { DEAD, Thread } from '../thread.ts';
import { enqueue } from './queue.ts';

/** Ends that are neither success nor failure. */
const UNSUCCESSFUL: { readonly [type in EventType]?: ExecutionStatus } = {
  ExecutionTimedOut: 'TimedOut',
  ExecutionStopped: 'Stopped',
};

/** Changes the status, the times and the root thread, after an event that names no thread of its own. */
export function applyToExecution(execution: Execution, event: ExecutionEvent): void {
  if (event.type === 'ExecutionStarted') start(execution, event);
  else if (event.type === 'ExecutionRedriven') redrive(execution, event);
  else end(execution, event);
}

function start(execution: Execution, event: ExecutionEvent): void {
  execution.startedMs = event.timeMs;
  execution.beganMs = steadyMsOf(event);
  const { mapped, failure } = event.facts ?? {};
  const root = new Thread(ROOT_THREAD, execution.scope, null, 0, mapped ?? event.value);
  if (failure !== undefined) root.activity = { phase: 'failed', failure };
  execution.root = root;
  execution.threads.set(root.id, root);
  enqueue(execution, root);
}

/** All times begin again, and so does the count of events. */
function redrive(execution: Execution, event: ExecutionEvent): void {
  execution.beganMs = steadyMsOf(event);
  execution.redrives = event.facts?.redrive ?? 1;
  execution.eventsMax = event.id - 1 + execution.limits.events;
  for (const [id, command] of execution.commands)
    execution.commands.set(id, { ...command, openedMs: execution.beganMs });
}

function end(execution: Execution, event: ExecutionEvent): void {
  execution.stoppedMs = event.timeMs;
  execution.root = null;
  execution.ready.length = 0;
  for (const thread of execution.threads.values()) thread.activity = DEAD;
  execution.threads.clear();
  for (const id of execution.commands.keys()) execution.closed.push(id);
  execution.commands.clear();
  if (event.type === 'ExecutionSucceeded') {
    execution.status = 'Succeeded';
    execution.output = event.value;
  } else {
    execution.status = UNSUCCESSFUL[event.type] ?? 'Failed';
    execution.failure = event.facts?.failure ?? null;
  }
}
