/**
 * `apply(execution, event)`: the only mutator (I1). It understands every event ever written and decides nothing (I4).
 *
 * The ready queue is kept here too: an event is always of the thread at its head or of a blocked one, so folding the
 * same events gives the same queue, and a rebuilt execution goes on in the same order.
 */
import { assert } from '../base/assert.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { Scope, State } from '../language/plan.ts';
import { dataFlowOf, merge } from './dialects.ts';
import type { EventType, ExecutionEvent, Failure } from './event.ts';
import { THREADS_MAX, Thread, WARNINGS_MAX } from './execution.ts';
import type { Execution, ExecutionStatus } from './execution.ts';

/** Ends of an execution that are neither success nor failure. */
const UNSUCCESSFUL: { readonly [type in EventType]?: ExecutionStatus } = {
  ExecutionTimedOut: 'TimedOut',
  ExecutionStopped: 'Stopped',
};

export function apply(execution: Execution, event: ExecutionEvent): void {
  assert(event.id === execution.lastEvent + 1, `event ${event.id} after ${execution.lastEvent}`);
  execution.lastEvent = event.id;
  execution.lastMs = event.timeMs;
  if (event.facts?.warnings !== undefined) keepWarnings(execution, event.facts.warnings);
  if (event.state === -1) applyToExecution(execution, event);
  else applyToThread(execution, event);
}

/** Goes past an event that a later redrive has undone: it keeps its id and its time, and nothing else of it counts. */
export function passOver(execution: Execution, event: ExecutionEvent): void {
  assert(event.id === execution.lastEvent + 1, `event ${event.id} after ${execution.lastEvent}`);
  execution.lastEvent = event.id;
  execution.lastMs = event.timeMs;
}

function keepWarnings(execution: Execution, warnings: readonly string[]): void {
  for (const warning of warnings) if (execution.warnings.length < WARNINGS_MAX) execution.warnings.push(warning);
}

function applyToExecution(execution: Execution, event: ExecutionEvent): void {
  if (event.type === 'ExecutionStarted') {
    execution.startedMs = event.timeMs;
    execution.beganMs = event.timeMs;
    const { mapped, failure } = event.facts ?? {};
    const root = new Thread(event.id, execution.plan.root, null, 0, mapped ?? event.value);
    if (failure !== undefined) {
      root.failure = failure;
      root.phase = 'exit';
    }
    execution.root = root;
    execution.threads.set(root.id, root);
    enqueue(execution, root);
    return;
  }
  if (event.type === 'ExecutionRedriven') return redriven(execution, event);
  execution.stoppedMs = event.timeMs;
  execution.root = null;
  execution.ready.length = 0;
  for (const thread of execution.threads.values()) thread.phase = 'dead';
  execution.threads.clear();
  for (const id of execution.commands.keys()) execution.closed.push(id);
  execution.commands.clear();
  if (event.type === 'ExecutionSucceeded') {
    execution.status = 'Succeeded';
    execution.output = event.value;
  } else {
    execution.status = UNSUCCESSFUL[event.type] ?? 'Failed';
    execution.failure = event.facts?.failure ?? null;
  }
}

/** All times begin again, and so does the count of events. */
function redriven(execution: Execution, event: ExecutionEvent): void {
  execution.beganMs = event.timeMs;
  execution.redrives = event.facts?.redrive ?? 1;
  execution.eventsMax = event.id - 1 + execution.limits.events;
  for (const [id, command] of execution.commands) execution.commands.set(id, { ...command, openedMs: event.timeMs });
}

