/** The queue of threads that can continue without an answer, and how threads leave the execution. */
import type { Execution } from '../execution.ts';
import { DEAD } from '../thread.ts';
import type { Group, Thread } from '../thread.ts';
import { closeCommand } from './commands.ts';

/**
 * Events of the thread at the head before the next thread has its turn: a branch that computes for long, or for ever, does not
 * delay the first calls of its siblings (rules.md 12.7). So many events take a fraction of a millisecond.
 */
const TURN_EVENTS = 50;

/** After an event of this thread: it joins the queue at the tail if it can continue; threads that cannot leave the head. */
export function settle(execution: Execution, thread: Thread): void {
  const { ready } = execution;
  touch(execution, thread);
  enqueueRunnable(execution, thread);
  let head = ready[0];
  for (; head !== undefined && !head.isRunnable; head = ready[0]) {
    head.queued = false;
    ready.shift();
  }
  if (head !== execution.turn) {
    execution.turn = head ?? null;
    execution.turnEvents = 0;
  } else if (head === thread && ++execution.turnEvents >= TURN_EVENTS && ready.length > 1) {
    // A Parallel or Map that begins its branches has a turn for all of them.
    if (head.phase === 'spawn') return;
    ready.push(head);
    ready.shift();
    execution.turn = ready[0] ?? null;
    execution.turnEvents = 0;
  }
}

/** Notes that a thread has changed. */
export function touch(execution: Execution, thread: Thread): void {
  if (thread.isTouched) return;
  thread.isTouched = true;
  execution.touched.push(thread);
}

/** Puts a thread at the tail unless it is in the queue or waits. */
export function enqueueRunnable(execution: Execution, thread: Thread): void {
  if (!thread.queued && thread.isRunnable) enqueue(execution, thread);
}

export function enqueue(execution: Execution, thread: Thread): void {
  touch(execution, thread);
  thread.queued = true;
  execution.ready.push(thread);
}

/** Puts a thread at the head. */
export function enqueueFirst(execution: Execution, thread: Thread): void {
  const { ready } = execution;
  touch(execution, thread);
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
  touch(execution, thread);
  thread.activity = DEAD;
  execution.threads.delete(thread.id);
}
