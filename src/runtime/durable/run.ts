/**
 * One Standard execution in memory. Its policy: act on a decision when the decision is durable. The driver carries out a
 * command, and a caller gets an answer, after the commit with its event.
 *
 * Invariants. Decided events that are not durable wait in `#decided`, in order, and go into one change, or into several when
 * they are large. An execution that computes faster than the disk writes waits for the disk.
 */
import type { ExecutionEvent, Failure } from '../../interpreter/event.ts';
import type { CallCommand, Execution } from '../../interpreter/execution.ts';
import type { Input } from '../../interpreter/input.ts';
import { encodeRow } from '../../interpreter/journal.ts';
import type { ExecutionChange, ExecutionRecord, FlowSnapshot } from '../../store/executions.ts';
import { Driver } from '../driver/driver.ts';
import type { Policy } from '../driver/driver.ts';
import { DecisionMoment } from '../driver/moment.ts';
import type { TaskReport } from '../executions.ts';
import { AwaitedChildren, PARENT_GONE } from './children/awaited-children.ts';
import type { Committable } from './commit-queue.ts';
import { endOf } from './end.ts';
import { EventWaiters } from './event-waiters.ts';
import type { RunHost } from './run-host.ts';
import { earliestDueMs, sleepUntilMs } from './sleep/sleep.ts';

/**
 * UTF-16 units of journal text after which the rest waits for the next change. A row is read as a whole, so a page of the
 * history costs no more than a few rows.
 */
const ROW_UNITS = 1024 * 1024;
/** Turns of computing whose events may wait for the disk; each builds about a mebibyte at most. */
const TURNS_AHEAD_MAX = 4;

/** How a run came into memory. */
export type Origin =
  /** It is not durable yet: its first change starts it. With `abortable` it aborts when that change fails. */
  | { readonly kind: 'new'; readonly snapshot: FlowSnapshot; readonly abortable: boolean }
  /** It was read from the store. */
  | { readonly kind: 'loaded' }
  /** It was read from the store after its end: its first change opens it again. */
  | { readonly kind: 'redriven' };

export class DurableRun implements Committable, Policy {
  /** As it was when the run came into memory. */
  readonly record: ExecutionRecord;
  readonly onEvent = (event: ExecutionEvent): void => void this.#decided.push(event);
  readonly #host: RunHost<DurableRun>;
  readonly #driver: Driver;
  readonly #children = new AwaitedChildren();
  readonly #waiters = new EventWaiters();
  #origin: Origin;
  #decided: ExecutionEvent[] = [];
  /** Turns that brought them. */
  #turnsAhead = 0;
  /** Last event of the change that was taken last. */
  #taken: number;
  /** Last event that is on disk. */
  #durable: number;
  #storedWakeMs: number | null;
  #isGone = false;
  #defect: { readonly error: unknown } | null = null;

  constructor(host: RunHost<DurableRun>, record: ExecutionRecord, execution: Execution, origin: Origin) {
    this.record = record;
    this.#host = host;
    this.#origin = origin;
    this.#durable = execution.lastEvent;
    this.#taken = execution.lastEvent;
    this.#storedWakeMs = record.wakeMs;
    const token = (event: number): string => host.tokens.make({ execution: record.id, event });
    const caller = { start: execution.start, execution: record.id, depth: 0 };
    this.#driver = new Driver(host.parts, caller, execution, new DecisionMoment(host.ports, token), this);
    // The wake time in the store was corrected for a clock that was set back; the times in the events cannot be.
    if (record.wakeMs !== null) this.#driver.setBackMs = Math.max(0, earliestDueMs(execution) - record.wakeMs);
  }

  get execution(): Execution {
    return this.#driver.execution;
  }

  /** Highest event that is on disk. */
  get durableEvent(): number {
    return this.#durable;
  }

  /** True when only time and callbacks move it, and everything that it decided is on disk. */
  get isIdle(): boolean {
    return this.#driver.isWaiting && this.#decided.length === 0 && this.#taken === this.#durable && !this.#isGone;
  }

  /** True when its flow was deleted. */
  get isStopping(): boolean {
    return this.#driver.isStopping;
  }

  get isBroken(): boolean {
    return this.#defect !== null;
  }

  get mayCall(): boolean {
    return this.#host.mayCall;
  }

  /** Calls under way. */
  get calls(): number {
    return this.#driver.calls;
  }

  /** Resolves when the next call under way has ended. */
  nextCallEnd(): Promise<void> {
    return this.#driver.nextCallEnd();
  }

  /** Takes the first input. After a load the commands of the execution are durable, and are carried out at once (I3). */
  begin(input: Input): void {
    this.#driver.owe();
    if (this.#origin.kind === 'loaded') {
      this.#driver.armWhole();
      this.#driver.act(this.#durable);
    }
    this.advance(input);
  }

