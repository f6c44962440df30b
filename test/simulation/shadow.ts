/**
 * One execution as the audit knows it: every row that it has seen in the store, their events, and the state that the events fold
 * to. It checks each event when the event arrives, and collects the faults for `takeFaults`.
 */
import { fold } from '../../src/interpreter/fold.ts';
import { eventsToUndo } from '../../src/interpreter/redrive.ts';
import { apply, passOver } from '../../src/interpreter/apply.ts';
import { decodeEvents } from '../../src/interpreter/journal.ts';
import type { MapCommand } from '../../src/interpreter/commands.ts';
import type { EventType, ExecutionEvent } from '../../src/interpreter/event.ts';
import { Execution } from '../../src/interpreter/execution.ts';
import type { ExecutionLimits, ExecutionStart } from '../../src/interpreter/execution.ts';
import { parseJson, stringifyJson } from '../../src/base/json.ts';
import type { Plan } from '../../src/language/plan.ts';
import type { ExecutionRecord, JournalRow } from '../../src/store/executions.ts';
import { AS_DRAWN } from './services.ts';

const ENDS: readonly EventType[] = ['ExecutionSucceeded', 'ExecutionFailed', 'ExecutionTimedOut', 'ExecutionStopped'];
const TASK_ENDS: readonly EventType[] = ['TaskSucceeded', 'TaskFailed', 'TaskTimedOut', 'TaskSubmitFailed'];

export interface ShadowOptions {
  readonly limits: ExecutionLimits;
  readonly longestSeconds: number;
  /** Virtual time, which no one sets. */
  readonly elapsedMs: () => number;
  /** The wall clock does not jump. */
  readonly isClockSteady: boolean;
}

export class Shadow {
  /** The latest record of the store. */
  record: ExecutionRecord;
  readonly events: ExecutionEvent[] = [];
  execution: Execution;
  /** Another number for every start, also for one that gets the number of a lost one. */
  birth: number;
  readonly #plan: Plan;
  readonly #start: ExecutionStart;
  readonly #limits: ExecutionLimits;
  readonly #isClockSteady: boolean;
  readonly #rows: JournalRow[] = [];
  /** States that have not ended, by thread. */
  #entered = new Map<number, ExecutionEvent>();
  #faults: string[] = [];
  #fresh: ExecutionEvent[] = [];
  /** By command, the virtual time at which the audit saw it first; `0`: the execution itself. */
  readonly #seenMs = new Map<number, number>();
  readonly #elapsedMs: () => number;

  constructor(record: ExecutionRecord, plan: Plan, birth: number, options: ShadowOptions) {
    const { limits, longestSeconds, isClockSteady, elapsedMs } = options;
    this.birth = birth;
    this.#elapsedMs = elapsedMs;
    this.record = record;
    this.#plan = plan;
    this.#limits = limits;
    this.#isClockSteady = isClockSteady;
    this.#start = {
      name: record.name,
      flowName: record.flowName,
      input: record.input === '' ? {} : parseJson(record.input),
      roleArn: '',
      environment: {},
      version: record.version,
      alias: record.alias,
      longestSeconds,
      ...(record.mapItem !== null && { mapItem: { state: record.mapItem.state, index: record.mapItem.index } }),
    };
    this.execution = new Execution(plan, this.#start, limits);
  }

  get lastEvent(): number {
    return this.events.length;
  }

  get isFresh(): boolean {
    return this.#fresh.length > 0;
  }

  takeFaults(): string[] {
    return this.#faults.splice(0);
  }

  /** The events since the last call. */
  takeFresh(): ExecutionEvent[] {
    return this.#fresh.splice(0);
  }

  /** Adds the rows that follow the known ones. */
  add(rows: readonly JournalRow[]): void {
    for (const row of rows) {
      if (row.first !== this.lastEvent + 1) this.#fault(`has row ${row.first} after event ${this.lastEvent}`);
      const events = decodeEvents(row.events).map(({ event }) => event);
      if (events.length !== row.count) this.#fault(`row ${row.first} holds ${events.length} events, not ${row.count}`);
      this.#rows.push(row);
      for (const event of events) this.#addEvent(event);
    }
  }

