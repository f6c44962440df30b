/**
 * `decide(execution, input, moment, record)`: what happens next. Each decision becomes an event, which is applied at
 * once (I1) and recorded, until every thread is blocked or the budget is spent.
 *
 * I2: time and randomness arrive in the `moment`. I5: a stale or repeated input gives no events. Pure and synchronous.
 */
import { assert } from '../base/assert.ts';
import { isJsonObject, jsonBytes, memberOf } from '../base/json.ts';
import type { JsonArray, JsonObject, JsonValue } from '../base/json.ts';
import type { ChoiceState, State, SwitchState, TaskState } from '../language/plan.ts';
import { dataFlowOf, merge } from './dialects.ts';
import type { DataFlow } from './dialects.ts';
import { Emitter } from './emitter.ts';
import type { EventFacts, EventType, Failure } from './event.ts';
import type { CallCommand, Execution, Thread } from './execution.ts';
import {
  constructGlobal,
  constructIteration,
  constructParameters,
  constructValue,
  evaluateTimeout,
  joinedOutput,
  joinedTooLarge,
} from './construct.ts';
import { ConstructScope } from './construct-scope.ts';
import { TASK_TIMEOUT, executionTimeout, findCatch, findRetry, taskTimeout } from './failure.ts';
import type { Input, Moment, Record } from './input.ts';
import { buildInput, startFacts } from './state-start.ts';
import { innermost, isBeingAborted } from './threads.ts';

/** Work of one call, in units of about a nanosecond. */
export const BUDGET_UNITS = 1_000_000;
const EVENT_UNITS = 1_000;
/** A unit of fuel: a value visited, 16 bytes built. */
const FUEL_UNITS = 20;
/** Id of the event with which the first state is entered, after ExecutionStarted. */
const FIRST_ENTERED = 2;
/** The thread of the flow itself is opened by ExecutionStarted. */
const FIRST_THREAD = 1;

type Answer = Extract<Input, { readonly id: number }>;
type TaskAnswer = Exclude<Answer, { readonly kind: 'timer-due' }>;

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

class Decision extends Emitter {
  readonly scope: ConstructScope;
  readonly flow: DataFlow;
  /** Set when the flow may enter no further state. */
  readonly stop: Failure | null;

  constructor(execution: Execution, moment: Moment, record: Record | null) {
    super(execution, moment, record);
    this.scope = new ConstructScope(execution, moment);
    this.flow = dataFlowOf(execution.plan);
    this.stop = moment.stop ?? null;
  }

  take(input: Input): void {
    const { execution } = this;
    if (execution.status !== 'Running') return;
    if (input.kind === 'start') {
      if (execution.lastEvent === 0) this.start();
      return;
    }
    if (execution.root === null) return;
    switch (input.kind) {
      case 'continue':
        break;
      case 'execution-timed-out':
        this.ending ??= { ...executionTimeout(execution.timeoutSeconds), as: 'ExecutionTimedOut' };
        break;
      case 'stop':
        this.ending ??= { ...input.failure, as: 'ExecutionStopped' };
        break;
      case 'redrive':
        this.redrive(input.undone);
        break;
      default:
        this.answered(input);
    }
  }

  private start(): void {
    const { input, version = '', alias = '' } = this.execution.start;
    const asked =
      version === '' && alias === '' ? null : { ...(version !== '' && { version }), ...(alias !== '' && { alias }) };
    const mapped = this.mappedInput(input);
    this.emit('ExecutionStarted', 0, 0, -1, input, -1, mapped === null ? asked : { ...asked, ...mapped });
  }

  /** What the flow's own mapping makes of its input, or why it cannot; null when it has none. */
  private mappedInput(input: JsonObject): EventFacts | null {
    const { inputConstructor } = this.execution.plan;
    if (inputConstructor === null) return null;
    const { scope } = this;
    scope.ofFlow(null, input, null);
    const mapped = constructValue(scope, inputConstructor, 'The input of the flow');
    return this.withWarnings(scope.failure === null ? { mapped } : { failure: scope.failure });
  }

