/** Questions about the tree of threads of an execution, asked when a part of it is stopped. */
import type { Thread } from './execution.ts';

/** True while something around the thread is being stopped: what it still hears changes nothing any more. */
export function isBeingAborted(thread: Thread): boolean {
  for (let outer = thread.parent; outer !== null; outer = outer.parent) if (outer.phase === 'aborting') return true;
  return false;
}

/** The last thread inside `thread` that stands in a state, deepest first; null when none does. */
export function innermost(thread: Thread): Thread | null {
  const { children } = thread;
  if (children === null) return null;
  for (let i = children.length - 1; i >= 0; i--) {
    const child = children[i] as Thread;
    const inner = innermost(child) ?? entered(child);
    if (inner !== null) return inner;
  }
  return null;
}

/** The thread itself when it stands in a state; null between two states and at the ends of its scope. */
export function entered(thread: Thread): Thread | null {
  return thread.phase === 'enter' || thread.phase === 'exit' || thread.phase === 'dead' ? null : thread;
}