  /** Compares all rows of the store with the known ones, and a fold of all events with the state that was folded step by step. */
  compareRows(rows: readonly JournalRow[], fault: (message: string) => void): void {
    if (rows.length !== this.#rows.length) fault(`has ${rows.length} rows, and had ${this.#rows.length}`);
    for (const [i, row] of rows.entries()) {
      const known = this.#rows[i];
      if (
        known === undefined ||
        row.first !== known.first ||
        row.count !== known.count ||
        row.events !== known.events
      ) {
        return fault(`row ${row.first} has changed`);
      }
    }
    const folded = this.#fold().execution;
    if (essence(folded) !== essence(this.execution)) fault('folds to another state than step by step');
  }

  /** The earliest time at which a timer or a timeout is due, milliseconds since 1970. */
  dueMs(): number {
    const { execution } = this;
    let dueMs = execution.beganMs + execution.timeoutSeconds * 1_000;
    for (const command of execution.commands.values()) {
      if (command.kind === 'map') continue;
      const seconds = command.kind === 'timer' ? command.seconds : command.timeoutSeconds;
      if (seconds !== null) dueMs = Math.min(dueMs, command.openedMs + seconds * 1_000);
    }
    return dueMs;
  }

  /** As {@link dueMs} in virtual time, if no wait is longer than it should be. With the time at which that wait began. */
  elapsedDue(): { readonly sinceMs: number; readonly dueMs: number } {
    const { execution } = this;
    const due = (id: number, seconds: number) => {
      const sinceMs = this.#seenMs.get(id) ?? 0;
      return { sinceMs, dueMs: sinceMs + seconds * 1_000 };
    };
    let earliest = due(0, execution.timeoutSeconds);
    for (const command of execution.commands.values()) {
      if (command.kind === 'map') continue;
      const seconds = command.kind === 'timer' ? command.seconds : command.timeoutSeconds;
      const other = seconds === null ? earliest : due(command.id, seconds);
      if (other.dueMs < earliest.dueMs) earliest = other;
    }
    return earliest;
  }

  /** True for the same start of the same execution, seen in the store and in a copy of it. */
  isSameStart(other: Shadow): boolean {
    const isSame = other.record.id === this.record.id && other.record.input === this.record.input;
    const first = other.#rows[0];
    return isSame && first !== undefined && first.events === this.#rows[0]?.events;
  }

  /** Why it must be in memory; null when it only waits. */
  whyAwake(): string | null {
    const { execution } = this;
    if (execution.canContinue) return 'has something to decide';
    for (const command of execution.commands.values()) {
      if (command.kind === 'timer' || command.kind === 'map') continue;
      const { action, mode } = command.state;
      if (!command.submitted) return `its task ${command.id} is not submitted`;
      if (mode === 'RequestComplete') return `its task ${command.id} is being called`;
      if (mode === 'WaitForSystemCallback' && action !== 'FNF:StartExecution') return `it works for task ${command.id}`;
    }
    return null;
  }

  /** The open command of a Map run. */
  openMapRun(name: string): MapCommand | null {
    for (const command of this.execution.commands.values()) {
      if (command.kind === 'map' && command.run.name === name) return command;
    }
    return null;
  }

  /** Names of its Map runs. */
  get mapRuns(): ReadonlySet<string> {
    return new Set(this.events.flatMap(({ facts }) => facts?.mapRun?.name ?? []));
  }

  /** True for the TaskScheduled of a task that ends when a child execution does. */
  isChildTask({ type, state }: ExecutionEvent): boolean {
    const task = this.#plan.states[state];
    return (
      type === 'TaskScheduled' &&
      task?.type === 'Task' &&
      task.action === 'FNF:StartExecution' &&
      task.mode === 'WaitForSystemCallback'
    );
  }

  /** The end of a task, by its TaskScheduled event; null while it is open. */
  endOf(task: number): ExecutionEvent | null {
    return this.events.find(({ type, cause }) => cause === task && TASK_ENDS.includes(type)) ?? null;
  }

  /** True if the execution has ended without success, and would wait for a report of this task after a redrive. */
  isOpenAfterRedrive(task: number): boolean {
    const { status } = this.execution;
    if (status === 'Running' || status === 'Succeeded') return false;
    const execution = fold(this.#plan, this.#start, this.#limits, this.events, eventsToUndo(this.events));
    return execution.taskOf(task) !== undefined || execution.comesAgain(task);
  }

  /** Its events, one line each. */
  journal(): string[] {
    return this.events.map(({ id, type, timeMs, cause, thread, state, value, next, facts }) => {
      const name = this.#plan.states[state]?.name ?? '';
      const text = stringifyJson(value);
      const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
      const more = facts === null ? '' : ` ${JSON.stringify(facts).slice(0, 160)}`;
      return `${id} ${type} ${timeMs} cause ${cause} thread ${thread} '${name}' next ${next} ${shown}${more}`;
    });
  }

  #addEvent(event: ExecutionEvent): void {
    const last = this.events.at(-1);
    if (event.id !== this.lastEvent + 1) this.#fault(`has event ${event.id} after ${this.lastEvent}`);
    if (last !== undefined && event.timeMs < last.timeMs) this.#fault(`event ${event.id} is before the one before it`);
    if (event.cause >= event.id || event.cause < 0) this.#fault(`event ${event.id} is caused by ${event.cause}`);
    const isEnded = last !== undefined && ENDS.includes(last.type);
    if (isEnded !== (event.type === 'ExecutionRedriven')) this.#fault(`${event.type} after ${last?.type}`);
    this.events.push(event);
    this.#fresh.push(event);
    if (event.type !== 'ExecutionRedriven') {
      this.#check(event);
      apply(this.execution, event);
      if (event.id === 1) this.#seenMs.set(0, this.#elapsedMs());
      if (this.execution.commands.has(event.id)) this.#seenMs.set(event.id, this.#elapsedMs());
      return;
    }
    const { execution, entered } = this.#fold();
    this.execution = execution;
    this.#entered = entered;
    for (const id of [0, ...execution.commands.keys()]) this.#seenMs.set(id, this.#elapsedMs());
  }

  /** Checks an event before it is applied. */
  #check(event: ExecutionEvent): void {
    if (TASK_ENDS.includes(event.type) || event.type === 'TaskSubmitted') {
      const command = this.execution.commands.get(event.cause);
      if (command === undefined || command.kind === 'timer' || command.kind === 'map')
        this.#fault(`${event.type} ${event.id} ends task ${event.cause}, which is not open`);
      else if (command.submitted && event.type.startsWith('TaskSubmit')) {
        this.#fault(`${event.type} ${event.id} of task ${event.cause}, which was submitted before`);
      }
    }
    const fault = follow(this.#entered, event);
    if (fault !== null) this.#fault(fault);
    if (this.#isClockSteady) this.#checkTime(event);
  }

  /** No timer and no timeout ends before its time. */
  #checkTime(event: ExecutionEvent): void {
    const dueMs = this.#dueMsOf(event);
    if (event.timeMs < dueMs) this.#fault(`${event.type} ${event.id} comes ${dueMs - event.timeMs} ms before its time`);
  }

  #dueMsOf({ type, state, thread, cause, facts }: ExecutionEvent): number {
    const { execution } = this;
    if (type === 'ExecutionTimedOut') return execution.beganMs + execution.timeoutSeconds * 1_000;
    if (state === -1 || type === 'StateAborted') return 0;
    const command = execution.commands.get(
      type === 'TaskTimedOut' ? cause : (execution.threads.get(thread)?.waitingFor ?? 0),
    );
    if (command?.kind === 'timer') return command.openedMs + command.seconds * 1_000;
    if (command?.kind === 'map') return 0;
    // A service, or an execution that reports to the task, may fail with the error of a timeout.
    const isOwn = command?.state.mode === 'RequestComplete' && facts?.failure?.cause !== AS_DRAWN;
    return isOwn && type === 'TaskTimedOut' ? command.openedMs + (command.timeoutSeconds ?? 0) * 1_000 : 0;
  }

