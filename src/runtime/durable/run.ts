/**
 * One Standard execution in memory. Its policy: act on a decision when the decision is durable. The driver carries out a
 * command, and a caller gets an answer, only after the commit of the event.
 *
 * Invariants. `#decided` holds the events that no change contains yet, in order; they go into one change, or into several when
 * they are large. An execution that computes faster than the disk writes waits for the disk. A throw here breaks this run and no
 * other: it is stuck once no change of it is under way, or has ended if the last change was its end.
 */
import { apiError } from '../../api/error.ts';
import type { StartSource } from '../../base/observer.ts';
import type { ExecutionEvent, Failure } from '../../interpreter/event.ts';
import type { CallCommand, MapCommand } from '../../interpreter/commands.ts';
import type { Execution } from '../../interpreter/execution.ts';
import type { Input } from '../../interpreter/input.ts';
import { encodeRow } from '../../interpreter/journal.ts';
import type { CallProgress } from '../../outbound/call-progress.ts';
import type { ExecutionChange, ExecutionRecord, FlowSnapshot } from '../../store/executions.ts';
import type { MailAnswer } from '../../store/mail.ts';
import type { MapRunChange } from '../../store/map-runs.ts';
import type { DueTimes } from '../../store/schedules.ts';
import { Driver } from '../driver/driver.ts';
import type { Policy } from '../driver/driver.ts';
import type { MapRunStarter, OpenMapRun } from '../driver/map-runs.ts';
import { DecisionMoment } from '../driver/moment.ts';
import type { StepTurn } from '../driver/step-rate.ts';
import type { TaskReport } from '../executions.ts';
import { RunBroke } from '../run-broke.ts';
import { AwaitedChildren, PARENT_GONE } from './children/awaited-children.ts';
import type { Committable, Dropped } from './commit-queue.ts';
import { NameTaken, OwnedElsewhere } from './dropped.ts';
import { endOf } from './end.ts';
import { EventWaiters } from './event-waiters.ts';
import { nodeGone } from './not-accepting.ts';
import type { RunHost } from './run-host.ts';
import { sleepUntilMs } from './sleep/sleep.ts';

/**
 * UTF-16 units of journal text in one row; further events wait for the next change. The store reads a row as a whole, so this
 * bounds the cost of a page of the history.
 */
const ROW_UNITS = 1024 * 1024;
/** Turns of computing whose events may wait for the disk; each produces about a mebibyte at most. */
const TURNS_AHEAD_MAX = 4;

/** How a run came into memory. */
export type Arrival =
  /** A new execution: its first change starts it. With `abortable` the start aborts when the commit of that change fails. */
  | {
      readonly kind: 'new';
      readonly source: StartSource;
      /** Null when the store has it, because another execution uses it. */
      readonly snapshot: FlowSnapshot | null;
      readonly abortable: boolean;
      /** The due times that the commit of its start takes; without it the store refuses the start. */
      readonly due?: DueTimes;
    }
  /** Loaded from the store. */
  | { readonly kind: 'loaded' }
  /**
   * Loaded from the store after its end: its first change opens it again. `callbackTo` is the task of its parent that gets its next
   * end; null: none, or the task that it had.
   */
  | { readonly kind: 'redriven'; readonly callbackTo: number | null };

const LOADED: Arrival = { kind: 'loaded' };

/** Mail that has brought a report. */
export interface ReportMail {
  readonly id: string;
  /** Its answer, when this event has ended the task. */
  answerOf(event: number): string;
}

