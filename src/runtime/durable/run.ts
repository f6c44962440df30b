/**
 * One Standard execution in memory. It decides as an Express execution does; what differs is that nothing acts on an event
 * before the event is on disk: a command that a decision opens is carried out, and a caller is answered, when the
 * commit with its event has come back.
 *
 * Invariants. Events that are decided and not durable wait in `#decided`, in order, and go into one change, or into several
 * when they are large; an execution that computes faster than the disk writes waits for it. A command is carried out at
 * most once by one run. Everything that comes from outside is an input to `decide`, which ignores what
 * is stale; so timers, answers and reports may come late or twice.
 */
import { assert } from '../../base/assert.ts';
import { stringifyJson } from '../../base/json.ts';
import { decide } from '../../interpreter/decide.ts';
import type { ExecutionEvent, Failure } from '../../interpreter/event.ts';
import type { CallCommand, Command } from '../../interpreter/commands.ts';
import type { Execution } from '../../interpreter/execution.ts';
import type { Input, Moment } from '../../interpreter/input.ts';
import { encodeRow } from '../../interpreter/journal.ts';
import type { ExecutionChange, ExecutionRecord, FlowSnapshot } from '../../store/executions.ts';
import type { Committable } from './commit-queue.ts';
import { Deadlines } from '../driver/deadlines.ts';
import type { TaskReport } from '../executions.ts';
import type { RunHost } from './run-host.ts';
import { TaskCalls, awaitsChild } from '../driver/calls.ts';

/** What waits longer than this leaves memory. */
export const SLEEP_MIN_MS = 60_000;
/** Why a child stops whose parent waits for it no longer (integrations.md 2). */
export const PARENT_GONE = {
  error: 'FnF.ParentStopped',
  cause: 'The task that waited for this execution has ended.',
};
/**
 * UTF-16 units of journal text after which the rest waits for the next change: a row is read as a whole, so a page of the
 * history costs no more than a few rows.
 */
const ROW_UNITS = 1024 * 1024;
/** Turns of computing whose events wait to be taken; each builds about a mebibyte at most. */
const TURNS_AHEAD_MAX = 4;
/** Deadlines are kept by this key for the execution as a whole; commands by their ids. */
const WHOLE = 0;

/** How a run came into memory. */
export type Origin =
  /** Not durable yet: its first change starts it. */
  | { readonly kind: 'new'; readonly snapshot: FlowSnapshot; readonly withdrawable: boolean }
  /** Read from the store. */
  | { readonly kind: 'loaded' }
  /** Read from the store after its end; its first change opens it again. */
  | { readonly kind: 'redriven' };

interface Waiter {
  /** Event that has to be durable. */
  readonly event: number;
  resolve(): void;
  reject(error: unknown): void;
}

export class StandardRun implements Committable {
  /** As it was when the run came into memory. */
  readonly record: ExecutionRecord;
  readonly execution: Execution;
  readonly #host: RunHost<StandardRun>;
  readonly #moment: RunMoment;
  readonly #deadlines: Deadlines;
  readonly #calls: TaskCalls;
  /** Commands opened by events that are not durable yet. */
  readonly #toOpen: number[] = [];
  /** Tasks whose children must not outlive them. */
  readonly #parents = new Set<number>();
  /** Of these, closed since the last change, and closed by the change that was taken last. */
  #orphaned: number[] = [];
  #takenOrphans: readonly number[] = [];
  #origin: Origin;
  #decided: ExecutionEvent[] = [];
  /** Turns that brought them. */
  #turnsAhead = 0;
  #taken = 0;
  #durable: number;
  #storedWakeMs: number | null;
  /** How far the wall clock was set back since the times in the events were taken. */
  #setBackMs: number;
  #waiters: Waiter[] = [];
  #isQueued = false;
  #isGone = false;
  #defect: unknown = null;

  constructor(host: RunHost<StandardRun>, record: ExecutionRecord, execution: Execution, origin: Origin) {
    this.record = record;
    this.execution = execution;
    this.#host = host;
    this.#origin = origin;
    this.#moment = new RunMoment(host, record.id);
    this.#durable = execution.lastEvent;
    this.#taken = execution.lastEvent;
    this.#storedWakeMs = record.wakeMs;
    // What the store says was corrected for that; the events cannot be.
    this.#setBackMs = record.wakeMs === null ? 0 : Math.max(0, earliestDueMs(execution) - record.wakeMs);
    this.#calls = new TaskCalls(host, record, execution.start.roleArn, (input) => this.advance(input));
    this.#deadlines = new Deadlines(host.clock, (key) => this.#due(key));
  }

