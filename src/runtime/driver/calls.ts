/**
 * The calls of one execution: tasks, which an action carries out, and child flows, which this engine runs.
 *
 * In a callback mode the answer of a call says that the service has accepted the work. The outcome comes later, by a report, or
 * from the call itself when this engine waits for the end of the work. The answer of an aborted call is ignored.
 */
import type { Action, ActionCatalog, TaskCall, TaskResult } from '../../actions/action.ts';
import type { Ports } from '../../base/ports.ts';
import type { Failure } from '../../interpreter/event.ts';
import { awaitsChild } from '../../interpreter/commands.ts';
import type { CallCommand, ChildCommand } from '../../interpreter/commands.ts';
import type { ExecutionStart, UndoneCall } from '../../interpreter/execution.ts';
import { RUNTIME_ERROR } from '../../interpreter/failure.ts';
import type { Input, Moment } from '../../interpreter/input.ts';
import { followCall } from '../../outbound/call-progress.ts';
import type { CallProgress } from '../../outbound/call-progress.ts';
import type { ChildMode } from '../../language/plan.ts';
import type { Ancestry, TaskReference } from '../../store/executions.ts';
import { belowExpress, belowStandard } from '../start-origin.ts';
import { idempotencyKey } from './idempotency-key.ts';
import { beginning, cut } from '../../base/text.ts';

/** Most UTF-16 units of the error and the cause of a failed task (rules.md 6.8). */
const ERROR_UNITS = 128;
const CAUSE_UNITS = 16 * 1024;

/** A call that starts a flow of this engine. */
export interface ChildCall extends TaskCall {
  readonly childMode: ChildMode;
  /** The key that wrote the flow that makes the call; null: it may start everything (rules.md 3.13). */
  readonly writer: string | null;
  /** Synchronous executions above the execution, itself not counted. */
  readonly depth: number;
  /** Of the execution that the call starts. */
  readonly ancestry: Ancestry;
  /** True for an execution that an older version of Millrace started, which has no identity. */
  readonly isOld: boolean;
  /** Earlier starts by this execution that a redrive has undone; null for none. */
  readonly undone: UndoneStarts | null;
}

/** Earlier starts by an execution, which a redrive has undone: a start that comes again may take over what they started. */
export interface UndoneStarts {
  /** Ids of their TaskScheduled events. */
  readonly events: readonly number[];
  /** Those of the same state in the same branch or item, the latest first. */
  readonly same: readonly Pick<TaskCall, 'task' | 'idempotencyKey'>[];
}

/** Starts child flows: `runtime/children/`, or a stand-in in a test. */
export interface ChildStarter {
  /** Answers as an action does; `signal` as for {@link import('../../actions/action.ts').Action.run}. */
  start(call: ChildCall, signal: AbortSignal): Promise<TaskResult>;
}

export interface CallParts {
  readonly actions: ActionCatalog;
  readonly children: ChildStarter;
  readonly observer: Ports['observer'];
}

/** The execution that makes the calls. */
export interface CallingExecution {
  readonly start: ExecutionStart;
  /** Id in the store; null for an Express execution. */
  readonly execution: number | null;
  /** `ExecutionRecord.identity`; null for an Express execution. */
  readonly identity: string | null;
  /** Synchronous executions above this one; 0 for one that the API started. */
  readonly depth: number;
  /** The tasks that led to it. */
  readonly ancestry: Ancestry;
  /** `Execution.undoneCalls`; always empty for an Express execution. */
  readonly undoneCalls: readonly UndoneCall[];
  /** Its input as the caller sent it, which stays in memory with it. */
  readonly inputText: string;
}

interface UnderWay {
  readonly abort: AbortController;
  readonly progress: CallProgress;
}

/** The driver, as its calls see it. */
export interface Caller {
  /** Receives each answer as an input of the execution. */
  answered(input: Input): void;
  /** The execution could not take an answer: a defect. `id` is that of the command. */
  broke(error: unknown, id: number): void;
}