export class DurableRun implements Committable, Policy {
  /** As it was when the run came into memory. */
  readonly record: ExecutionRecord;
  readonly onEvent = (event: ExecutionEvent): void => {
    this.#decided.push(event);
    // The store has its record with this event, which must not stay open if the state ends before the run begins.
    if (event.type === 'MapRunStarted') this.#children.began(event.id);
  };
  readonly #host: RunHost<DurableRun>;
  readonly #driver: Driver;
  readonly #children = new AwaitedChildren();
  readonly #waiters = new EventWaiters();
  #arrival: Arrival;
  #parentEvent: number;
  #decided: ExecutionEvent[] = [];
  /** Answers of mail whose effect is among the decided events. */
  #answers: MailAnswer[] = [];
  /** How many of them are weighed. */
  #weighed = 0;
  /** Turns of computing since a change last took all decisions. */
  #turnsAhead = 0;
  /** Last event of the last change. */
  #taken: number;
  /** Last durable event. */
  #durable: number;
  #storedWakeMs: number | null;
  #isGone = false;
  #isAbandoned = false;
  /** The change that the queue has taken and not settled; null for none. */
  #underWay: { readonly isEnd: boolean } | null = null;
  #defect: RunBroke | null = null;

  constructor(host: RunHost<DurableRun>, record: ExecutionRecord, execution: Execution, arrival: Arrival) {
    this.record = record;
    this.#host = host;
    this.#arrival = arrival;
    this.#parentEvent = (arrival.kind === 'redriven' ? arrival.callbackTo : null) ?? record.parent?.event ?? 0;
    this.#durable = execution.lastEvent;
    this.#taken = execution.lastEvent;
    this.#storedWakeMs = record.wakeMs;
    const { id, identity, ancestry } = record;
    const token = (event: number): string => host.tokens.make({ execution: id, event }, identity);
    const { start, undoneCalls } = execution;
    const inputText = record.input;
    const caller = { start, execution: id, identity, depth: 0, ancestry, undoneCalls, inputText };
    const moment = new DecisionMoment({ clock: host.clock, ids: host.ports.ids }, { taskToken: token });
    this.#driver = new Driver(host.parts, caller, execution, moment, this);
    // A flow that was deleted ends the execution before it carries out a command.
    for (const command of execution.commands.values()) if (command.kind !== 'timer') this.#children.opened(command);
    // Children of undone tasks must not outlive them, even if their start became durable after the end of this execution.
    if (arrival.kind === 'redriven') {
      this.#children.undone([...undoneCalls, ...execution.undoneRuns].map((undone) => undone.id));
    }
  }

  get execution(): Execution {
    return this.#driver.execution;
  }

  /** The task of its parent that waits for it, or that started it: the id of its TaskScheduled event; 0 without a parent. */
  get parentEvent(): number {
    return this.#parentEvent;
  }

  /** Another task of its parent waits for it from now on. */
  callBackTo(event: number): void {
    this.#parentEvent = event;
  }

  /** The last durable event. */
  get durableEvent(): number {
    return this.#durable;
  }

  /** True when the execution waits for time or callbacks only, and all its decisions are durable. */
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

  /** Its place in the queue for an entry into a state; null while it does not wait for one. */
  get stepTurn(): StepTurn | null {
    return this.#driver.stepTurn;
  }

  /** How far the call of a command is; null when it is not under way. */
  progressOf(id: number): CallProgress | null {
    return this.#driver.progressOf(id);
  }

  /** Resolves when the next call under way has ended. */
  nextCallEnd(): Promise<void> {
    return this.#driver.nextCallEnd();
  }

