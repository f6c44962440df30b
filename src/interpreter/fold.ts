/**
 * From the events of an execution to its state: recovery is this, and a look at what is pending (I3). Decides nothing (I4).
 */
import type { Plan } from '../language/plan.ts';
import { apply, passOver } from './apply.ts';
import type { ExecutionEvent } from './event.ts';
import { Execution } from './execution.ts';
import type { ExecutionLimits, ExecutionStart } from './execution.ts';

/**
 * The execution that these events lead to: all of them, from the first. Those that an ExecutionRedriven among them has
 * undone are left out, and those in `undone`, for the redrive that is about to be decided.
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
    if (leftOut.has(event.id)) passOver(execution, event);
    else apply(execution, event);
  }
  // What was opened and closed on the way is of no interest to anybody: `commands` holds what is open.
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
