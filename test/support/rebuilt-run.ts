/**
 * Runs an execution that is thrown away after every single event and rebuilt from its journal. What it gives must be what
 * the express runtime gives: then the events hold every decision (I3, I4), and the durable runtime can rest on them.
 *
 * Tasks in callback modes get the token {@link tokenOf} of their event; a test reports their end by it.
 */
import assert from 'node:assert/strict';
import type { ActionCatalog, TaskResult } from '../../src/actions/action.ts';
import type { Clock } from '../../src/base/clock.ts';
import { stringifyJson } from '../../src/base/json.ts';
import type { JsonValue } from '../../src/base/json.ts';
import { decide } from '../../src/interpreter/decide.ts';
import type { Input } from '../../src/interpreter/input.ts';
import type { ExecutionEvent, Failure } from '../../src/interpreter/event.ts';
import { Execution } from '../../src/interpreter/execution.ts';
import type { CallCommand } from '../../src/interpreter/commands.ts';
import type { ExecutionLimits, ExecutionStart } from '../../src/interpreter/execution.ts';
import { Group } from '../../src/interpreter/thread.ts';
import type { Activity, Thread } from '../../src/interpreter/thread.ts';
import { fold } from '../../src/interpreter/fold.ts';
import { decodeEvents, encodeEvents } from '../../src/interpreter/journal.ts';
import type { Plan, State } from '../../src/language/plan.ts';

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
/** Events that a row of the journal is filled up to. */
const EVENTS_PER_ROW = 7;

export function tokenOf(event: number): string {
  return `token ${event}`;
}

export class RebuiltRun {
  readonly events: ExecutionEvent[] = [];
  /** The journal of `events`, up to {@link REBUILDS_MAX} of them. */
  readonly rows: string[] = [];
  execution: Execution;
  readonly #options: RebuiltRunOptions;
  readonly #handles = new Map<number, () => void>();
  readonly #whenEnded: Promise<void>;
  #end: () => void = () => {};
  #cancelDeadline: (() => void) | null = null;

  constructor(options: RebuiltRunOptions) {
    this.#options = options;
    this.execution = new Execution(options.plan, options.start, options.limits);
    this.#whenEnded = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  async run(): Promise<Execution> {
    this.#advance({ kind: 'start' });
    this.#cancelDeadline = this.#after(this.execution.timeoutSeconds, { kind: 'execution-timed-out' });
    await this.#whenEnded;
    this.#cancelDeadline();
    return this.execution;
  }

  /** As StopExecution does. */
  stop(failure: Failure): void {
    this.#advance({ kind: 'stop', failure });
  }

  /** As ReportTaskSucceeded and ReportTaskFailed do; false when the task is not under way any more. */
  report(taskToken: string, result: TaskResult): boolean {
    const id = [...this.execution.commands.keys()].find((event) => tokenOf(event) === taskToken);
    const before = this.events.length;
    if (id !== undefined) this.#ended(id, result);
    return this.events.length > before;
  }

  #ended(id: number, result: TaskResult): void {
    if (result.ok) this.#advance({ kind: 'task-succeeded', id, output: result.output });
    else this.#advance({ kind: 'task-failed', id, failure: { error: result.error, cause: result.cause } });
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
    const moment = { nowMs: this.#options.clock.nowMs(), random: this.#options.random, taskToken: tokenOf };
    decide(this.execution, input, moment, (event) => this.#keep(event), 0);
    if (this.events.length > REBUILDS_MAX) return;
    const { plan, start, limits } = this.#options;
    const rebuilt = fold(
      plan,
      start,
      limits,
      this.rows.flatMap(decodeEvents).map(({ event }) => event),
    );
    assert.deepEqual(snapshot(rebuilt), snapshot(this.execution));
    this.execution = rebuilt;
  }

  #keep(event: ExecutionEvent): void {
    const place = this.events.length % EVENTS_PER_ROW;
    this.events.push(event);
    if (this.events.length > REBUILDS_MAX) return;
    if (place > 0) this.rows.pop();
    this.rows.push(encodeEvents(this.events.slice(this.events.length - 1 - place), this.#options.plan));
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

  #call(command: CallCommand): void {
    const { id, state, timeoutSeconds } = command;
    const { actions, flowName, start } = this.#options;
    const abort = new AbortController();
    const cancel = timeoutSeconds === null ? null : this.#after(timeoutSeconds, { kind: 'task-timed-out', id });
    this.#handles.set(id, () => {
      cancel?.();
      abort.abort();
    });
    const callback = state.mode !== 'RequestComplete';
    const call = {
      action: state.action,
      parameters: command.parameters,
      idempotencyKey: `${flowName}/${start.name}/${encodeURIComponent(state.name)}/${id}`,
      flowName,
      executionName: start.name,
      roleArn: start.roleArn,
      mode: state.mode,
      taskToken: callback ? tokenOf(id) : null,
      task: null,
      depth: 0,
    };
    const answered = (result: TaskResult): void => {
      if (!this.#handles.has(id)) return;
      this.#handles.set(id, () => cancel?.());
      if (callback) this.#submitted(id, result);
      else this.#ended(id, result);
    };
    void actions.find(state.action).run(call, abort.signal).then(answered);
  }

  #submitted(id: number, result: TaskResult): void {
    if (result.ok) {
      this.#advance({ kind: 'task-submitted', id, output: result.output });
      void result.completion?.then((end) => this.#ended(id, end));
    } else {
      this.#advance({ kind: 'task-submit-failed', id, failure: { error: result.error, cause: result.cause } });
    }
  }

  #after(seconds: number, input: Input): () => void {
    return this.#options.clock.after(seconds * 1000, () => this.#advance(input));
  }
}

/** Everything that an execution is, as text and numbers. */
export function snapshot(execution: Execution): unknown {
  const { status, startedMs, beganMs, stoppedMs, lastEvent, lastMs, eventsMax, redrives } = execution;
  const { global, output, failure, ending, warnings } = execution;
  return {
    ...{ status, startedMs, beganMs, stoppedMs, lastEvent, lastMs, eventsMax, redrives, failure, ending, warnings },
    global: stringifyJson(global),
    output: stringifyJson(output),
    threads: [...execution.threads.values()].map(threadSnapshot),
    ready: execution.ready.map((thread) => thread.id),
    commands: [...execution.commands.values()].map((command) => ({
      ...command,
      ...(command.kind !== 'timer'
        ? { state: command.state.index, parameters: stringifyJson(command.parameters) }
        : {}),
    })),
  };
}

function threadSnapshot(thread: Thread): unknown {
  const { id, index, queued, lastEvent, entered, started, tries } = thread;
  return {
    ...{ id, index, queued, lastEvent, entered, started },
    tries: tries === null ? null : { ...tries, byRule: [...tries.byRule] },
    scope: thread.scope.start.index,
    state: thread.state.index,
    parent: thread.parent?.id ?? null,
    activity: activitySnapshot(thread.activity),
    values: stringifyJson([thread.incoming, thread.input, thread.local]),
  };
}

/** Every member of an activity; states as their indexes, threads as their ids, values as text. */
function activitySnapshot(activity: Activity): unknown {
  return Object.fromEntries(
    Object.entries(activity).map(([name, member]: [string, unknown]) => {
      if (member instanceof Group) return [name, activitySnapshot(member)];
      if (name === 'children') return [name, (member as readonly Thread[]).map(({ id }) => id)];
      if (name === 'task' || name === 'next') return [name, (member as State | null)?.index ?? member];
      return [name, typeof member === 'object' ? stringifyJson(member as JsonValue) : member];
    }),
  );
}