  /** Highest event that is on disk. */
  get durableEvent(): number {
    return this.#durable;
  }

  /** True when nothing but time and callbacks moves it, and all that it decided is on disk. */
  get isIdle(): boolean {
    return this.#isWaiting && this.#decided.length === 0 && this.#taken === this.#durable && !this.#isGone;
  }

  /** True when its flow was deleted. */
  get isStopping(): boolean {
    return this.#moment.stop !== undefined;
  }

  get isBroken(): boolean {
    return this.#defect !== null;
  }

  /** Tasks that are being called. */
  get calls(): number {
    return this.#calls.size;
  }

  /** Begins with an input. After a load, what the state says has to be done is done at once: it is durable (I3). */
  begin(input: Input): void {
    const { commands } = this.execution;
    if (this.#origin.kind === 'loaded') {
      this.#armWhole();
      for (const command of commands.values()) this.#open(command);
    } else {
      this.#toOpen.push(...commands.keys());
    }
    this.advance(input);
  }

  /** True while the task of that event is under way. */
  waitsFor(event: number): boolean {
    return this.execution.taskOf(event) !== undefined;
  }

  /** True when a report for that event will be taken later, by the next attempt of its task. */
  comesAgain(event: number): boolean {
    return this.execution.comesAgain(event);
  }

  /** Ends a task in a callback mode; the id of the event that ended it, or null when it has ended already. */
  report(event: number, report: TaskReport): number | null {
    const command = this.execution.taskOf(event);
    if (command === undefined || command.state.mode === 'RequestComplete') return null;
    const { id } = command;
    const before = this.execution.lastEvent;
    this.advance(
      report.ok
        ? { kind: 'task-succeeded', id, output: report.output }
        : { kind: 'task-failed', id, failure: report.failure },
    );
    return this.execution.lastEvent > before ? before + 1 : null;
  }

  /** Resolves when the next call under way has ended. */
  callEnded(): Promise<void> {
    return this.#calls.nextEnd();
  }

  /** No state is entered any more (decisions.md 4.10). */
  stopAfterState(why: Failure): void {
    this.#moment.stop = why;
  }

  /** Looks at the wall clock again, which may have been set on. */
  recheck(): void {
    for (const command of this.execution.commands.values()) this.#arm(command);
    this.#armWhole();
  }

  /** The wall clock was set back, and what is due by it comes as much earlier. */
  setBack(byMs: number): void {
    this.#setBackMs += byMs;
    if (!this.isIdle) return;
    // Not to leave memory before the store knows.
    this.#host.busy(this);
    this.#host.commit(this);
  }

