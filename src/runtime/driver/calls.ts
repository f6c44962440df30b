/**
 * The task calls of one run. In a callback mode an answer says that the work was accepted; the outcome comes later, by a
 * report, or from the call itself when this engine waits for the work. A call that was given up is not heard any more.
 */
import type { TaskResult } from '../../actions/action.ts';
import type { Failure } from '../../interpreter/event.ts';
import type { CallCommand } from '../../interpreter/commands.ts';
import { RUNTIME_ERROR } from '../../interpreter/failure.ts';
import type { Input } from '../../interpreter/input.ts';
import type { ExecutionRecord } from '../../store/executions.ts';
import type { RunHost } from '../durable/run-host.ts';

export class TaskCalls {
  readonly #host: Pick<RunHost<never>, 'actions' | 'tokens' | 'onDefect'>;
  readonly #record: ExecutionRecord;
  readonly #roleArn: string;
  readonly #advance: (input: Input) => void;
  readonly #underWay = new Map<number, AbortController>();
  #waiters: (() => void)[] = [];

  /** @param advance takes what an answer means for the execution. */
  constructor(
    host: Pick<RunHost<never>, 'actions' | 'tokens' | 'onDefect'>,
    record: ExecutionRecord,
    roleArn: string,
    advance: (input: Input) => void,
  ) {
    this.#host = host;
    this.#record = record;
    this.#roleArn = roleArn;
    this.#advance = advance;
  }

  get size(): number {
    return this.#underWay.size;
  }

  /** Resolves when the next call has ended, or was given up. */
  nextEnd(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  begin(command: CallCommand): void {
    const { id, state, parameters } = command;
    if (this.#underWay.has(id)) return;
    const { flowName, name, id: execution } = this.#record;
    const { action, mode } = state;
    const abort = new AbortController();
    this.#underWay.set(id, abort);
    const call = {
      action,
      parameters,
      idempotencyKey: `${flowName}/${name}/${encodeURIComponent(state.name)}/${id}`,
      flowName,
      executionName: name,
      roleArn: this.#roleArn,
      mode,
      taskToken: mode === 'RequestComplete' ? null : this.#host.tokens.make({ execution, event: id }),
      task: { execution, event: id },
      depth: 0,
    };
    const where = `${action} in state ${state.name} of flow ${flowName}`;
    void this.#settle(this.#host.actions.find(action).run(call, abort.signal), where).then((result) => {
      if (this.#underWay.get(id) !== abort) return;
      if (mode === 'RequestComplete') this.#ended(id, outcome(id, result));
      else if (result.ok) this.#accepted(id, abort, result, where);
      else this.#ended(id, refusal(command, result));
    });
  }

  giveUp(id: number): void {
    this.#underWay.get(id)?.abort();
    this.#remove(id);
  }

  giveUpAll(): void {
    for (const id of [...this.#underWay.keys()]) this.giveUp(id);
  }

  #accepted(id: number, abort: AbortController, result: TaskResult & { readonly ok: true }, where: string): void {
    const submitted: Input = { kind: 'task-submitted', id, output: result.output };
    if (result.completion === undefined) return this.#ended(id, submitted);
    this.#advance(submitted);
    void this.#settle(result.completion, where).then((end) => {
      if (this.#underWay.get(id) === abort) this.#ended(id, outcome(id, end));
    });
  }

  #ended(id: number, input: Input): void {
    this.#remove(id);
    this.#advance(input);
  }

  #remove(id: number): void {
    if (!this.#underWay.delete(id) || this.#waiters.length === 0) return;
    for (const wake of this.#waiters.splice(0)) wake();
  }

  /** An action that throws has a defect; its task fails. */
  async #settle(answer: Promise<TaskResult>, where: string): Promise<TaskResult> {
    try {
      return await answer;
    } catch (error) {
      this.#host.onDefect(error, where);
      return { ok: false, error: RUNTIME_ERROR, cause: `The action failed in a way that it should not: ${where}.` };
    }
  }
}

/** True for a task that ends when the execution does that it starts. */
export function awaitsChild({ kind, state }: CallCommand): boolean {
  return kind === 'child' && state.mode === 'WaitForSystemCallback';
}

/**
 * The work is not accepted. Work that was accepted before a crash, and has to be begun again by this engine, has failed then;
 * a child that was started goes on, whatever is said to a second start.
 */
function refusal(command: CallCommand, result: TaskResult & { readonly ok: false }): Input {
  const { id, submitted } = command;
  if (submitted && !awaitsChild(command)) return outcome(id, result);
  return { kind: 'task-submit-failed', id, failure: failureOf(result) };
}

function outcome(id: number, result: TaskResult): Input {
  return result.ok
    ? { kind: 'task-succeeded', id, output: result.output }
    : { kind: 'task-failed', id, failure: failureOf(result) };
}

function failureOf({ error, cause }: TaskResult & { readonly ok: false }): Failure {
  return { error, cause };
}