export class Calls {
  readonly #parts: CallParts;
  readonly #calling: CallingExecution;
  readonly #moment: Pick<Moment, 'taskToken'>;
  readonly #caller: Caller;
  readonly #underWay = new Map<number, UnderWay>();
  #waiters: (() => void)[] = [];

  constructor(parts: CallParts, calling: CallingExecution, moment: Pick<Moment, 'taskToken'>, caller: Caller) {
    this.#parts = parts;
    this.#calling = calling;
    this.#moment = moment;
    this.#caller = caller;
  }

  get size(): number {
    return this.#underWay.size;
  }

  /** How far a call under way is; null when the call of this command is not under way. */
  progressOf(id: number): CallProgress | null {
    return this.#underWay.get(id)?.progress ?? null;
  }

  /** Resolves when the next call has ended or was aborted. */
  nextEnd(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  begin(command: CallCommand): void {
    const { id } = command;
    if (this.#underWay.has(id)) return;
    const abort = new AbortController();
    const call = { abort, progress: followCall(abort.signal) };
    this.#underWay.set(id, call);
    this.#make(command, abort.signal).then(
      (result) => this.#answered(command, call, result),
      (error: unknown) => this.#answered(command, call, this.#defect(command, error)),
    );
  }

  abort(id: number): void {
    this.#underWay.get(id)?.abort.abort();
    this.#remove(id);
  }

  abortAll(): void {
    for (const id of [...this.#underWay.keys()]) this.abort(id);
  }

  #make(command: CallCommand, signal: AbortSignal): Promise<TaskResult> {
    const { actions, observer } = this.#parts;
    const call = this.#callOf(command);
    observer.taskCalled?.({
      flowName: call.flowName,
      executionName: call.executionName,
      state: command.state.name,
      action: call.action,
      attempt: command.attempt,
    });
    const begin =
      command.kind === 'child' ? this.#startOf(call, command, signal) : runOf(actions.find(call.action), call, signal);
    try {
      return begin();
    } catch (error) {
      // As if the action had rejected: it makes no difference to the flow where in the action the defect is.
      return Promise.reject(error as Error);
    }
  }

  #startOf(call: TaskCall, command: ChildCommand, signal: AbortSignal): () => Promise<TaskResult> {
    const { depth, identity, start } = this.#calling;
    const ancestry = this.#ancestryBelow(command.state.name);
    const undone = this.#undoneStarts(command);
    const writer = start.writer ?? null;
    const child = { ...call, childMode: command.mode, writer, depth, ancestry, isOld: identity === '', undone };
    return () => this.#parts.children.start(child, signal);
  }

  #undoneStarts({ thread, state }: ChildCommand): UndoneStarts | null {
    const { undoneCalls } = this.#calling;
    if (undoneCalls.length === 0) return null;
    const same = undoneCalls.filter((call) => call.thread === thread && call.state === state.index).reverse();
    return {
      events: undoneCalls.map(({ id }) => id),
      same: same.map(({ id }) => ({ task: this.#taskOf(id), idempotencyKey: this.#keyOf(state.name, id) })),
    };
  }

  #ancestryBelow(state: string): Ancestry {
    const { start, execution, ancestry } = this.#calling;
    const { flowName, name } = start;
    if (execution === null) return belowExpress(flowName, name, ancestry, state);
    return belowStandard({ flowName, name, ancestry }, state);
  }

  #callOf({ id, state, parameters }: CallCommand): TaskCall {
    const { flowName, name, roleArn } = this.#calling.start;
    const { action, mode } = state;
    return {
      action,
      parameters,
      idempotencyKey: this.#keyOf(state.name, id),
      flowName,
      executionName: name,
      roleArn,
      mode,
      taskToken: mode === 'RequestComplete' ? null : (this.#moment.taskToken?.(id) ?? null),
      task: this.#taskOf(id),
    };
  }

  #keyOf(state: string, event: number): string {
    const { start, identity } = this.#calling;
    return idempotencyKey({ flowName: start.flowName, name: start.name, identity }, state, event);
  }

  #taskOf(event: number): TaskReference | null {
    const { execution } = this.#calling;
    return execution === null ? null : { execution, event };
  }

