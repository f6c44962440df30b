/**
 * Runs an execution that is thrown away after every single event and rebuilt from the JSON text of its events. What it
 * gives must be what the express runtime gives: then the events hold every decision (I3, I4), and the durable runtime
 * can rest on them.
 */
import assert from 'node:assert/strict';
import type { ActionCatalog } from '../../src/actions/action.ts';
import type { Clock } from '../../src/base/clock.ts';
import { parseJson, stringifyJson } from '../../src/base/json.ts';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import { apply } from '../../src/interpreter/apply.ts';
import { decide } from '../../src/interpreter/decide.ts';
import type { Input } from '../../src/interpreter/input.ts';
import { ExecutionEvent } from '../../src/interpreter/event.ts';
import type { EventFacts, EventType } from '../../src/interpreter/event.ts';
import { Execution } from '../../src/interpreter/execution.ts';
import type { Command, ExecutionLimits, ExecutionStart, Thread } from '../../src/interpreter/execution.ts';
import type { Plan } from '../../src/language/plan.ts';

export interface RebuiltRunOptions {
  readonly plan: Plan;
  readonly start: ExecutionStart;
  readonly limits: ExecutionLimits;
  readonly actions: ActionCatalog;
  readonly clock: Clock;
  readonly random: () => number;
  readonly flowName: string;
}

/** Rebuilding costs the square of the events; a long loop is rebuilt this often and then just goes on. */
const REBUILDS_MAX = 400;
/** Steps between two turns of the event loop. */
const STEPS_PER_TURN = 50;

export class RebuiltRun {
  readonly texts: string[] = [];
  execution: Execution;
  readonly #options: RebuiltRunOptions;
  readonly #handles = new Map<number, () => void>();
  readonly #ended: Promise<void>;
  #end: () => void = () => {};
  #cancelDeadline: (() => void) | null = null;

  constructor(options: RebuiltRunOptions) {
    this.#options = options;
    this.execution = new Execution(options.plan, options.start, options.limits);
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  async run(): Promise<Execution> {
    this.#advance({ kind: 'start' });
    this.#cancelDeadline = this.#after(this.execution.timeoutSeconds, { kind: 'execution-timed-out' });
    await this.#ended;
    this.#cancelDeadline();
    return this.execution;
  }

  #advance(input: Input): void {
    this.#decide(input);
    this.#goOn();
  }

  #goOn(): void {
    for (let step = 0; this.execution.canGoOn; step++) {
      if (step === STEPS_PER_TURN) {
        setImmediate(() => this.#goOn());
        break;
      }
      this.#decide({ kind: 'continue' });
    }
    this.#followCommands();
    if (this.execution.status !== 'Running') this.#end();
  }

  /** One decision of one event where it can be, and then the execution is another one. */
  #decide(input: Input): void {
    const moment = { nowMs: this.#options.clock.nowMs(), random: this.#options.random };
    const record = (event: ExecutionEvent): void =>
      void this.texts.push(stringifyJson({ ...event } as unknown as JsonObject));
    decide(this.execution, input, moment, record, 0);
    if (this.texts.length > REBUILDS_MAX) return;
    const rebuilt = this.#rebuild();
    assert.deepEqual(snapshot(rebuilt), snapshot(this.execution));
    this.execution = rebuilt;
  }

  #rebuild(): Execution {
    const execution = new Execution(this.#options.plan, this.#options.start, this.#options.limits);
    for (const text of this.texts) apply(execution, eventOf(text));
    return execution;
  }

  /** Commands are a function of state: what is new is begun, what is gone is given up. */
  #followCommands(): void {
    const { commands } = this.execution;
    for (const [id, giveUp] of this.#handles) {
      if (commands.has(id)) continue;
      this.#handles.delete(id);
      giveUp();
    }
    for (const command of [...commands.values()]) {
      if (this.#handles.has(command.id)) continue;
      if (command.kind === 'timer') {
        this.#handles.set(command.id, this.#after(command.seconds, { kind: 'timer-due', id: command.id }));
      } else {
        this.#call(command);
      }
    }
  }

  #call(command: Command & { kind: 'task' }): void {
    const { id, state, timeoutSeconds } = command;
    const abort = new AbortController();
    const cancel = timeoutSeconds === null ? null : this.#after(timeoutSeconds, { kind: 'task-timed-out', id });
    this.#handles.set(id, () => {
      cancel?.();
      abort.abort();
    });
    const call = {
      action: state.action,
      parameters: command.parameters,
      idempotencyKey: `${this.#options.flowName}/${this.#options.start.name}/${encodeURIComponent(state.name)}/${id}`,
      flowName: this.#options.flowName,
      executionName: this.#options.start.name,
      roleArn: this.#options.start.roleArn,
      mode: 'RequestComplete',
      taskToken: null,
      task: null,
      depth: 0,
    } as const;
    void this.#options.actions
      .find(state.action)
      .run(call, abort.signal)
      .then((result) => {
        if (!this.#handles.has(id)) return;
        this.#handles.set(id, () => cancel?.());
        if (result.ok) this.#advance({ kind: 'task-succeeded', id, output: result.output });
        else this.#advance({ kind: 'task-failed', id, failure: { error: result.error, cause: result.cause } });
      });
  }

  #after(seconds: number, input: Input): () => void {
    return this.#options.clock.after(seconds * 1000, () => this.#advance(input));
  }
}

function eventOf(text: string): ExecutionEvent {
  const raw = parseJson(text) as unknown as {
    id: number;
    type: EventType;
    timeMs: number;
    cause: number;
    thread: number;
    state: number;
    value: JsonValue;
    next: number;
    facts: EventFacts | null;
  };
  return new ExecutionEvent(
    raw.id,
    raw.type,
    raw.timeMs,
    raw.cause,
    raw.thread,
    raw.state,
    raw.value,
    raw.next,
    raw.facts,
  );
}

/** Everything that an execution is, as text and numbers. */
function snapshot(execution: Execution): unknown {
  const { status, startedMs, stoppedMs, lastEvent, global, output, failure, ending, warnings } = execution;
  return {
    ...{ status, startedMs, stoppedMs, lastEvent, failure, ending, warnings },
    global: stringifyJson(global),
    output: stringifyJson(output),
    threads: [...execution.threads.values()].map(threadSnapshot),
    ready: execution.ready.map((thread) => thread.id),
    commands: [...execution.commands.values()].map((command) => ({
      ...command,
      ...(command.kind === 'task' ? { state: command.state.index, parameters: stringifyJson(command.parameters) } : {}),
    })),
  };
}

function threadSnapshot(thread: Thread): unknown {
  const { id, index, phase, queued, lastEvent, started, failure, retryDecided, waitingFor, attempt, retryCount } =
    thread;
  return {
    ...{ id, index, phase, queued, lastEvent, started, failure, retryDecided, waitingFor, attempt, retryCount },
    ...{ spawned: thread.spawned, done: thread.done, retries: thread.retries === null ? null : [...thread.retries] },
    scope: thread.scope.index,
    state: thread.state.index,
    parent: thread.parent?.id ?? null,
    children: thread.children?.map((child) => child.id) ?? null,
    values: stringifyJson([thread.handed, thread.input, thread.output, thread.items, thread.results]),
  };
}