  /** What the execution was folded without ends with its end; after a redrive that is not the last event any more. */
  private redrive(undone: readonly number[]): void {
    const { execution } = this;
    const { lastEvent, start } = execution;
    if (undone.at(-1) !== lastEvent) return;
    const facts: EventFacts = { undone, redrive: execution.redrives + 1 };
    this.emit('ExecutionRedriven', lastEvent, FIRST_THREAD, -1, start.input, -1, facts);
  }

  /** An answer to a command; one that is not open any more, or is being given up, changes nothing (I5). */
  private answered(input: Answer): void {
    const { execution } = this;
    const command = execution.commands.get(input.id);
    const thread = command === undefined ? undefined : execution.threads.get(command.thread);
    if (command === undefined || thread === undefined) return;
    if (this.ending !== null || isBeingAborted(thread)) return;
    if (input.kind === 'timer-due') {
      if (command.kind === 'timer') this.timerDue(thread);
    } else if (command.kind !== 'timer') {
      this.taskAnswered(thread, command, input);
    }
  }

  /** Runs the thread at the head of the queue, again and again, while the budget lasts. */
  goOn(budgetUnits: number): void {
    const { execution } = this;
    while (this.worked <= budgetUnits && execution.status === 'Running') {
      if (this.ending !== null) {
        this.endNext(this.ending);
        continue;
      }
      const thread = execution.ready[0];
      if (thread !== undefined) this.step(thread);
      else if (execution.isFull) this.endFull();
      else return;
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
      case 'leaving':
        this.inState('StateExited', thread, thread.local, thread.next, null);
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
    if (this.stop === null || thread.parent !== null) {
      const facts = this.flow.hasLocal ? { local: thread.local } : null;
      this.inState('StateEntered', thread, thread.handed, -1, facts);
    } else this.emit('ExecutionStopped', thread.lastEvent, thread.id, -1, null, -1, { failure: this.stop });
  }

  /**
   * From InputConstructor to StateStarted; a retry comes back here and keeps the input that was built. A state whose input
   * cannot be built has not started: StateStarted says what was built (decisions.md 5).
   */
  private startState(thread: Thread): void {
    const { state } = thread;
    const { scope } = this;
    scope.enter(thread);
    let input = thread.input;
    // Every other input was measured where it was built.
    if (thread.lastEvent === FIRST_ENTERED) scope.failure = scope.oversize(input, 'The input of the execution');
    if (scope.failure !== null) return this.recover(thread, scope.failure);
    if (!thread.started) {
      input = buildInput(scope, this.flow, thread);
      if (scope.failure !== null) return this.recover(thread, scope.failure);
    }
    scope.input = input;
    const facts = startFacts(scope, state, this.execution.limits, this.nowMs);
    if (scope.failure !== null) return this.startFailed(thread, input);
    this.inState('StateStarted', thread, input, -1, facts);
  }

  private startFailed(thread: Thread, input: JsonValue): void {
    this.inState('StateStarted', thread, input, -1, { failure: this.scope.failure as Failure });
  }

  private schedule(thread: Thread): void {
    const state = thread.state as TaskState;
    const { scope } = this;
    scope.enter(thread);
    if (state.mode !== 'RequestComplete') scope.callback = this.execution.lastEvent + 1;
    const parameters = constructParameters(scope, state.parameters);
    const timeoutSeconds = scope.failure === null ? evaluateTimeout(scope, state) : null;
    if (scope.failure !== null) return this.recover(thread, scope.failure);
    const { action, mode } = state;
    const resourceArn = this.flow.hasLocal ? memberOf(parameters, 'resourceArn') : undefined;
    this.inState('TaskScheduled', thread, parameters, -1, {
      ...(typeof resourceArn === 'string' && { resourceArn }),
      action,
      mode,
      attempt: thread.attempt + 1,
      timeoutSeconds,
    });
  }

  private spawn(thread: Thread): void {
    const { state, items, spawned } = thread;
    if (state.type !== 'Map') {
      const index = state.type === 'Switch' ? thread.branch : spawned;
      this.emit('BranchEntered', thread.lastEvent, thread.id, state.index, thread.input, -1, { index });
      return;
    }
    const { scope } = this;
    let item = (items as JsonArray)[spawned] as JsonValue;
    if (state.iterationConstructor !== null) {
      scope.enter(thread);
      item = constructIteration(scope, state.iterationConstructor, items as JsonArray, spawned);
    }
    this.emit('IterationEntered', thread.lastEvent, thread.id, state.index, item, -1, { index: spawned });
  }

  private joined(thread: Thread): void {
    this.scope.enter(thread);
    const output = joinedOutput(this.scope, this.flow, thread);
    if (this.scope.failure !== null) return this.recover(thread, this.scope.failure);
    this.finishWith(thread, output);
  }

  private finish(thread: Thread): void {
    this.finishWith(thread, thread.state.type === 'Task' ? resultOf(thread.state, thread.output) : thread.output);
  }

  /** From the raw result to StateSucceeded. Both constructors see the values from before the state ended (fdl.md 3.3). */
  private finishWith(thread: Thread, output: JsonValue): void {
    const { state } = thread;
    const { scope } = this;
    let value = output;
    let next = indexOf(state.type === 'Switch' ? afterBranch(state, thread.branch) : state.next);
    let facts: EventFacts | null = null;
    if (state.outputConstructor !== null || state.globalConstructor !== null || state.type === 'Choice') {
      scope.enter(thread);
      scope.output = output;
      if (state.type === 'Choice') next = this.choose(state);
      else if (state.outputConstructor !== null)
        value = constructValue(scope, state.outputConstructor, this.flow.words.output);
      if (scope.failure === null && state.globalConstructor !== null) {
        facts = { global: constructGlobal(scope, this.execution, state.globalConstructor) };
      }
      if (scope.failure !== null) return this.recover(thread, scope.failure);
    }
    if (this.flow.hasLocal) {
      const failure = this.refuseLocal(thread, value);
      if (failure !== null) return this.recover(thread, failure);
    }
    this.inState('StateSucceeded', thread, value, next, facts);
  }

  /** Why an output cannot become a part of the scope's local; null when it can. */
  private refuseLocal(thread: Thread, output: JsonValue): Failure | null {
    const refused = this.flow.refuseOutput(output);
    if (refused !== null || !isJsonObject(output)) return refused;
    const local = merge(thread.local, output);
    this.scope.countMerge(local);
    return this.scope.oversize(local, 'The local of the steps');
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
      if (retry !== null) return this.inState(type, thread, null, -1, { failure, retry });
    }
    const rule = findCatch(state, failure);
    if (rule === null) return this.inState(type, thread, null, -1, { failure });
    const { scope } = this;
    scope.enter(thread);
    scope.output = this.flow.hasLocal ? { ...failure } : null;
    scope.error = failure;
    let value = thread.input;
    if (rule.outputConstructor !== null) {
      value = constructValue(scope, rule.outputConstructor, this.flow.words.caught);
      if (scope.failure === null && this.flow.hasLocal) scope.failure = this.refuseLocal(thread, value);
      if (scope.failure !== null) return this.inState('StateFailed', thread, null, -1, { failure: scope.failure });
    }
    this.inState(type, thread, value, rule.next.index, { failure, caught: rule.next.name });
  }

