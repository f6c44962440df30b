/**
 * Which events a redrive undoes: an execution that ended without success goes on from the state that failed and keeps what
 * had succeeded. The undone events stay in the history; the execution is folded without them (`fold.ts`).
 *
 * The failure is followed from the end down by the causes of the events: each state that failed because of one inside it
 * names that one. What stood beside them when they failed stands there again.
 */
import { assert } from '../base/assert.ts';
import type { EventType, ExecutionEvent } from './event.ts';
import { undoneOf } from './fold.ts';

const UNSUCCESSFUL: ReadonlySet<EventType> = new Set(['ExecutionFailed', 'ExecutionTimedOut', 'ExecutionStopped']);

/**
 * Ids, ascending, of what is to be undone of an execution that ended without success; `events` is its whole journal. The
 * end is the last of them. What earlier redrives have undone is not named again.
 */
export function eventsToUndo(events: readonly ExecutionEvent[]): number[] {
  const end = events.at(-1);
  assert(end !== undefined && UNSUCCESSFUL.has(end.type), 'only an end without success is undone');
  const undone = undoneOf(events);
  const standing = events.filter(({ id }) => !undone.has(id));
  const found = new Set(end.type === 'ExecutionFailed' ? ofFailure(events, standing, end) : ofEnding(standing));
  found.add(end.id);
  const kept = standing.filter(({ id }) => !found.has(id));
  for (const id of givenUp(kept)) found.add(id);
  return [...found].sort((a, b) => a - b);
}

/**
 * Calls whose work ended with the execution, such as a child execution: they are made anew, as other calls. What reports a
 * task of WaitForCustomCallback is outside, and goes on.
 */
function givenUp(kept: readonly ExecutionEvent[]): number[] {
  const open = new Map<number, number[]>();
  for (const { id, type, thread, facts } of kept) {
    if (type === 'TaskScheduled' && facts?.mode === 'WaitForSystemCallback') open.set(thread, [id]);
    else if (type === 'TaskSubmitted') open.get(thread)?.push(id);
    else open.delete(thread);
  }
  return [...open.values()].flat();
}

/** Over its time or stopped: every state stands where it was aborted. Once that has begun nothing else happens. */
function ofEnding(standing: readonly ExecutionEvent[]): number[] {
  const first = standing.findIndex(({ facts }) => facts?.ending !== undefined);
  return first === -1 ? [] : standing.slice(first, -1).map(({ id }) => id);
}

function ofFailure(
  events: readonly ExecutionEvent[],
  standing: readonly ExecutionEvent[],
  end: ExecutionEvent,
): number[] {
  const causeOf = (event: ExecutionEvent): ExecutionEvent | undefined => events[event.cause - 1];
  let failed = causeOf(end);
  // The limit of events ends an execution wherever it is, and no state failed.
  if (failed === undefined || failed.thread !== end.thread || !endsThread(failed)) return [];
  const failures = new Set([failed.id]);
  for (let inner = causeOf(failed); inner !== undefined && inner.thread !== failed.thread; inner = causeOf(failed)) {
    // Results that are too large together: no branch or item failed.
    if (!endsThread(inner)) break;
    failed = inner;
    failures.add(failed.id);
  }
  const restarted = sinceEntered(standing, failed);
  const isUndone = ({ id, type, cause }: ExecutionEvent): boolean =>
    restarted.has(id) || failures.has(id) || (type === 'StateAborted' && failures.has(cause));
  return standing.filter((event) => isUndone(event)).map(({ id }) => id);
}

/** A failure of a state that neither Retry nor Catch took. */
function endsThread({ type, facts }: ExecutionEvent): boolean {
  if (type !== 'StateFailed' && type !== 'StateTimedOut') return false;
  return facts?.retry === undefined && facts?.caught === undefined;
}

/** What happened in the state that failed, and in all that it had opened, since it was entered. */
function sinceEntered(standing: readonly ExecutionEvent[], failed: ExecutionEvent): ReadonlySet<number> {
  const entered = standing.findLast(({ type, thread }) => type === 'StateEntered' && thread === failed.thread);
  assert(entered !== undefined, `the state that failed with event ${failed.id} was entered`);
  const found = new Set<number>();
  const threads = new Set([failed.thread]);
  for (const { id, type, thread, state } of standing) {
    // An earlier redrive of the execution is no event of a state, and stands.
    if (id <= entered.id || state === -1 || !threads.has(thread)) continue;
    found.add(id);
    if (type === 'BranchEntered' || type === 'IterationEntered') threads.add(id);
  }
  return found;
}