function applyToThread(execution: Execution, event: ExecutionEvent): void {
  const thread = execution.threads.get(event.thread);
  assert(thread !== undefined, `event ${event.id} of unknown thread ${event.thread}`);
  switch (event.type) {
    case 'StateEntered':
      thread.phase = 'entered';
      thread.entered = event.id;
      thread.retryDecided = false;
      thread.lastEvent = event.id;
      break;
    case 'StateStarted':
      stateStarted(execution, thread, event);
      break;
    case 'StateSucceeded':
      if (event.facts?.global !== undefined) writeGlobal(execution, event.facts.global);
      if (thread.waitingFor !== 0) closeCommand(execution, thread);
      ended(execution, thread, event);
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
      drop(execution, thread);
      break;
    case 'TaskScheduled':
      taskScheduled(execution, thread, event);
      break;
    case 'TaskSucceeded':
      closeCommand(execution, thread);
      thread.output = event.value;
      thread.phase = 'result';
      thread.lastEvent = event.id;
      break;
    case 'TaskSubmitted':
      taskSubmitted(execution, thread, event);
      break;
    case 'TaskFailed':
    case 'TaskTimedOut':
    case 'TaskSubmitFailed':
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
  settleQueue(execution, thread);
}

/** A thread that can go on joins the queue at its tail; those that no longer can leave its head. */
function settleQueue(execution: Execution, thread: Thread): void {
  const { ready } = execution;
  if (!thread.queued && isRunnable(thread)) enqueue(execution, thread);
  for (let head = ready[0]; head !== undefined && !isRunnable(head); head = ready[0]) {
    head.queued = false;
    ready.shift();
  }
}

function enqueue(execution: Execution, thread: Thread): void {
  thread.queued = true;
  execution.ready.push(thread);
}

function isRunnable(thread: Thread): boolean {
  switch (thread.phase) {
    case 'task':
    case 'timer':
    case 'retry':
    case 'children':
    case 'dead':
      return false;
    default:
      return true;
  }
}

function stateStarted(execution: Execution, thread: Thread, event: ExecutionEvent): void {
  if (thread.waitingFor !== 0) closeCommand(execution, thread);
  thread.input = event.value;
  thread.lastEvent = event.id;
  const facts = event.facts;
  if (facts?.failure !== undefined) {
    thread.failure = facts.failure;
    thread.phase = 'failing';
    return;
  }
  thread.started = true;
  const { state } = thread;
  switch (state.type) {
    case 'Task':
      thread.phase = 'schedule';
      break;
    case 'Wait':
      openTimer(execution, thread, event, facts?.seconds ?? 0);
      thread.output = dataFlowOf(execution.plan).idleOutput(event.value);
      thread.phase = 'timer';
      break;
    case 'Parallel':
      beginChildren(thread, state.branches.length);
      break;
    case 'Map':
      thread.items = facts?.items ?? [];
      beginChildren(thread, thread.items.length);
      break;
    case 'Switch':
      thread.branch = facts?.branch ?? -1;
      if (branchOf(thread) === null) {
        thread.output = dataFlowOf(execution.plan).idleOutput(event.value);
        thread.phase = 'result';
      } else {
        beginChildren(thread, 1);
      }
      break;
    case 'Fail':
      thread.failure = { error: state.code ?? 'FnF.Fail', cause: state.detail ?? '' };
      thread.phase = 'failing';
      break;
    default:
      thread.output = dataFlowOf(execution.plan).idleOutput(event.value);
      thread.phase = 'result';
  }
}

function beginChildren(thread: Thread, count: number): void {
  thread.children = [];
  thread.results = new Array<JsonValue>(count).fill(null);
  thread.spawned = 0;
  thread.done = 0;
  thread.resultBytes = 0;
  thread.phase = count === 0 ? 'joined' : 'spawn';
}

function taskScheduled(execution: Execution, thread: Thread, event: ExecutionEvent): void {
  if (thread.waitingFor !== 0) closeCommand(execution, thread);
  const { state } = thread;
  assert(state.type === 'Task', `task scheduled in ${state.type}`);
  thread.attempt = event.facts?.attempt ?? 1;
  thread.phase = 'task';
  thread.lastEvent = event.id;
  thread.waitingFor = event.id;
  execution.opened.push(event.id);
  const call = {
    id: event.id,
    thread: thread.id,
    state,
    parameters: event.value as JsonObject,
    attempt: thread.attempt,
    timeoutSeconds: event.facts?.timeoutSeconds ?? null,
    openedMs: event.timeMs,
    submitted: false,
  };
  const { child } = state;
  execution.commands.set(
    event.id,
    child === null ? { kind: 'task', ...call } : { kind: 'child', mode: child, ...call },
  );
}

/** The call is not made again; what ends the task is still to come. */
function taskSubmitted(execution: Execution, thread: Thread, event: ExecutionEvent): void {
  const command = execution.commands.get(thread.waitingFor);
  assert(command !== undefined && command.kind !== 'timer', 'a submitted task is under way');
  thread.lastEvent = event.id;
  execution.commands.set(command.id, { ...command, submitted: true });
}

/** A failed attempt: a retry delay begins, or the thread goes on to recover or fail. */
function attemptFailed(execution: Execution, thread: Thread, event: ExecutionEvent): void {
  const facts = event.facts;
  thread.lastEvent = event.id;
  thread.output = null;
  if (facts?.retry === undefined) {
    thread.failure = facts?.failure ?? null;
    thread.retryDecided = true;
    thread.phase = 'failing';
    return;
  }
  thread.failure = null;
  thread.retries ??= [];
  thread.retries[facts.retry.rule] = (thread.retries[facts.retry.rule] ?? 0) + 1;
  thread.retryCount++;
  openTimer(execution, thread, event, facts.retry.seconds);
  thread.phase = 'retry';
}

function stateFailed(execution: Execution, thread: Thread, event: ExecutionEvent): void {
  if (thread.waitingFor !== 0) closeCommand(execution, thread);
  dropChildren(execution, thread);
  if (event.facts?.retry !== undefined) {
    attemptFailed(execution, thread, event);
    return;
  }
  if (event.facts?.caught !== undefined) {
    ended(execution, thread, event);
    return;
  }
  thread.lastEvent = event.id;
  thread.failure = event.facts?.failure ?? null;
  const { parent } = thread;
  if (parent === null) {
    thread.phase = 'exit';
    return;
  }
  drop(execution, thread);
  parent.lastEvent = event.id;
  beginAborting(execution, parent, thread.failure);
}

/** Ahead of all others: no sibling takes another step once one has failed (decisions.md 3.5). */
function beginAborting(execution: Execution, thread: Thread, failure: Failure | null): void {
  thread.failure = failure;
  thread.phase = 'aborting';
  if (thread.queued) execution.ready.splice(execution.ready.indexOf(thread), 1);
  thread.queued = true;
  execution.ready.unshift(thread);
}

/** A state is over, with the event's value as its output. */
function ended(execution: Execution, thread: Thread, event: ExecutionEvent): void {
  thread.lastEvent = event.id;
  thread.failure = null;
  if (dataFlowOf(execution.plan).hasLocal) {
    thread.local = merge(thread.local, event.value as JsonObject);
    thread.next = event.next;
    thread.phase = 'leaving';
    return;
  }
  thread.handed = event.value;
  moveOn(execution, thread, event.next);
}

/** To the next state of the scope, or out of it. */
function moveOn(execution: Execution, thread: Thread, next: number): void {
  thread.input = thread.handed;
  if (next === -1) {
    thread.phase = 'exit';
    return;
  }
  thread.state = execution.plan.states[next] as State;
  thread.phase = 'enter';
  thread.started = false;
  thread.output = null;
  thread.attempt = 0;
  thread.retries = null;
  thread.retryCount = 0;
  thread.children = null;
  thread.items = null;
  thread.results = null;
}

function spawn(execution: Execution, thread: Thread, event: ExecutionEvent): void {
  const index = thread.spawned;
  const scope = scopeInside(thread);
  assert(scope !== null && thread.children !== null, `no branch ${event.facts?.index}`);
  const child = new Thread(event.id, scope, thread, index, event.value);
  thread.children.push(child);
  execution.threads.set(child.id, child);
  thread.spawned = index + 1;
  if (!hasRoom(execution, thread)) thread.phase = 'children';
  enqueue(execution, child);
}

/** What the next branch or item of the thread's state runs. */
function scopeInside(thread: Thread): Scope | null {
  const { state } = thread;
  if (state.type === 'Parallel') return state.branches[thread.spawned] ?? null;
  return state.type === 'Map' ? state.processor : branchOf(thread);
}

/** The steps of the branch that a Switch has taken; null when there are none. */
function branchOf({ state, branch }: Thread): Scope | null {
  assert(state.type === 'Switch', `${state.type} has no branches`);
  const taken = branch === state.branches.length ? state.default : state.branches[branch];
  return taken?.scope ?? null;
}

/** True while another branch or item of the thread's state may begin. */
function hasRoom(execution: Execution, thread: Thread): boolean {
  const total = thread.results?.length ?? 0;
  if (thread.spawned >= total) return false;
  if (thread.spawned === thread.done) return true;
  if (execution.threads.size >= THREADS_MAX) return false;
  if (thread.state.type !== 'Map') return true;
  const limit = dataFlowOf(execution.plan).mapConcurrency ?? execution.limits.mapConcurrency;
  const atOnce = Math.min(thread.state.maxConcurrency ?? limit, limit);
  return thread.spawned - thread.done < atOnce;
}

/** `thread` is the one that exits; its value goes to its place in the parent. */
function join(execution: Execution, thread: Thread, event: ExecutionEvent): void {
  const { parent } = thread;
  assert(parent !== null && parent.results !== null, 'a branch exits into its parent');
  parent.results[thread.index] = event.value;
  parent.done++;
  parent.lastEvent = event.id;
  parent.resultBytes += event.facts?.bytes ?? 0;
  drop(execution, thread);
  if (event.facts?.failure !== undefined) return beginAborting(execution, parent, event.facts.failure);
  if (parent.done === parent.results.length) parent.phase = 'joined';
  else if (hasRoom(execution, parent)) parent.phase = 'spawn';
  if (!parent.queued && isRunnable(parent)) enqueue(execution, parent);
}

/** Takes a thread and all inside it out of the execution and out of its parent. */
function drop(execution: Execution, thread: Thread): void {
  discard(execution, thread);
  const siblings = thread.parent?.children;
  if (siblings === null || siblings === undefined) return;
  const at = siblings.indexOf(thread);
  if (at >= 0) siblings.splice(at, 1);
}

function discard(execution: Execution, thread: Thread): void {
  dropChildren(execution, thread);
  if (thread.waitingFor !== 0) closeCommand(execution, thread);
  thread.phase = 'dead';
  execution.threads.delete(thread.id);
}

function dropChildren(execution: Execution, thread: Thread): void {
  for (const child of thread.children ?? []) discard(execution, child);
  thread.children = null;
}

function openTimer(execution: Execution, thread: Thread, event: ExecutionEvent, seconds: number): void {
  const { id, timeMs } = event;
  thread.waitingFor = id;
  execution.opened.push(id);
  execution.commands.set(id, { kind: 'timer', id, thread: thread.id, seconds, openedMs: timeMs });
}

function closeCommand(execution: Execution, thread: Thread): void {
  execution.commands.delete(thread.waitingFor);
  execution.closed.push(thread.waitingFor);
  thread.waitingFor = 0;
}

function writeGlobal(execution: Execution, changes: JsonObject): void {
  for (const key of Object.keys(changes)) {
    execution.globalBytes += execution.globalGrowth(key, changes[key] as JsonValue);
  }
  execution.global = merge(execution.global, changes);
}