  /** A promise calls this, so nothing may be thrown from here. */
  #answered(command: CallCommand, call: UnderWay, result: TaskResult): void {
    const { id, state } = command;
    if (this.#underWay.get(id) !== call) return;
    try {
      const fault = faultOf(result);
      if (fault !== null) this.#ended(id, outcome(id, this.#defect(command, fault)));
      else if (state.mode === 'RequestComplete') this.#ended(id, outcome(id, result));
      else if (!result.ok) this.#ended(id, refusal(command, result));
      else if (result.completion === undefined) this.#ended(id, submitted(id, result));
      else {
        this.#caller.answered(submitted(id, result));
        result.completion.then(
          (end) => this.#completed(command, call, end),
          (error: unknown) => this.#completed(command, call, this.#defect(command, error)),
        );
      }
    } catch (error) {
      this.#caller.broke(error, id);
    }
  }

  /** The end of work whose call has answered before. A promise calls this as well. */
  #completed(command: CallCommand, call: UnderWay, result: TaskResult): void {
    const { id } = command;
    if (this.#underWay.get(id) !== call) return;
    try {
      const fault = faultOf(result);
      this.#ended(id, outcome(id, fault === null ? result : this.#defect(command, fault)));
    } catch (error) {
      this.#caller.broke(error, id);
    }
  }

  #ended(id: number, input: Input): void {
    this.#remove(id);
    this.#caller.answered(input);
  }

  #remove(id: number): void {
    if (!this.#underWay.delete(id) || this.#waiters.length === 0) return;
    for (const wake of this.#waiters.splice(0)) wake();
  }

  /** An action that throws has a defect, and its task fails. */
  #defect({ state }: CallCommand, error: unknown): TaskResult {
    const { flowName, name: executionName } = this.#calling.start;
    const where = `${state.action} in state ${state.name} of flow ${flowName}`;
    this.#parts.observer.defect?.({ error, where, flowName, executionName, state: state.name });
    const cause = `${where} failed because of a defect in this server. The server's log has the details.`;
    return { ok: false, error: RUNTIME_ERROR, cause };
  }
}

function runOf(action: Action, call: TaskCall, signal: AbortSignal): () => Promise<TaskResult> {
  return () => action.run(call, signal);
}

/** A defect of an action that answers with something that is no result; null for a result. */
function faultOf(result: unknown): Error | null {
  if (typeof result === 'object' && result !== null && 'ok' in result) return null;
  return new Error(`the action answered with ${result === null ? 'null' : typeof result}, which is not a result`);
}

/**
 * The service refused the work. After a crash this engine submits again work that it waits for itself; if the service refuses
 * it then, the work has failed. A child flow is the exception: it was started and continues, so the interpreter ignores the
 * refusal of the second start.
 */
function refusal(command: CallCommand, result: TaskResult & { readonly ok: false }): Input {
  const { id } = command;
  if (command.submitted && !awaitsChild(command)) return outcome(id, result);
  return { kind: 'task-submit-failed', id, failure: failureOf(result) };
}

function submitted(id: number, { output }: TaskResult & { readonly ok: true }): Input {
  return { kind: 'task-submitted', id, output };
}

function outcome(id: number, result: TaskResult): Input {
  return result.ok
    ? { kind: 'task-succeeded', id, output: result.output }
    : { kind: 'task-failed', id, failure: failureOf(result) };
}

/** Every attempt leaves an event with both texts, and a called service chooses them. */
function failureOf({ error, cause }: TaskResult & { readonly ok: false }): Failure {
  return { error: cut(error, ERROR_UNITS), cause: beginning(cause, CAUSE_UNITS) };
}
