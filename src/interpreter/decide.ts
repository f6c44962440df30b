/**
 * `decide(execution, input, moment, record)`: what happens next. Each decision becomes an event, which is applied at
 * once (I1) and recorded, until every thread is blocked or the budget is spent.
 *
 * I2: time and randomness arrive in the `moment`. I5: a stale or repeated input gives no events. Pure and synchronous.
 */
import { assert } from '../base/assert.ts';
import { jsonBytes } from '../base/json.ts';
import type { JsonArray, JsonValue } from '../base/json.ts';
import type { ChoiceState, TaskState } from '../language/plan.ts';
import { apply } from './apply.ts';
import { ExecutionEvent } from './event.ts';
import type { EventFacts, EventType, Failure } from './event.ts';
import type { Execution, Thread } from './execution.ts';
import {
  constructGlobal,
  constructParameters,
  constructValue,
  evaluateItems,
  evaluateSeconds,
  evaluateTimeout,
  joinedOutput,
  joinedTooLarge,
} from './construct.ts';
import { ConstructScope } from './construct-scope.ts';
import { TASK_TIMEOUT, executionTimeout, findCatch, findRetry, taskTimeout } from './failure.ts';
import type { Input, Moment, Record } from './input.ts';
import { entered, innermost, isBeingAborted } from './threads.ts';

/** Work of one call, in units of about a nanosecond. */
export const BUDGET_UNITS = 1_000_000;
const EVENT_UNITS = 1_000;
/** A unit of fuel: a value visited, 16 bytes built. */
const FUEL_UNITS = 20;
/** Id of the event with which the first state is entered, after ExecutionStarted. */
const FIRST_ENTERED = 2;

/**
 * Decides until nothing can go on or about a millisecond of work is done; `execution.canGoOn` is then true and the
 * caller goes on with `{kind: 'continue'}`, so that a flow that never waits cannot hold up the others.
 */
export function decide(
  execution: Execution,
  input: Input,
  moment: Moment,
  record: Record | null,
  budgetUnits: number = BUDGET_UNITS,
): void {
  const decision = new Decision(execution, moment, record);
  decision.take(input);
  decision.goOn(budgetUnits);
}

class Decision {
  readonly execution: Execution;
  /** One look at the clock: all events of a decision carry the time at which it began. */
  readonly nowMs: number;
  readonly record: Record | null;
  readonly scope: ConstructScope;
  events = 0;
  /** Set when the execution is over its time. */
  ending: Failure | null;
  /** Set when the flow may enter no further state. */
  readonly stop: Failure | null;

  constructor(execution: Execution, moment: Moment, record: Record | null) {
    this.execution = execution;
    this.nowMs = moment.nowMs;
    this.record = record;
    this.scope = new ConstructScope(execution, moment);
    this.ending = execution.ending;
    this.stop = moment.stop ?? null;
  }

  take(input: Input): void {
    const { execution } = this;
    if (execution.status !== 'Running') return;
    if (input.kind === 'start') {
      if (execution.lastEvent === 0) this.emit('ExecutionStarted', 0, 0, -1, execution.start.input, -1, null);
      return;
    }
    if (input.kind === 'continue' || execution.root === null) return;
    if (input.kind === 'execution-timed-out') {
      this.ending ??= executionTimeout(execution.timeoutSeconds);
      return;
    }
    const command = execution.commands.get(input.id);
    const thread = command === undefined ? undefined : execution.threads.get(command.thread);
    if (command === undefined || thread === undefined) return;
    if (this.ending !== null || isBeingAborted(thread)) return;
    if (input.kind === 'timer-due') {
      if (command.kind === 'timer') this.timerDue(thread);
    } else if (command.kind === 'task') {
      this.taskEnded(thread, command.id, input);
    }
  }

  /** Runs the thread at the head of the queue, again and again, while the budget lasts. */
  goOn(budgetUnits: number): void {
    const { execution } = this;
    while (this.worked <= budgetUnits && execution.status === 'Running') {
      if (this.ending !== null) {
        this.end(this.ending);
        continue;
      }
      const thread = execution.ready[0];
      if (thread === undefined) return;
      this.step(thread);
    }
  }

  private get worked(): number {
    return this.events * EVENT_UNITS + this.scope.work * FUEL_UNITS;
  }

  private step(thread: Thread): void {
    switch (thread.phase) {
      case 'enter':
        this.enter(thread);
        break;
      case 'entered':
        this.startState(thread);
        break;
      case 'schedule':
        this.schedule(thread);
        break;
      case 'spawn':
        this.spawn(thread);
        break;
      case 'joined':
        this.joined(thread);
        break;
      case 'result':
        this.finish(thread);
        break;
      case 'failing':
        this.recover(thread, thread.failure as Failure);
        break;
      case 'aborting':
        this.abortNext(thread);
        break;
      case 'exit':
        this.exit(thread);
        break;
      default:
        assert(false, `a thread in phase ${thread.phase} cannot go on`);
    }
  }

