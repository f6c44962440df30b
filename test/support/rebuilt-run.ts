/**
 * Runs an execution that is dropped after every event and rebuilt from its journal. It must have the same result as in the express
 * runtime: then the events hold every decision (I3, I4), and the durable runtime can rely on them.
 *
 * A task in a callback mode gets the token {@link tokenOf} of its event, with which a test reports its end.
 */
import assert from 'node:assert/strict';
import type { ActionCatalog, TaskResult } from '../../src/actions/action.ts';
import { stringifyJson } from '../../src/base/json.ts';
import type { JsonValue } from '../../src/base/json.ts';
import { createObserver } from '../../src/base/observer.ts';
import { decide } from '../../src/interpreter/decide.ts';
import type { Input } from '../../src/interpreter/input.ts';
import type { ExecutionEvent, Failure } from '../../src/interpreter/event.ts';
import { Execution } from '../../src/interpreter/execution.ts';
import type { ExecutionLimits, ExecutionStart } from '../../src/interpreter/execution.ts';
import { Group } from '../../src/interpreter/thread.ts';
import type { Activity, Thread } from '../../src/interpreter/thread.ts';
import { fold } from '../../src/interpreter/fold.ts';
import { decodeEvents, encodeEvents } from '../../src/interpreter/journal.ts';
import type { Plan, State } from '../../src/language/plan.ts';
import { Calls } from '../../src/runtime/driver/calls.ts';
import { standInChildren } from '../../src/testing/stand-ins.ts';
import type { VirtualTime } from '../../src/testing/virtual-time.ts';

export interface RebuiltRunOptions {
  readonly plan: Plan;
  readonly start: ExecutionStart;
  readonly limits: ExecutionLimits;
  readonly actions: ActionCatalog;
  readonly time: VirtualTime;
  readonly random: () => number;
}

/** The time of rebuilding grows with the square of the events, so a long loop is rebuilt only this often. */
const REBUILDS_MAX = 400;
/** Steps between two turns of the event loop. */
const STEPS_PER_TURN = 50;
/** Most events in a row of the journal. */
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
  readonly #calls: Calls;
  /** Cancels the timer of a command under way, by the command's id. */
  readonly #timers = new Map<number, () => void>();
  readonly #whenEnded: Promise<void>;
  #end: () => void = () => {};
  #cancelDeadline: (() => void) | null = null;

  constructor(options: RebuiltRunOptions) {
    this.#options = options;
    this.execution = new Execution(options.plan, options.start, options.limits);
    this.#whenEnded = new Promise((resolve) => {
      this.#end = resolve;
    });
    const { actions, start } = options;
    const parts = { actions, children: standInChildren(actions), observer: createObserver() };
    const caller = { start, execution: null, depth: 0 };
    this.#calls = new Calls(parts, caller, { taskToken: tokenOf }, (input) => this.#advance(input));
  }

  async run(): Promise<Execution> {
    this.#advance({ kind: 'start' });
    this.#cancelDeadline = this.#after(this.execution.timeoutSeconds, { kind: 'execution-timed-out' });
    await this.#whenEnded;
    this.#cancelDeadline();
    return this.execution;
  }

  /** Stops the execution as StopExecution does. */
  stop(failure: Failure): void {
    this.#advance({ kind: 'stop', failure });
  }

  /** Reports as ReportTaskSucceeded and ReportTaskFailed do. False when the task is not under way. */
  report(taskToken: string, result: TaskResult): boolean {
    const id = [...this.execution.commands.keys()].find((event) => tokenOf(event) === taskToken);
    const before = this.events.length;
    if (id === undefined) return false;
    if (result.ok) this.#advance({ kind: 'task-succeeded', id, output: result.output });
    else this.#advance({ kind: 'task-failed', id, failure: { error: result.error, cause: result.cause } });
    return this.events.length > before;
  }

  #advance(input: Input): void {
    this.#decide(input);
    this.#continue();
  }

  #continue(): void {
    for (let step = 0; this.execution.canContinue; step++) {
      if (step === STEPS_PER_TURN) {
        this.#options.time.soon(() => this.#continue());
        break;
      }
      this.#decide({ kind: 'continue' });
    }
    this.#followCommands();
    if (this.execution.status !== 'Running') this.#end();
  }

  /** Makes one decision, of one event if possible, and rebuilds the execution. */
  #decide(input: Input): void {
    const moment = { nowMs: this.#options.time.nowMs(), random: this.#options.random, taskToken: tokenOf };
    decide(this.execution, input, moment, (event) => this.#store(event), 0);
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

  #store(event: ExecutionEvent): void {
    const place = this.events.length % EVENTS_PER_ROW;
    this.events.push(event);
    if (this.events.length > REBUILDS_MAX) return;
    if (place > 0) this.rows.pop();
    this.rows.push(encodeEvents(this.events.slice(this.events.length - 1 - place), this.#options.plan));
  }

  /** Commands follow from the state: the run begins the new ones and aborts the calls of those that are gone. */
  #followCommands(): void {
    const { commands } = this.execution;
    for (const [id, cancel] of this.#timers) {
      if (commands.has(id)) continue;
      this.#timers.delete(id);
      cancel();
      this.#calls.abort(id);
    }
    for (const command of [...commands.values()]) {
      const { id } = command;
      if (this.#timers.has(id)) continue;
      if (command.kind === 'timer') {
        this.#timers.set(id, this.#after(command.seconds, { kind: 'timer-due', id }));
        continue;
      }
      const { timeoutSeconds } = command;
      const input: Input = { kind: 'task-timed-out', id };
      this.#timers.set(id, timeoutSeconds === null ? () => {} : this.#after(timeoutSeconds, input));
      this.#calls.begin(command);
    }
  }

  #after(seconds: number, input: Input): () => void {
    return this.#options.time.after(seconds * 1000, () => this.#advance(input));
  }
}

/** The whole state of an execution, as text and numbers. */
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
