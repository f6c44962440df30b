/** The queue of threads that can continue without an answer, and how threads leave the execution. */
import type { Execution } from '../execution.ts';
import { DEAD } from '../thread.ts';
import type { Group, Thread } from '../thread.ts';
import { closeCommand } from './commands.ts';

/** After an event of this thread: it joins the queue at the tail if it can continue; threads that cannot leave the head. */
export function settle(execution: Execution, thread: Thread): void {
  const { ready } = execution;
  enqueueRunnable(execution, thread);
  for (let head = ready[0]; head !== undefined && !head.isRunnable; head = ready[0]) {
    head.queued = false;
    ready.shift();
  }
}

/** Puts a thread at the tail unless it is in the queue or waits. */
export function enqueueRunnable(execution: Execution, thread: Thread): void {
  if (!thread.queued && thread.isRunnable) enqueue(execution, thread);
}

export function enqueue(execution: Execution, thread: Thread): void {
  thread.queued = true;
  execution.ready.push(thread);
}

/** Puts a thread at the head. */
export function enqueueFirst(execution: Execution, thread: Thread): void {
  const { ready } = execution;
  if (thread.queued) ready.splice(ready.indexOf(thread), 1);
  thread.queued = true;
  ready.unshift(thread);
}

/** Takes a thread and all inside it out of the execution, and out of its group; null for the root. */
export function drop(execution: Execution, thread: Thread, siblings: Group | null): void {
  discard(execution, thread);
  if (siblings === null) return;
  const { children } = siblings;
  const at = children.indexOf(thread);
  if (at >= 0) children.splice(at, 1);
}

/** Takes the threads of a group out of the execution. */
export function dropGroup(execution: Execution, { children }: Group): void {
  for (const child of children) discard(execution, child);
  children.length = 0;
}

function discard(execution: Execution, thread: Thread): void {
  if (thread.group !== null) dropGroup(execution, thread.group);
  closeCommand(execution, thread);
  thread.activity = DEAD;
  execution.threads.delete(thread.id);
}