  private timerDue(thread: Thread): void {
    if (thread.phase === 'timer') {
      this.finish(thread);
    } else if (thread.phase === 'retry') {
      if (thread.started && thread.state.type === 'Task') this.schedule(thread);
      else this.startState(thread);
    }
  }

  private taskAnswered(thread: Thread, command: CallCommand, input: TaskAnswer): void {
    switch (input.kind) {
      case 'task-succeeded':
        this.taskSucceeded(thread, command.id, input.output);
        break;
      case 'task-failed':
        this.taskFailed(thread, command.id, input.failure);
        break;
      case 'task-timed-out':
        this.taskFailed(thread, command.id, taskTimeout(command.timeoutSeconds ?? 0));
        break;
      case 'task-submitted':
        if (!command.submitted) this.taskSubmitted(thread, command.id, input.output);
        break;
      case 'task-submit-failed':
        if (!command.submitted) this.taskFailed(thread, command.id, input.failure, 'TaskSubmitFailed');
        break;
    }
  }

  private taskSucceeded(thread: Thread, id: number, output: JsonValue): void {
    this.scope.enter(thread);
    const failure = this.scope.oversize(output, 'The result of the task');
    if (failure === null) this.emit('TaskSucceeded', id, thread.id, thread.state.index, output, -1, null);
    else this.taskFailed(thread, id, failure);
  }

