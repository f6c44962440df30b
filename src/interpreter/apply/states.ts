/** Events of a state: it starts, ends, fails, or leads to the next one. */
import { isDistributed } from '../commands.ts';
import { steadyMsOf } from '../event.ts';
import { assert } from '../../base/assert.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import type { State } from '../../language/plan.ts';
import { rulesOf } from '../dialects.ts';
import { NO_NEXT } from '../event.ts';
import type { ExecutionEvent, Failure } from '../event.ts';
import type { Execution } from '../execution.ts';
import { merge } from '../merge.ts';
import { ENTER, EXIT, FINISH, Group, Tries } from '../thread.ts';
import type { Activity, Thread } from '../thread.ts';
import { closeCommand, openCommand } from './commands.ts';
import { abortGroup, groupOf, switchTo } from './groups.ts';
import { drop, dropGroup } from './queue.ts';

export function stateStarted(execution: Execution, thread: Thread, event: ExecutionEvent): void {
  closeCommand(execution, thread);
  thread.input = event.value;
  thread.lastEvent = event.id;
  const { facts } = event;
  if (facts?.failure !== undefined) {
    thread.activity = { phase: 'failing', failure: facts.failure, retryDecided: false };
    return;
  }
  thread.started = true;
  const { state } = thread;
  if (state.type === 'Wait') openTimer(execution, thread, 'timer', event, facts?.seconds ?? 0);
  else thread.activity = begin(state, event);
}

/** The activity of a state that has its input. */
function begin(state: State, { facts }: ExecutionEvent): Activity {
  switch (state.type) {
    case 'Task':
      return { phase: 'schedule', task: state };
    case 'Parallel':
      return new Group(state.branches.length, [], null, state.next);
    case 'Map': {
      if (isDistributed(state)) return { phase: 'start-run', map: state };
      const items = facts?.items ?? [];
      return new Group(items.length, items, null, state.next);
    }
    case 'Switch':
      return switchTo(state, facts?.branch ?? -1);
    case 'Fail': {
      const failure = { error: state.code ?? 'FnF.Fail', cause: state.detail ?? '' };
      return { phase: 'failing', failure, retryDecided: false };
    }
    default:
      return FINISH;
  }
}

/** A failed attempt: a retry delay begins, or the thread recovers or fails next. */
export function attemptFailed(execution: Execution, thread: Thread, event: ExecutionEvent): void {
  const { retry } = event.facts ?? {};
  thread.lastEvent = event.id;
  if (retry === undefined) {
    thread.activity = { phase: 'failing', failure: failureOf(event), retryDecided: true };
    return;
  }
  const tries = (thread.tries ??= new Tries());
  tries.byRule[retry.rule] = (tries.byRule[retry.rule] ?? 0) + 1;
  tries.retries++;
  openTimer(execution, thread, 'retry', event, retry.seconds);
}

/** A failed state: it is tried again, a catch rule has taken the failure, or the failure goes to the state around it. */
export function stateFailed(execution: Execution, thread: Thread, event: ExecutionEvent): void {
  closeCommand(execution, thread);
  if (thread.group !== null) dropGroup(execution, thread.group);
  if (event.facts?.retry !== undefined || event.facts?.caught !== undefined) execution.failedState = '';
  if (event.facts?.retry !== undefined) return attemptFailed(execution, thread, event);
  if (event.facts?.caught !== undefined) return end(execution, thread, event);
  if (execution.failedState === '') execution.failedState = thread.state.name;
  const failure = failureOf(event);
  const { parent } = thread;
  if (parent === null) {
    thread.lastEvent = event.id;
    thread.activity = { phase: 'failed', failure };
    return;
  }
  const group = groupOf(parent);
  drop(execution, thread, group);
  parent.lastEvent = event.id;
  abortGroup(execution, parent, group, failure);
}

function failureOf({ id, facts }: ExecutionEvent): Failure {
  assert(facts?.failure !== undefined, `event ${id} names no failure`);
  return facts.failure;
}

/** A state is over, with the event's value as its output. */
export function end(execution: Execution, thread: Thread, event: ExecutionEvent): void {
  const rules = rulesOf(execution.plan);
  thread.lastEvent = event.id;
  rules.takeOutput(thread, event.value);
  if (rules.exitsStates) thread.activity = { phase: 'leaving', next: event.next };
  else moveOn(execution, thread, event.next);
}

/** To the next state of the scope, or out of it. */
export function moveOn(execution: Execution, thread: Thread, next: number): void {
  thread.input = thread.incoming;
  if (next === NO_NEXT) {
    thread.activity = EXIT;
    return;
  }
  thread.state = execution.plan.states[next] as State;
  thread.activity = ENTER;
  thread.started = false;
  thread.tries = null;
}

function openTimer(
  execution: Execution,
  thread: Thread,
  phase: 'timer' | 'retry',
  event: ExecutionEvent,
  seconds: number,
): void {
  const openedMs = steadyMsOf(event);
  openCommand(execution, thread, phase, { kind: 'timer', id: event.id, thread: thread.id, seconds, openedMs });
}

export function writeGlobal(execution: Execution, changes: JsonObject): void {
  for (const key of Object.keys(changes)) {
    execution.globalBytes += execution.globalGrowth(key, changes[key] as JsonValue);
  }
  execution.global = merge(execution.global, changes);
}