  /** Takes an input as far as it goes. A defect met on the way loses this run and no other. */
  advance(input: Input): void {
    if (this.#isGone || this.#defect !== null || this.execution.status !== 'Running') return;
    try {
      this.#take(input);
    } catch (error) {
      this.#break(error);
    }
  }

  /** Resolves when everything decided so far is durable. @throws what the store or a defect says. */
  durable(): Promise<void> {
    if (this.#defect !== null) return Promise.reject(this.#defect as Error);
    const event = this.execution.lastEvent;
    if (event <= this.#durable) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiters.push({ event, resolve, reject }));
  }

  /** Leaves memory: what it waits for wakes another run of the same execution. */
  evict(): void {
    this.#isGone = true;
    this.#letGo();
  }

  takeChange(): ExecutionChange | null {
    if (this.#isGone || this.#defect !== null) return null;
    const { execution } = this;
    const first = this.#decided[0];
    const row = first === undefined ? null : encodeRow(this.#decided, execution.plan, ROW_UNITS);
    const events = this.#decided.splice(0, row?.count ?? 0);
    // What follows from the last events is said with them: a crash may come in between.
    const isWhole = this.#decided.length === 0;
    const wakeMs = isWhole ? this.#wakeMs() : null;
    const wakeMoved = wakeMs !== this.#storedWakeMs;
    if (row === null && !wakeMoved) return null;
    this.#taken = events.at(-1)?.id ?? this.#taken;
    this.#storedWakeMs = wakeMs;
    if (isWhole) {
      this.#takenOrphans = this.#orphaned.splice(0);
      this.#turnsAhead = 0;
      if (execution.canGoOn) this.#queueTurn();
    }
    const orphaned = this.#takenOrphans;
    return {
      id: this.record.id,
      ...(this.#origin.kind === 'new' && { start: this.#start(this.#origin.snapshot) }),
      ...(this.#origin.kind === 'redriven' && { reopen: true as const }),
      ...(row !== null && first !== undefined && { journal: { first: first.id, count: row.count, events: row.text } }),
      ...(wakeMoved && { wakeMs }),
      ...(isWhole && row !== null && execution.status !== 'Running' && { end: endOf(execution) }),
      ...(orphaned.length > 0 && { stopChildren: { events: orphaned, request: PARENT_GONE } }),
    };
  }

  /** It started when its first event says: the clock goes on while a start is worked on. */
  #start(snapshot: FlowSnapshot): ExecutionChange['start'] & {} {
    return { record: { ...this.record, startedMs: this.execution.startedMs }, snapshot };
  }

  committed(): void {
    const isNew = this.#origin.kind !== 'loaded';
    this.#origin = { kind: 'loaded' };
    this.#durable = this.#taken;
    if (this.#takenOrphans.length > 0) this.#host.orphaned(this, this.#takenOrphans);
    this.#takenOrphans = [];
    if (this.#isGone || this.#defect !== null) return;
    if (isNew) this.#armWhole();
    this.#answer();
    if (this.execution.status !== 'Running' && this.#durable === this.execution.lastEvent) {
      this.#isGone = true;
      this.#letGo();
      this.#host.ended(this);
      return;
    }
    const ready = this.#toOpen.splice(0);
    for (const id of ready) {
      const command = this.execution.commands.get(id);
      if (command === undefined) continue;
      if (id <= this.#durable) this.#open(command);
      else this.#toOpen.push(id);
    }
    if (this.#decided.length > 0) this.#host.commit(this);
    if (this.isIdle) this.#host.idle(this, this.#storedWakeMs);
  }

  withdraws(error: unknown): boolean {
    if (this.#origin.kind !== 'new' || !this.#origin.withdrawable) return false;
    this.#isGone = true;
    this.#letGo();
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
    this.#host.withdrawn(this);
    return true;
  }

  refused(error: unknown): void {
    const isNew = this.#origin.kind === 'new';
    this.#break(error);
    if (isNew) this.#host.withdrawn(this);
  }

  /** Nobody knows its state any more: the store has what was durable. */
  #break(error: unknown): void {
    this.#defect = error;
    this.#letGo();
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
    this.#host.broke(this, error);
  }

  #take(input: Input): void {
    const { execution } = this;
    this.#host.busy(this);
    decide(execution, input, this.#moment, (event) => this.#decided.push(event));
    if (execution.closed.length > 0) this.#close();
    if (execution.opened.length > 0) this.#toOpen.push(...execution.opened.splice(0));
    if (execution.canGoOn) this.#queueTurn();
    if (this.#decided.length > 0) this.#host.commit(this);
    else if (this.isIdle) this.#rest();
  }

  /** Nothing was decided: it waits, and the store may not know yet until when. */
  #rest(): void {
    if (this.#wakeMs() === this.#storedWakeMs) this.#host.idle(this, this.#storedWakeMs);
    else this.#host.commit(this);
  }

  /** Computes on in a later turn; when enough waits for the disk already, once that is taken. */
  #queueTurn(): void {
    if (this.#isQueued || (this.#turnsAhead >= TURNS_AHEAD_MAX && this.#decided.length > 0)) return;
    this.#turnsAhead++;
    this.#isQueued = true;
    this.#host.turns.add(() => {
      this.#isQueued = false;
      this.advance({ kind: 'continue' });
    });
  }

  #close(): void {
    for (const id of this.execution.closed.splice(0)) {
      this.#deadlines.delete(id);
      this.#calls.giveUp(id);
      if (this.#parents.delete(id)) this.#orphaned.push(id);
    }
  }

  /** Carries out a command whose event is durable. */
  #open(command: Command): void {
    this.#arm(command);
    if (command.kind === 'timer') return;
    if (awaitsChild(command)) this.#parents.add(command.id);
    // What was accepted is waited for; only what this engine itself waits for is begun again after a crash.
    if (command.submitted && command.state.mode !== 'WaitForSystemCallback') return;
    this.#host.whenOpen(() => this.#calls.begin(command));
  }

  #arm(command: Command): void {
    const dueMs = this.execution.dueMs(command);
    if (dueMs === null) return;
    this.#deadlines.set(command.id, this.#remainingMs(dueMs, dueMs - command.openedMs));
  }

  #armWhole(): void {
    const { execution } = this;
    if (execution.status !== 'Running' || execution.lastEvent === 0) return;
    this.#deadlines.set(WHOLE, this.#remainingMs(execution.deadlineMs, execution.timeoutSeconds * 1_000));
  }

  /** A clock that was set back while nobody looked makes nothing wait longer than it was meant to. */
  #remainingMs(dueMs: number, longestMs: number): number {
    return Math.max(0, Math.min(dueMs - this.#setBackMs - this.#host.clock.nowMs(), longestMs));
  }

  #due(key: number): void {
    if (key === WHOLE) return this.advance({ kind: 'execution-timed-out' });
    const command = this.execution.commands.get(key);
    if (command === undefined) return;
    this.advance({ kind: command.kind === 'timer' ? 'timer-due' : 'task-timed-out', id: key });
  }

  /** True when nothing is being computed or called, and nothing is about to be. */
  get #isWaiting(): boolean {
    const { execution } = this;
    return execution.status === 'Running' && !execution.canGoOn && this.#calls.size === 0 && this.#toOpen.length === 0;
  }

  /** Until when nothing but a callback wakes it; null while it has to be in memory. */
  #wakeMs(): number | null {
    const { execution } = this;
    if (execution.status !== 'Running' || execution.canGoOn || this.#calls.size > 0) return null;
    // What this process works on, or has yet to call, needs a process, whether it is being called at this moment or not.
    for (const command of execution.commands.values()) {
      if (command.kind !== 'timer' && !waitsForOthers(command)) return null;
    }
    const wakeMs = earliestDueMs(execution) - this.#setBackMs;
    return wakeMs - this.#host.clock.nowMs() > SLEEP_MIN_MS ? wakeMs : null;
  }

  #answer(): void {
    if (this.#waiters.length === 0) return;
    const waiting: Waiter[] = [];
    for (const waiter of this.#waiters) {
      if (waiter.event <= this.#durable) waiter.resolve();
      else waiting.push(waiter);
    }
    this.#waiters = waiting;
  }

  #letGo(): void {
    this.#deadlines.clear();
    this.#calls.giveUpAll();
  }
}

/** What the decisions of one run are given. */
class RunMoment implements Moment {
  stop?: Failure;
  readonly #host: RunHost<StandardRun>;
  readonly #id: number;

  constructor(host: RunHost<StandardRun>, id: number) {
    this.#host = host;
    this.#id = id;
  }

  get nowMs(): number {
    return this.#host.clock.nowMs();
  }

  random(): number {
    return this.#host.ids.random();
  }

  taskToken(event: number): string {
    return this.#host.tokens.make({ execution: this.#id, event });
  }
}

/** When the first of its timers and timeouts is due, by the times in its events. */
function earliestDueMs(execution: Execution): number {
  let dueMs = execution.deadlineMs;
  for (const command of execution.commands.values()) dueMs = Math.min(dueMs, execution.dueMs(command) ?? dueMs);
  return dueMs;
}

/** True when nothing but a report or its timeout ends it. */
function waitsForOthers(command: CallCommand): boolean {
  return command.submitted && (command.state.mode !== 'WaitForSystemCallback' || awaitsChild(command));
}

function endOf(execution: Execution): NonNullable<ExecutionChange['end']> {
  const { status, failure } = execution;
  assert(status !== 'Running', 'only an ended execution has an end');
  return {
    status,
    stoppedMs: execution.stoppedMs,
    output: status === 'Succeeded' ? stringifyJson(execution.output) : '',
    error: failure?.error ?? '',
    cause: failure?.cause ?? '',
  };
}