  /** An answer that is too large to keep is left out: the work was accepted, and what counts is how it ends. */
  private taskSubmitted(thread: Thread, id: number, answer: JsonValue): void {
    this.scope.enter(thread);
    const failure = this.scope.oversize(answer, 'The answer of the service');
    const value = failure === null ? answer : null;
    const facts = failure === null ? null : { warnings: [`${failure.cause} It is not kept.`] };
    this.emit('TaskSubmitted', id, thread.id, thread.state.index, value, -1, facts);
  }

  private taskFailed(
    thread: Thread,
    id: number,
    failure: Failure,
    type: EventType = failure.error === TASK_TIMEOUT ? 'TaskTimedOut' : 'TaskFailed',
  ): void {
    const retry = findRetry(thread, failure);
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
    if (parent === null) return this.exitFlow(thread);
    const type = parent.state.type === 'Map' ? 'IterationExited' : 'BranchExited';
    const result = this.flow.resultOf(thread);
    this.emit(
      type,
      thread.lastEvent,
      thread.id,
      parent.state.index,
      result,
      -1,
      this.exitFacts(result, thread, parent),
    );
  }

  private exitFlow(root: Thread): void {
    const { scope } = this;
    const { outputConstructor } = this.execution.plan;
    let { failure } = root;
    let output = this.flow.resultOf(root);
    let facts: EventFacts | null = null;
    if (failure === null && outputConstructor !== null) {
      scope.ofFlow(root, root.handed, output);
      output = constructValue(scope, outputConstructor, 'The output of the flow');
      failure = scope.failure;
      facts = this.withWarnings(null);
    }
    if (failure === null) this.emit('ExecutionSucceeded', root.lastEvent, root.id, -1, output, -1, facts);
    else this.emit('ExecutionFailed', root.lastEvent, root.id, -1, null, -1, { ...facts, failure });
  }

  /** Results that are too large together fail their state as soon as they are: thousands of items must not pile up. */
  private exitFacts(result: JsonValue, thread: Thread, parent: Thread): EventFacts {
    const { stateDataBytes } = this.execution.limits;
    const bytes = jsonBytes(result, stateDataBytes);
    const index = parent.state.type === 'Switch' ? parent.branch : thread.index;
    const facts: EventFacts = { index, bytes };
    if (parent.resultBytes + bytes <= stateDataBytes) return facts;
    return { ...facts, failure: joinedTooLarge(this.flow, stateDataBytes) };
  }

  /** An event of a state in its own thread, caused by the one before it. */
  private inState(type: EventType, thread: Thread, value: JsonValue, next: number, facts: EventFacts | null): void {
    this.emit(type, thread.lastEvent, thread.id, thread.state.index, value, next, this.withWarnings(facts));
  }

  private withWarnings(facts: EventFacts | null): EventFacts | null {
    const warnings = this.scope.takeWarnings();
    return warnings === null ? facts : { ...facts, warnings };
  }
}

function indexOf(state: State | null): number {
  return state === null ? -1 : state.index;
}

/** Where the branch taken leads; without a word of its own, to what follows the Switch. */
function afterBranch(state: SwitchState, branch: number): State | null {
  const taken = branch === state.branches.length ? state.default : state.branches[branch];
  return taken?.next ?? state.next;
}

/** The result of a task, of what its action gave. A callback delivers the result itself (decisions.md 3.1). */
function resultOf({ resultMember, mode }: TaskState, output: JsonValue): JsonValue {
  if (resultMember === null || mode === 'WaitForCustomCallback') return output;
  return isJsonObject(output) ? (memberOf(output, resultMember) ?? null) : null;
}