  /** A stop lets a Parallel or Map come to its end: it is a step of the flow, and so is all that is inside it. */
  private enter(thread: Thread): void {
    if (this.stop === null || thread.parent !== null) this.inState('StateEntered', thread, thread.handed, -1, null);
    else this.emit('ExecutionStopped', thread.lastEvent, thread.id, -1, null, -1, { failure: this.stop });
  }

  /** From InputConstructor to StateStarted; a retry comes back here and keeps the input that was built. */
  private startState(thread: Thread): void {
    const { state } = thread;
    const { scope } = this;
    scope.enter(thread);
    let input = thread.input;
    // Every other input was measured where it was built.
    if (this.execution.lastEvent === FIRST_ENTERED) scope.failure = scope.oversize(input, 'The input of the execution');
    if (scope.failure !== null) return this.startFailed(thread);
    if (!thread.started && state.inputConstructor !== null) {
      const built = constructValue(scope, state.inputConstructor, 'The input');
      if (scope.failure !== null) return this.startFailed(thread);
      input = built;
    }
    let facts: EventFacts | null = null;
    if (state.type === 'Wait') {
      scope.input = input;
      const seconds = evaluateSeconds(scope, this.execution.limits, state);
      if (scope.failure !== null) return this.startFailed(thread, input);
      facts = { seconds };
    } else if (state.type === 'Map') {
      scope.input = input;
      const items = evaluateItems(scope, state);
      if (scope.failure !== null) return this.startFailed(thread, input);
      facts = { items };
    }
    this.inState('StateStarted', thread, input, -1, facts);
  }

  private startFailed(thread: Thread, input: JsonValue = thread.input): void {
    this.inState('StateStarted', thread, input, -1, { failure: this.scope.failure as Failure });
  }

  private schedule(thread: Thread): void {
    const state = thread.state as TaskState;
    const { scope } = this;
    scope.enter(thread);
    const parameters = constructParameters(scope, state.parameters);
    const timeoutSeconds = scope.failure === null ? evaluateTimeout(scope, state) : null;
    if (scope.failure !== null) return this.recover(thread, scope.failure);
    this.inState('TaskScheduled', thread, parameters, -1, { attempt: thread.attempt + 1, timeoutSeconds });
  }

  private spawn(thread: Thread): void {
    const index = thread.spawned;
    if (thread.state.type === 'Parallel') {
      this.emit('BranchEntered', thread.lastEvent, thread.id, thread.state.index, thread.input, -1, { index });
      return;
    }
    const item = (thread.items as JsonArray)[index] as JsonValue;
    this.emit('IterationEntered', thread.lastEvent, thread.id, thread.state.index, item, -1, { index });
  }

  private joined(thread: Thread): void {
    this.scope.enter(thread);
    const output = joinedOutput(this.scope, thread);
    if (this.scope.failure !== null) return this.recover(thread, this.scope.failure);
    this.finishWith(thread, output);
  }

  private finish(thread: Thread): void {
    this.finishWith(thread, thread.output);
  }

  /** From the raw result to StateSucceeded. Both constructors see the values from before the state ended (fdl.md 3.3). */
  private finishWith(thread: Thread, output: JsonValue): void {
    const { state } = thread;
    const { scope } = this;
    let value = output;
    let next = state.next === null ? -1 : state.next.index;
    let facts: EventFacts | null = null;
    if (state.outputConstructor !== null || state.globalConstructor !== null || state.type === 'Choice') {
      scope.enter(thread);
      scope.output = output;
      if (state.type === 'Choice') next = this.choose(state);
      else if (state.outputConstructor !== null) value = constructValue(scope, state.outputConstructor, 'The output');
      if (scope.failure === null && state.globalConstructor !== null) {
        facts = { global: constructGlobal(scope, this.execution, state.globalConstructor) };
      }
      if (scope.failure !== null) return this.recover(thread, scope.failure);
    }
    this.inState('StateSucceeded', thread, value, next, facts);
  }

  /** Index of the state that the first condition that holds leads to; -1 when one failed. */
  private choose(state: ChoiceState): number {
    const { scope } = this;
    for (const branch of state.branches) {
      if (scope.attempt(branch.condition, false)) return branch.next.index;
      if (scope.failure !== null) return -1;
    }
    return state.default.index;
  }

  /** What becomes of a failure: a retry, a catch, or the end of the thread (decisions.md 3.3, fdl.md 6). */
  private recover(thread: Thread, failure: Failure): void {
    const { state } = thread;
    const type: EventType = failure.error === TASK_TIMEOUT ? 'StateTimedOut' : 'StateFailed';
    if (!thread.retryDecided) {
      const retry = findRetry(thread, failure);
      if (retry !== null) return this.inState('StateFailed', thread, null, -1, { failure, retry });
    }
    const rule = findCatch(state, failure);
    if (rule === null) return this.inState(type, thread, null, -1, { failure });
    const { scope } = this;
    scope.enter(thread);
    scope.output = null;
    scope.error = failure;
    let value = thread.input;
    if (rule.outputConstructor !== null) {
      value = constructValue(scope, rule.outputConstructor, 'The output of the catch rule');
      if (scope.failure !== null) return this.inState('StateFailed', thread, null, -1, { failure: scope.failure });
    }
    this.inState(type, thread, value, rule.next.index, { failure, caught: true });
  }