  /** Folds all events, without those that redrives have undone. */
  #fold(): { execution: Execution; entered: Map<number, ExecutionEvent> } {
    const undone = new Set(this.events.flatMap(({ facts }) => facts?.undone ?? []));
    const execution = new Execution(this.#plan, this.#start, this.#limits);
    const entered = new Map<number, ExecutionEvent>();
    for (const event of this.events) {
      if (undone.has(event.id)) {
        passOver(execution, event);
        continue;
      }
      follow(entered, event);
      apply(execution, event);
    }
    return { execution, entered };
  }

  #fault(message: string): void {
    this.#faults.push(message);
  }
}

/** Every entered state ends once, in its own thread. Returns the fault. */
function follow(entered: Map<number, ExecutionEvent>, event: ExecutionEvent): string | null {
  const { id, type, thread, facts } = event;
  if (type === 'StateEntered') {
    const open = entered.get(thread);
    entered.set(thread, event);
    return open === undefined ? null : `state entered by ${id} while that of ${open.id} has not ended`;
  }
  const isEnd =
    type === 'StateSucceeded' ||
    type === 'StateAborted' ||
    ((type === 'StateFailed' || type === 'StateTimedOut') && facts?.retry === undefined);
  if (!isEnd) return null;
  const open = entered.get(thread);
  entered.delete(thread);
  return open?.state === event.state ? null : `${type} ${id} of a state that is not entered`;
}

/** The state of an execution as text. */
function essence({
  status,
  lastEvent,
  startedMs,
  stoppedMs,
  global,
  output,
  failure,
  threads,
  commands,
}: Execution): string {
  return stringifyJson([
    [status, lastEvent, startedMs, stoppedMs, failure?.error ?? '', failure?.cause ?? ''],
    [global, output],
    [...threads.values()].map(({ id, activity, tries, input }) => {
      const raw = activity.phase === 'result' ? activity.output : null;
      return [id, activity.phase, tries?.calls ?? 0, input, raw];
    }),
    [...commands.values()].map(({ id, kind, openedMs }) => [id, kind, openedMs]),
  ]);
}