  advance(input: Input): void {
    if (!this.#isGone && this.#defect === null) this.#driver.advance(input);
  }

  /** True while the task of that event is under way. */
  waitsFor(event: number): boolean {
    return this.execution.taskOf(event) !== undefined;
  }

  /** True when the next attempt of the task will take a report for that event. */
  comesAgain(event: number): boolean {
    return this.execution.comesAgain(event);
  }

  /** Ends a task in a callback mode; the id of the event that ended it, or null when it had ended already. */
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

  /** The execution enters no further state (decisions.md 4.10). */
  stopAfterState(why: Failure): void {
    this.#driver.stopAfterState(why);
  }

  /** Sets the deadlines again by the wall clock, which may have been set forward. */
  recheck(): void {
    this.#driver.recheck();
  }

  /** The wall clock was set back: what is due by it becomes due as much earlier. */
  setBack(byMs: number): void {
    this.#driver.setBackMs += byMs;
    if (!this.isIdle) return;
    // The run must not leave memory before the store has the new wake time.
    this.#host.busy(this);
    this.#host.commit(this);
  }

  /** Resolves when everything decided so far is durable. @throws what the store reports, or a defect. */
  durable(): Promise<void> {
    if (this.#defect !== null) return Promise.reject(this.#defect.error as Error);
    const event = this.execution.lastEvent;
    return event <= this.#durable ? Promise.resolve() : this.#waiters.until(event);
  }

  /** Leaves memory. What the execution waits for wakes another run of it. */
  evict(): void {
    this.#isGone = true;
    this.#driver.release();
  }

  decided(closed: readonly number[]): void {
    this.#children.closed(closed);
    this.#host.busy(this);
    if (this.execution.canGoOn) this.#computeOn();
    if (this.#decided.length > 0) this.#host.commit(this);
    else if (this.isIdle) this.#rest();
  }

  opened(command: CallCommand): void {
    this.#children.opened(command);
  }

  answered(input: Input): void {
    this.advance(input);
  }

  takeChange(): ExecutionChange | null {
    if (this.#isGone || this.#defect !== null) return null;
    const { execution } = this;
    const first = this.#decided[0];
    const row = first === undefined ? null : encodeRow(this.#decided, execution.plan, ROW_UNITS);
    const events = this.#decided.splice(0, row?.count ?? 0);
    // What follows from the last events is in the same change: a crash may come between two changes.
    const isWhole = this.#decided.length === 0;
    const wakeMs = isWhole ? this.#wakeMs() : null;
    const wakeMoved = wakeMs !== this.#storedWakeMs;
    if (row === null && !wakeMoved) return null;
    this.#taken = events.at(-1)?.id ?? this.#taken;
    this.#storedWakeMs = wakeMs;
    if (isWhole) {
      this.#children.take();
      this.#turnsAhead = 0;
      if (execution.canGoOn) this.#computeOn();
    }
    const orphaned = this.#children.taken;
    return {
      id: this.record.id,
      ...this.#firstChange(),
      ...(row !== null && first !== undefined && { journal: { first: first.id, count: row.count, events: row.text } }),
      ...(wakeMoved && { wakeMs }),
      ...(isWhole && row !== null && execution.status !== 'Running' && { end: endOf(execution) }),
      ...(orphaned.length > 0 && { stopChildren: { events: orphaned, request: PARENT_GONE } }),
    };
  }

  committed(): void {
    const isNew = this.#origin.kind !== 'loaded';
    this.#origin = { kind: 'loaded' };
    this.#durable = this.#taken;
    const orphaned = this.#children.committed();
    if (orphaned.length > 0) this.#host.orphaned(this, orphaned);
    if (this.#isGone || this.#defect !== null) return;
    if (isNew) this.#driver.armWhole();
    this.#waiters.reached(this.#durable);
    if (this.execution.status !== 'Running' && this.#durable === this.execution.lastEvent) {
      this.evict();
      this.#host.ended(this);
      return;
    }
    this.#driver.act(this.#durable);
    if (this.#decided.length > 0) this.#host.commit(this);
    if (this.isIdle) this.#host.idle(this, this.#storedWakeMs);
  }

  aborts(error: unknown): boolean {
    if (this.#origin.kind !== 'new' || !this.#origin.abortable) return false;
    this.evict();
    this.#waiters.fail(error);
    this.#host.aborted(this);
    return true;
  }

  refused(error: unknown): void {
    const isNew = this.#origin.kind === 'new';
    this.broke(error);
    if (isNew) this.#host.aborted(this);
  }

  broke(error: unknown): void {
    this.#defect = { error };
    this.#driver.release();
    this.#waiters.fail(error);
    this.#host.broke(this, error);
  }

  /** The first change of a new execution starts it, that of a redriven one opens it again. */
  #firstChange(): Partial<ExecutionChange> {
    if (this.#origin.kind === 'redriven') return { reopen: true };
    if (this.#origin.kind === 'loaded') return {};
    // The execution started at the time of its first event: the clock moved on while the start was prepared.
    const record = { ...this.record, startedMs: this.execution.startedMs };
    return { start: { record, snapshot: this.#origin.snapshot } };
  }

  /** Nothing was decided: the execution waits, and the store may not know yet until when. */
  #rest(): void {
    if (this.#wakeMs() === this.#storedWakeMs) this.#host.idle(this, this.#storedWakeMs);
    else this.#host.commit(this);
  }

  /** Computes on in a later turn; when too much waits for the disk, after the next change was taken. */
  #computeOn(): void {
    if (this.#turnsAhead >= TURNS_AHEAD_MAX && this.#decided.length > 0) return;
    if (this.#driver.continueLater()) this.#turnsAhead++;
  }

  #wakeMs(): number | null {
    const { execution, calls, setBackMs } = this.#driver;
    return sleepUntilMs(execution, calls, setBackMs, this.#host.ports.clock.nowMs());
  }
}