  private timerDue(thread: Thread): void {
    if (thread.phase === 'timer') {
      this.finish(thread);
    } else if (thread.phase === 'retry') {
      if (thread.started && thread.state.type === 'Task') this.schedule(thread);
      else this.startState(thread);
    }
  }

  private taskEnded(thread: Thread, id: number, input: Input): void {
    if (input.kind === 'task-succeeded') {
      this.scope.enter(thread);
      const failure = this.scope.oversize(input.output, 'The result of the task');
      if (failure === null) this.emit('TaskSucceeded', id, thread.id, thread.state.index, input.output, -1, null);
      else this.taskFailed(thread, id, failure);
    } else if (input.kind === 'task-failed') {
      this.taskFailed(thread, id, input.failure);
    } else if (input.kind === 'task-timed-out') {
      const command = this.execution.commands.get(id);
      const seconds = command?.kind === 'task' ? (command.timeoutSeconds ?? 0) : 0;
      this.taskFailed(thread, id, taskTimeout(seconds));
    }
  }

  private taskFailed(thread: Thread, id: number, failure: Failure): void {
    const retry = findRetry(thread, failure);
    const type = failure.error === TASK_TIMEOUT ? 'TaskTimedOut' : 'TaskFailed';
    const facts: EventFacts = retry === null ? { failure } : { failure, retry };
    this.emit(type, id, thread.id, thread.state.index, null, -1, facts);
  }

  /** Stops what still runs inside a Parallel or Map, innermost first, then lets it recover or fail. */
  private abortNext(thread: Thread): void {
    const failure = thread.failure as Failure;
    const target = innermost(thread);
    if (target === null) return this.recover(thread, failure);
    const cause = `A sibling failed with ${failure.error}.`;
    this.emit('StateAborted', thread.lastEvent, target.id, target.state.index, null, -1, {
      failure: { error: failure.error, cause },
    });
  }

  private exit(thread: Thread): void {
    const { parent } = thread;
    if (parent === null) {
      if (thread.failure === null)
        this.emit('ExecutionSucceeded', thread.lastEvent, thread.id, -1, thread.handed, -1, null);
      else this.emit('ExecutionFailed', thread.lastEvent, thread.id, -1, null, -1, { failure: thread.failure });
      return;
    }
    const type = parent.state.type === 'Map' ? 'IterationExited' : 'BranchExited';
    this.emit(type, thread.lastEvent, thread.id, parent.state.index, thread.handed, -1, this.exitFacts(thread, parent));
  }

  /** Results that are too large together fail their state as soon as they are: thousands of items must not pile up. */
  private exitFacts(thread: Thread, parent: Thread): EventFacts {
    const { stateDataBytes } = this.execution.limits;
    const bytes = jsonBytes(thread.handed, stateDataBytes);
    const facts: EventFacts = { index: thread.index, bytes };
    return parent.resultBytes + bytes > stateDataBytes ? { ...facts, failure: joinedTooLarge(stateDataBytes) } : facts;
  }

  /** Over its time: one state after another is aborted, innermost first, and then the execution ends. */
  private end(ending: Failure): void {
    const { execution } = this;
    const root = execution.root as Thread;
    const target = innermost(root) ?? entered(root);
    if (target !== null) {
      this.emit('StateAborted', target.lastEvent, target.id, target.state.index, null, -1, { failure: ending, ending });
    } else {
      this.emit('ExecutionTimedOut', execution.lastEvent, root.id, -1, null, -1, { failure: ending });
    }
  }

  /** An event of a state in its own thread, caused by the one before it. */
  private inState(type: EventType, thread: Thread, value: JsonValue, next: number, facts: EventFacts | null): void {
    this.emit(type, thread.lastEvent, thread.id, thread.state.index, value, next, this.withWarnings(facts));
  }

  private withWarnings(facts: EventFacts | null): EventFacts | null {
    const warnings = this.scope.takeWarnings();
    return warnings === null ? facts : { ...facts, warnings };
  }

  private emit(
    type: EventType,
    cause: number,
    thread: number,
    state: number,
    value: JsonValue,
    next: number,
    facts: EventFacts | null,
  ): void {
    const { execution } = this;
    const event = new ExecutionEvent(
      execution.lastEvent + 1,
      type,
      this.nowMs,
      cause,
      thread,
      state,
      value,
      next,
      facts,
    );
    this.events++;
    apply(execution, event);
    if (this.record !== null) this.record(event);
  }
}