  /** Takes the first input. After a load the open commands are durable, so the driver carries them out at once (I3). */
  begin(input: Input): void {
    this.#guard(() => {
      // An execution that ends at once, because its flow was deleted, calls nothing before.
      if (this.isStopping && this.#arrival.kind === 'loaded') this.advance(input);
      this.#driver.owe();
      if (this.#arrival.kind === 'loaded') {
        this.#driver.armWhole();
        this.#driver.act(this.#durable);
      }
      this.advance(input);
    });
  }

  advance(input: Input): void {
    if (!this.#isGone && this.#defect === null) this.#driver.advance(input);
  }

  /** True while the task or the Map run of this event is under way. */
  waitsFor(event: number): boolean {
    return this.execution.taskOf(event) !== undefined || this.execution.mapRunOf(event) !== undefined;
  }

  /** The Map run of a MapRunStarted event; undefined when it is not under way. */
  mapRun(event: number): OpenMapRun | undefined {
    return this.#driver.mapRun(event);
  }

  /**
   * A child of the Map run of this event has ended. Resolves with true when that is durable, or no one waits for it any more, and with
   * false when it cannot be taken now.
   */
  async itemEnded(event: number, child: ExecutionRecord): Promise<boolean> {
    if (this.execution.mapRunOf(event) === undefined) return true;
    return (await this.#driver.mapRun(event)?.itemEnded(child)) ?? false;
  }

  /** True when the task of a classic token has failed and will be called again under the same token. */
  comesAgain(event: number): boolean {
    return this.execution.comesAgain(event);
  }

  /**
   * Ends a task in a callback mode. Returns the id of the event that ended it, or null when it had ended before.
   * @param mail that has brought the report: the commit of the event answers it
   */
  report(event: number, report: TaskReport, mail: ReportMail | null = null): number | null {
    const command = this.execution.taskOf(event);
    if (command === undefined || command.state.mode === 'RequestComplete') return null;
    const { id } = command;
    const before = this.execution.lastEvent;
    this.advance(
      report.ok
        ? { kind: 'task-succeeded', id, output: report.output }
        : { kind: 'task-failed', id, failure: report.failure },
    );
    if (this.execution.lastEvent === before) return null;
    if (mail !== null) this.#answers.push({ id: mail.id, answer: mail.answerOf(before + 1) });
    return before + 1;
  }

  /** From now on the execution enters no further state (rules.md 12.11). */
  stopAfterState(why: Failure): void {
    this.#driver.stopAfterState(why);
  }

  /** Sets the deadlines again by the wall clock, which may have been set forward. */
  recheck(): void {
    this.#driver.recheck();
  }

  /**
   * Resolves when all decisions so far are durable.
   * @throws the error of the store, or {@link RunBroke}; `InternalServerError` for a run that was abandoned, which takes no inputs any more
   */
  durable(): Promise<void> {
    if (this.#defect !== null) return Promise.reject(this.#defect);
    if (this.#isAbandoned) return Promise.reject(nodeGone());
    const event = this.execution.lastEvent;
    return event <= this.#durable ? Promise.resolve() : this.#waiters.until(event);
  }

  /** Leaves memory. A timer or a callback will load the execution into another run. */
  evict(): void {
    this.#isGone = true;
    this.#driver.release();
  }

  /** Leaves memory with what is not durable yet: the node has lost its lease, or the process is ending. */
  abandon(): void {
    this.#isAbandoned = true;
    this.evict();
    this.#waiters.fail(nodeGone());
  }

  decided(closed: readonly number[]): void {
    for (; this.#weighed < this.#decided.length; this.#weighed++) {
      this.#driver.account.addEvent(this.#decided[this.#weighed] as ExecutionEvent);
    }
    this.#children.closed(closed);
    this.#host.busy(this);
    if (this.#driver.canContinue) this.#computeOn();
    if (this.#decided.length > 0) this.#host.commit(this);
    else if (this.isIdle) this.#rest();
  }

  mayEnter(): void {
    if (!this.#isGone && this.#defect === null) this.#computeOn();
  }

  opened(command: CallCommand | MapCommand): void {
    this.#children.opened(command);
  }

  /** A Map run is at work: until it rests, a restart has to load the execution again. */
  resumed(): void {
    if (this.#isGone || this.#defect !== null) return;
    this.#host.busy(this);
    if (this.#storedWakeMs !== null) this.#host.commit(this);
  }

  answered(input: Input): void {
    if (!this.#isGone && this.#defect === null) this.#driver.advanceInTurn(input);
  }

  takeChange(): ExecutionChange | null {
    if (this.#isGone || this.#defect !== null) return null;
    const { execution } = this;
    const first = this.#decided[0];
    const row = first === undefined ? null : encodeRow(this.#decided, execution.plan, ROW_UNITS);
    const events = this.#decided.splice(0, row?.count ?? 0);
    if (row !== null) {
      this.#weighed = this.#decided.length;
      this.#driver.account.committing(this.#decided, row.text);
    }
    // The wake time, the end and the stops of children go into the change with the last events: a crash may separate changes.
    const isWhole = this.#decided.length === 0;
    const wakeMs = isWhole ? this.#wakeMs() : null;
    const wakeMoved = wakeMs !== this.#storedWakeMs;
    if (row === null && !wakeMoved) return null;
    this.#taken = events.at(-1)?.id ?? this.#taken;
    this.#storedWakeMs = wakeMs;
    const isEnd = isWhole && row !== null && execution.status !== 'Running';
    if (isWhole) {
      this.#children.take();
      this.#turnsAhead = 0;
      if (this.#driver.canContinue) this.#computeOn();
    }
    const orphaned = this.#children.taken;
    const change: ExecutionChange = {
      id: this.record.id,
      ...this.#firstChange(),
      ...(row !== null && first !== undefined && { journal: { first: first.id, count: row.count, events: row.text } }),
      ...(wakeMoved && { wakeMs }),
      ...(isEnd && { end: endOf(execution, this.#host.clock.steadyMs()) }),
      ...(orphaned.length > 0 && { stopChildren: { events: orphaned, request: PARENT_GONE, atMs: execution.lastMs } }),
      ...newMapRuns(events, this.#host.parts.mapRuns),
      ...(isWhole && this.#answers.length > 0 && { answers: this.#answers.splice(0) }),
    };
    this.#underWay = { isEnd };
    return change;
  }

  committed(): void {
    const arrival = this.#arrival;
    const isEnd = this.#underWay?.isEnd === true;
    this.#underWay = null;
    this.#arrival = LOADED;
    this.#durable = this.#taken;
    this.#driver.account.committed();
    const { flowName, name: executionName } = this.record;
    this.#host.ports.observer.executionAdvanced?.({ flowName, executionName });
    this.#guard(() => this.#report(arrival));
    if (isEnd) return this.#end();
    if (this.#defect !== null) return this.#host.broke(this, this.#defect);
    if (!this.#isGone) this.#guard(() => this.#act(arrival));
  }

  /** Notifies others of facts that are durable now. */
  #report(arrival: Arrival): void {
    if (arrival.kind === 'new') this.#host.started(this, arrival.source);
    else if (arrival.kind === 'redriven') this.#host.redriven(this);
    const orphaned = this.#children.committed();
    if (orphaned.length > 0) this.#host.orphaned(this, orphaned);
  }

  #act(arrival: Arrival): void {
    if (arrival.kind !== 'loaded') this.#driver.armWhole();
    this.#waiters.reached(this.#durable);
    this.#driver.act(this.#durable);
    if (this.#decided.length > 0) this.#host.commit(this);
    if (this.#storedWakeMs !== null && this.isIdle) this.#host.idle(this, this.#storedWakeMs);
  }

  /** The end is durable. It counts even if a defect has broken the run since the queue took the end. */
  #end(): void {
    if (this.#isGone) return;
    this.#guard(() => this.evict());
    this.#waiters.reached(this.#durable);
    this.#host.ended(this);
  }

  dropped(outcome: Dropped): void {
    // The purge came between the commit of the end and its repetition.
    const isPurged = outcome === 'absent' && this.#underWay?.isEnd === true;
    if (isPurged && this.#arrival.kind === 'loaded') return this.committed();
    this.#underWay = null;
    if (this.#isGone) return;
    this.#guard(() => this.evict());
    this.#waiters.fail(this.#errorOf(outcome));
    this.#host.dropped(this, outcome);
  }

  #errorOf(outcome: Dropped): Error {
    const { name, flowName } = this.record;
    if (outcome === 'name-taken') return new NameTaken(`another execution has the name ${name}`);
    if (outcome === 'lost') return new OwnedElsewhere(`another node has execution ${name}`);
    return apiError('ExecutionNotExists', name, flowName);
  }

  aborts(error: unknown): boolean {
    const arrival = this.#arrival;
    if (arrival.kind !== 'new' || !arrival.abortable) return false;
    this.#underWay = null;
    this.#guard(() => this.evict());
    this.#waiters.fail(error);
    this.#host.aborted(this, arrival.source);
    return true;
  }

  refused(error: unknown): void {
    this.#underWay = null;
    this.broke(error, '');
  }

  broke(error: unknown, state: string): void {
    if (this.#defect !== null || this.#isGone) return;
    const defect = new RunBroke(error, state);
    this.#defect = defect;
    // Before the driver's release, which may throw as well.
    this.#waiters.fail(defect);
    // While a change is under way no one knows what the store has; `committed`, `aborts` or `refused` will say.
    if (this.#underWay === null) this.#settleBroken(defect);
    this.#driver.release();
  }

  /** Without a change under way: a start or a redrive that never became durable leaves nothing, any other run is stuck. */
  #settleBroken(defect: RunBroke): void {
    if (this.#arrival.kind === 'loaded') this.#host.broke(this, defect);
    else this.#host.vanished(this, defect);
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.broke(error, '');
    }
  }

  /** The first change of a new execution starts it, that of a redriven one opens it again. */
  #firstChange(): Partial<ExecutionChange> {
    const arrival = this.#arrival;
    if (arrival.kind === 'redriven') {
      const { callbackTo } = arrival;
      return { reopen: true, ...(callbackTo !== null && { callbackTo }) };
    }
    if (arrival.kind === 'loaded') return {};
    // The start time is that of the first event, which may be later than the time in the prepared record.
    const record = { ...this.record, startedMs: this.execution.startedMs };
    const { snapshot, due } = arrival;
    return { start: { record, snapshot, ...(due !== undefined && { due }) } };
  }

  /** The run has decided nothing new and waits. Commits the wake time if the store has another one. */
  #rest(): void {
    const stored = this.#storedWakeMs;
    if (this.#wakeMs() !== stored) this.#host.commit(this);
    else if (stored !== null) this.#host.idle(this, stored);
  }

  /** Continues computing in a later turn. If too much waits for the disk, {@link takeChange} continues it instead. */
  #computeOn(): void {
    const isAhead = this.#turnsAhead >= TURNS_AHEAD_MAX || this.#host.parts.memory.isFull;
    if (isAhead && this.#decided.length > 0) return;
    if (this.#driver.continueLater()) this.#turnsAhead++;
  }

  #wakeMs(): number | null {
    const { execution, calls } = this.#driver;
    // A Map run that starts no children because the server is stopping has to begin again by itself.
    const isQuiet = (id: number): boolean => this.mayCall && this.#driver.mapRun(id)?.isBusy === false;
    return sleepUntilMs(execution, calls, isQuiet, this.#host.clock.steadyMs());
  }
}

/** The records of Map runs that begin with these events: a caller who reads MapRunStarted can describe the run. */
function newMapRuns(
  events: readonly ExecutionEvent[],
  mapRuns: MapRunStarter | null,
): Pick<ExecutionChange, 'mapRuns'> | null {
  let records: MapRunChange[] | null = null;
  for (const { id, type, timeMs, facts } of events) {
    if (type !== 'MapRunStarted' || facts?.mapRun === undefined || facts.mapRun.continues !== undefined) continue;
    const record = mapRuns?.newRecord(facts.mapRun, id, timeMs);
    if (record !== undefined) (records ??= []).push({ record });
  }
  return records === null ? null : { mapRuns: records };
}
