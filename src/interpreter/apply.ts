/**
 * `apply(execution, event)`: the only mutator (I1). It understands every event ever written and decides nothing (I4).
 *
 * It also maintains the ready queue: an event is always of the thread at its head or of one that waits. So folding the same
 * events gives the same queue, and a rebuilt execution continues in the same order.
 */
import { assert } from '../base/assert.ts';
import { closeCommand } from './apply/commands.ts';
import { applyToExecution } from './apply/execution.ts';
import { join, spawn } from './apply/groups.ts';
import { mapRunStarted, undoMapRun } from './apply/map-runs.ts';
import { drop, settle } from './apply/queue.ts';
import { attemptFailed, end, moveOn, stateFailed, stateStarted, writeGlobal } from './apply/states.ts';
import { taskScheduled, taskSubmitted } from './apply/tasks.ts';
import { NO_STATE } from './event.ts';
import type { ExecutionEvent, Warning } from './event.ts';
import { WARNINGS_MAX } from './execution.ts';
import type { Execution } from './execution.ts';
import { ENTERED } from './thread.ts';

export function apply(execution: Execution, event: ExecutionEvent): void {
  passOver(execution, event);
  if (event.facts?.warnings !== undefined) addWarnings(execution, event.state, event.facts.warnings);
  if (event.state === NO_STATE) applyToExecution(execution, event);
  else applyToThread(execution, event);
}

/** Takes the id and the time of an event and nothing else: a later redrive has undone it. */
export function passOver(execution: Execution, event: ExecutionEvent): void {
  assert(event.id === execution.lastEvent + 1, `event ${event.id} after ${execution.lastEvent}`);
  execution.lastEvent = event.id;
  execution.lastMs = event.timeMs;
}

/** {@link passOver}, and remembers the start of a child or of a Map run: the one that comes again takes over what was started. */
export function undo(execution: Execution, event: ExecutionEvent): void {
  passOver(execution, event);
  if (event.type === 'MapRunStarted') undoMapRun(execution, event);
  if (event.type !== 'TaskScheduled') return;
  const state = execution.plan.states[event.state];
  if (state?.type !== 'Task' || state.child !== 'Standard') return;
  execution.undoneCalls.push({ id: event.id, thread: event.thread, state: event.state });
}

function addWarnings(execution: Execution, index: number, warnings: readonly Warning[]): void {
  const state = execution.plan.states[index]?.name ?? '';
  for (const warning of warnings) {
    if (execution.warnings.length < WARNINGS_MAX) execution.warnings.push({ state, ...warning });
  }
}

function applyToThread(execution: Execution, event: ExecutionEvent): void {
  const thread = execution.threads.get(event.thread);
  assert(thread !== undefined, `event ${event.id} of unknown thread ${event.thread}`);
  switch (event.type) {
    case 'StateEntered':
      thread.activity = ENTERED;
      thread.entered = event.id;
      thread.lastEvent = event.id;
      break;
    case 'StateStarted':
      stateStarted(execution, thread, event);
      break;
    case 'StateSucceeded':
      if (event.facts?.global !== undefined) writeGlobal(execution, event.facts.global);
      closeCommand(execution, thread);
      end(execution, thread, event);
      break;
    case 'StateExited':
      thread.lastEvent = event.id;
      moveOn(execution, thread, event.next);
      break;
    case 'StateFailed':
    case 'StateTimedOut':
      stateFailed(execution, thread, event);
      break;
    case 'StateAborted':
      if (event.facts?.ending !== undefined) execution.ending = event.facts.ending;
      drop(execution, thread, thread.parent?.group ?? null);
      break;
    case 'TaskScheduled':
      taskScheduled(execution, thread, event);
      break;
    case 'TaskSubmitted':
      taskSubmitted(execution, thread, event);
      break;
    case 'MapRunStarted':
      mapRunStarted(execution, thread, event);
      break;
    case 'TaskSucceeded':
    case 'MapRunSucceeded':
      closeCommand(execution, thread);
      thread.activity = { phase: 'result', output: event.value };
      thread.lastEvent = event.id;
      break;
    case 'TaskFailed':
    case 'TaskTimedOut':
    case 'TaskSubmitFailed':
    case 'MapRunFailed':
      closeCommand(execution, thread);
      attemptFailed(execution, thread, event);
      break;
    case 'BranchEntered':
    case 'IterationEntered':
      spawn(execution, thread, event);
      break;
    case 'BranchExited':
    case 'IterationExited':
      join(execution, thread, event);
      break;
    default:
      assert(false, `event type ${event.type} has no state`);
  }
  settle(execution, thread);
}
