/**
 * `decide(execution, input, moment, record)`: makes the next events of an execution. Each event is applied at once (I1) and
 * recorded, until every thread waits or the budget is spent.
 *
 * I2: time and randomness arrive in the `moment`. I5: a stale or repeated input gives no events. Pure and synchronous.
 */
import { assert } from '../base/assert.ts';
import { waitsForOthers } from './commands.ts';
import type { Command } from './commands.ts';
import { Decision } from './decide/decision.ts';
import { exitFlow, failFlow, finishIdle, recover } from './decide/end.ts';
import { abortNext, exitGroup, joined, spawn } from './decide/groups.ts';
import { mapRunEnded, startRun } from './decide/map-runs.ts';
import { enter, redrive, startExecution, startState } from './decide/start.ts';
import { finishTask, schedule, taskAnswered } from './decide/tasks.ts';
import type { Answer } from './decide/tasks.ts';
import type { Execution } from './execution.ts';
import { executionTimeout } from './failure.ts';
import type { Input, Moment, RecordEvent } from './input.ts';
import type { Thread } from './thread.ts';

/** Work of one call, in units of about a nanosecond. */
const BUDGET_UNITS = 1_000_000;
const EVENT_UNITS = 1_000;
/** A unit of fuel: a value visited, 16 bytes built. */
const FUEL_UNITS = 20;

/**
 * Decides until every thread waits or about a millisecond of work is done. In the second case `execution.canContinue` is true and
 * the caller continues with `{kind: 'continue'}`, so that a flow that never waits cannot hold up the others.
 * @returns false, but true if every thread that could continue has to wait before it enters a state (`Moment.mayEnter`): the
 *   caller continues when one may
 */
export function decide(
  execution: Execution,
  input: Input,
  moment: Moment,
  record: RecordEvent | null,
  budgetUnits: number = BUDGET_UNITS,
): boolean {
  const decision = new Decision(execution, moment, record);
  take(decision, input);
  return run(decision, budgetUnits);
}

function take(decision: Decision, input: Input): void {
  const { execution } = decision;
  if (execution.status !== 'Running') return;
  if (input.kind === 'start') {
    if (execution.lastEvent === 0) startExecution(decision);
    return;
  }
  if (execution.root === null) return;
  switch (input.kind) {
    case 'continue':
      break;
    case 'execution-timed-out':
      decision.ending ??= { ...executionTimeout(execution.timeoutSeconds), as: 'ExecutionTimedOut' };
      break;
    case 'stop':
      decision.ending ??= { ...input.failure, as: 'ExecutionStopped' };
      break;
    case 'redrive':
      redrive(decision, input.undone);
      break;
    default:
      answered(decision, input);
  }
}

/** An answer to a command. Once the command is closed, or its state is being aborted, the answer changes nothing (I5). */
function answered(decision: Decision, input: Answer): void {
  const { execution } = decision;
  const command = execution.commands.get(input.id);
  const thread = command === undefined ? undefined : execution.threads.get(command.thread);
  if (command === undefined || thread === undefined) return;
  if (decision.ending !== null || thread.isBeingAborted) return;
  if (input.kind === 'timer-due') {
    if (command.kind === 'timer') timerDue(decision, thread);
  } else if (input.kind === 'map-run-succeeded' || input.kind === 'map-run-failed') {
    if (command.kind === 'map') mapRunEnded(decision, thread, input);
  } else if (command.kind !== 'timer' && command.kind !== 'map') {
    taskAnswered(decision, thread, command, input);
  }
}

function timerDue(decision: Decision, thread: Thread): void {
  const { state, phase } = thread;
  if (phase === 'timer') finishIdle(decision, thread, state.next);
  else if (phase === 'retry') {
    if (thread.started && state.type === 'Task') schedule(decision, thread, state);
    else startState(decision, thread);
  }
}

/** Runs the thread at the head of the queue, again and again, while the budget lasts. Returns as {@link decide} does. */
function run(decision: Decision, budgetUnits: number): boolean {
  const { execution, scope, mayEnter } = decision;
  while (decision.events * EVENT_UNITS + scope.work * FUEL_UNITS <= budgetUnits && execution.status === 'Running') {
    const { ending } = decision;
    if (ending !== null) {
      assert(execution.root !== null, 'a running execution has a root');
      decision.endNext(ending, execution.root);
      continue;
    }
    let thread = execution.ready[0];
    if (mayEnter !== null && thread?.phase === 'enter' && !isStopOf(decision, thread) && !mayEnter()) {
      thread = execution.ready.find(entersNothing);
      if (thread === undefined) return true;
    }
    if (thread !== undefined) advance(decision, thread);
    else if (execution.isFull) decision.endFull();
    else if (decision.stop !== null && onlyWaits(execution))
      decision.ending = { ...decision.stop, as: 'ExecutionStopped' };
    else return false;
  }
  return false;
}

/** True when the next event of a thread that is about to enter a state is the stop of the flow, which is no entry. */
function isStopOf({ stop }: Decision, { parent }: Thread): boolean {
  return stop !== null && parent === null;
}

/** True for a thread that continues with something else than the entry into a state. */
function entersNothing({ isRunnable, phase }: Thread): boolean {
  return isRunnable && phase !== 'enter';
}

/**
 * True when no service or function works for the execution, and no Wait is under way, which is a step of its own: a deleted flow
 * waits for no report, child or retry (rules.md 12.11).
 */
function onlyWaits({ commands, threads, root }: Execution): boolean {
  if (root === null) return false;
  for (const command of commands.values()) {
    if (isStep(command, threads)) return false;
  }
  return true;
}

function isStep(command: Command, threads: Execution['threads']): boolean {
  switch (command.kind) {
    case 'timer':
      return isWait(threads.get(command.thread));
    case 'map':
      return false;
    default:
      return !waitsForOthers(command);
  }
}

/** False for the delay before a retry, which has a timer too. */
function isWait(thread: Thread | undefined): boolean {
  return thread?.state.type === 'Wait';
}

/** The next event of a thread. */
function advance(decision: Decision, thread: Thread): void {
  const { activity } = thread;
  switch (activity.phase) {
    case 'enter':
      return enter(decision, thread);
    case 'entered':
      return startState(decision, thread);
    case 'finish':
      return finishIdle(decision, thread, thread.state.next);
    case 'switched':
      return finishIdle(decision, thread, activity.next);
    case 'schedule':
      return schedule(decision, thread, activity.task);
    case 'start-run':
      return startRun(decision, thread, activity.map);
    case 'result':
      return finishTask(decision, thread, activity.output);
    case 'spawn':
      return spawn(decision, thread, activity);
    case 'joined':
      return joined(decision, thread, activity);
    case 'failing':
      return recover(decision, thread, activity.failure, activity.retryDecided);
    case 'aborting':
      return abortNext(decision, thread, activity.failure);
    case 'leaving':
      return decision.emitInState('StateExited', thread, thread.local, null, activity.next);
    case 'exit': {
      const { parent } = thread;
      return parent === null ? exitFlow(decision, thread) : exitGroup(decision, thread, parent);
    }
    case 'failed':
      return failFlow(decision, thread, activity.failure, null);
    default:
      assert(false, `a thread in phase ${activity.phase} cannot continue`);
  }
}
