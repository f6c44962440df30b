/**
 * Rebuilds an execution from its events. Recovery folds the journal and then carries out the open commands (I3). A fold
 * decides nothing (I4).
 */
import type { Plan } from '../language/plan.ts';
import { apply, undo } from './apply.ts';
import type { ExecutionEvent } from './event.ts';
import { Execution } from './execution.ts';
import type { ExecutionLimits, ExecutionStart } from './execution.ts';

/**
 * Folds all events of an execution, from the first. Leaves out the events that an ExecutionRedriven has undone, and those in
 * `undone`, which a redrive is about to undo.
 */
export function fold(
  plan: Plan,
  start: ExecutionStart,
  limits: ExecutionLimits,
  events: readonly ExecutionEvent[],
  undone: readonly number[] = [],
): Execution {
  const execution = new Execution(plan, start, limits);
  const leftOut = undoneOf(events, undone);
  for (const event of events) {
    if (leftOut.has(event.id)) undo(execution, event);
    else apply(execution, event);
  }
  // The runtime reads the open commands from `commands`.
  execution.opened.length = 0;
  execution.closed.length = 0;
  return execution;
}

/** Ids of the events that redrives have undone, and of those in `more`. */
export function undoneOf(events: readonly ExecutionEvent[], more: readonly number[] = []): ReadonlySet<number> {
  const undone = new Set(more);
  for (const { facts } of events) for (const id of facts?.undone ?? []) undone.add(id);
  return undone;
}
