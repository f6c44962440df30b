/**
 * Selects the events that a redrive undoes. An execution that ended without success continues from the state that failed, with
 * the results of all states that succeeded. The undone events stay in the history; the execution is folded without them
 * (`fold.ts`).
 *
 * The search follows the failure from the end of the execution inwards: the cause of a failed state's event is the failure
 * inside it. Siblings that were aborted because of it continue where they were.
 */
import { assert } from '../base/assert.ts';
import { NO_STATE } from './event.ts';
import type { EventType, ExecutionEvent } from './event.ts';
import { undoneOf } from './fold.ts';

const UNSUCCESSFUL: ReadonlySet<EventType> = new Set(['ExecutionFailed', 'ExecutionTimedOut', 'ExecutionStopped']);

/**
 * Ids, ascending, of the events that a redrive undoes; `events` is the whole journal of an execution that ended without
 * success. The last id is that of the end. Events that an earlier redrive has undone are not among them.
 */
export function eventsToUndo(events: readonly ExecutionEvent[]): number[] {
  const end = events.at(-1);
  assert(end !== undefined && UNSUCCESSFUL.has(end.type), 'only an end without success is undone');
  const undone = undoneOf(events);
  const valid = events.filter(({ id }) => !undone.has(id));
  const found = new Set(end.type === 'ExecutionFailed' ? ofFailure(events, valid, end) : ofEnding(valid));
  found.add(end.id);
  for (const id of abandonedCalls(valid.filter(({ id }) => !found.has(id)))) found.add(id);
  return [...found].sort((a, b) => a - b);
}

/**
 * The open calls in WaitForSystemCallback, and the open Map runs, whose work ended with the execution: child executions were stopped.
 * They are made again, as new calls. The work of a WaitForCustomCallback task is outside and was not stopped.
 */
function abandonedCalls(remaining: readonly ExecutionEvent[]): number[] {
  const open = new Map<number, number[]>();
  for (const { id, type, thread, facts } of remaining) {
    const isAbandoned = type === 'TaskScheduled' ? facts?.mode === 'WaitForSystemCallback' : type === 'MapRunStarted';
    if (isAbandoned) open.set(thread, [id]);
    else if (type === 'TaskSubmitted') open.get(thread)?.push(id);
    else open.delete(thread);
  }
  return [...open.values()].flat();
}

/** An execution that was over its time or stopped: every state continues where it was aborted. All its last events are aborts. */
function ofEnding(valid: readonly ExecutionEvent[]): number[] {
  const first = valid.findIndex(({ facts }) => facts?.ending !== undefined);
  return first === -1 ? [] : valid.slice(first, -1).map(({ id }) => id);
}

function ofFailure(events: readonly ExecutionEvent[], valid: readonly ExecutionEvent[], end: ExecutionEvent): number[] {
  const causeOf = (event: ExecutionEvent): ExecutionEvent | undefined => events[event.cause - 1];
  let failed = causeOf(end);
  // The limit of events ends an execution at any point, and no state failed.
  if (failed === undefined || failed.thread !== end.thread || !endsThread(failed)) return [];
  const failures = new Set([failed.id]);
  for (let inner = causeOf(failed); inner !== undefined && inner.thread !== failed.thread; inner = causeOf(failed)) {
    // The results were too large together: no branch or item failed.
    if (!endsThread(inner)) break;
    failed = inner;
    failures.add(failed.id);
  }
  const restarted = sinceEntered(valid, failed);
  const isUndone = ({ id, type, cause }: ExecutionEvent): boolean =>
    restarted.has(id) || failures.has(id) || (type === 'StateAborted' && failures.has(cause));
  return valid.filter((event) => isUndone(event)).map(({ id }) => id);
}

/** True for a failure of a state that neither Retry nor Catch handled. */
function endsThread({ type, facts }: ExecutionEvent): boolean {
  if (type !== 'StateFailed' && type !== 'StateTimedOut') return false;
  return facts?.retry === undefined && facts?.caught === undefined;
}

/** The events since the failed state was entered, in its own thread and in all threads that it opened. */
function sinceEntered(valid: readonly ExecutionEvent[], failed: ExecutionEvent): ReadonlySet<number> {
  const entered = valid.findLast(({ type, thread }) => type === 'StateEntered' && thread === failed.thread);
  assert(entered !== undefined, `the state that failed with event ${failed.id} was entered`);
  const found = new Set<number>();
  const threads = new Set([failed.thread]);
  for (const { id, type, thread, state } of valid) {
    // An earlier redrive is an event of the execution, not of the state, and remains valid.
    if (id <= entered.id || state === NO_STATE || !threads.has(thread)) continue;
    found.add(id);
    if (type === 'BranchEntered' || type === 'IterationEntered') threads.add(id);
  }
  return found;
}
