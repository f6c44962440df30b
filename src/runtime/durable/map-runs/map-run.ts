/**
 * One run of a distributed Map: reads the items, starts a child for each or for each batch, and counts how they end. The driver of the
 * execution owns it, as it owns the call of a task.
 *
 * Invariants. The answer to the execution follows the entry about the end of the run, and the report of a child is done once the entry
 * about its end is durable. So a child whose end was ever counted never runs again, and after a crash the log and the children in the
 * store say all that is needed. Children begin in the order of their positions.
 */
import { assert } from '../../../base/assert.ts';
import { inBackground } from '../../../base/isolated.ts';
import { parseJson, stringifyJson } from '../../../base/json.ts';
import type { JsonObject, JsonValue } from '../../../base/json.ts';
import { beginning } from '../../../base/text.ts';
import type { MapCommand } from '../../../interpreter/commands.ts';
import type { Failure, Warning } from '../../../interpreter/event.ts';
import type { Execution } from '../../../interpreter/execution.ts';
import { dataTooLarge } from '../../../interpreter/failure.ts';
import { constructItem } from '../../../interpreter/map-item.ts';
import type { BuiltItem } from '../../../interpreter/map-item.ts';
import { ObjectFault } from '../../../objects/ports.ts';
import type { ExecutionRecord } from '../../../store/executions.ts';
import type { MapRunRecord } from '../../../store/map-runs.ts';
import type { CallingExecution } from '../../driver/calls.ts';
import type { MapRunCaller, MapRunChanges, OpenMapRun } from '../../driver/map-runs.ts';
import type { DecisionMoment } from '../../driver/moment.ts';
import type { ItemOfRun } from '../../map-items.ts';
import { untilItWorks } from '../until-it-works.ts';
import { ItemBatches, itemsOfBatch } from './item-batches.ts';
import type { ItemBatch } from './item-batches.ts';
import { momentOfItem } from './item-moment.ts';
import type { ItemOutcome } from './item-runner.ts';
import { openSource } from './item-source.ts';
import type { ItemStream } from './item-source.ts';
import type { MapRunParts } from './parts.ts';
import { itemsKnown } from './progress.ts';
import type { Progress, RunEnd } from './progress.ts';
import { RunChildren } from './run-children.ts';
import type { ParentRun } from './run-children.ts';
import { RunLog } from './run-log.ts';
import { RunResults } from './run-results.ts';
import type { LoggedRun } from './run-log.ts';

/** Children between two looks at the time that the loop has used. */
const CHILDREN_PER_TURN = 16;
const SKIPPED_PER_TURN = 512;
/** UTF-16 units of the error and the cause of a failed child in the log. */
const ERROR_UNITS = 128;
const CAUSE_UNITS = 4_096;
/** Warnings of ItemConstructor that a run retains. */
const WARNINGS_MAX = 20;

export class MapRun implements OpenMapRun, LoggedRun, ParentRun {
  readonly #parts: MapRunParts;
  readonly #command: MapCommand;
  readonly #calling: CallingExecution;
  readonly #execution: Execution;
  readonly #moment: DecisionMoment;
  readonly #caller: MapRunCaller;
  /** Id of the execution. */
  readonly #id: number;
  readonly #log: RunLog;
  readonly #abort = new AbortController();
  readonly #loading = Promise.withResolvers<void>();
  readonly #children: RunChildren;
  readonly #results: RunResults;
  readonly #warnings: Warning[] = [];
  #shared: ItemOfRun | null = null;
  /** Items that were read. */
  #read = 0;
  /** The last mark of the source that was looked at. */
  #mark: JsonObject | null = null;
  /** Why the run ends without success. */
  #failing: Failure | null = null;
  #isLoaded = false;
  #isWaiting = false;
  #isClosed = false;
  #wake: (() => void) | null = null;
  #quiet: (() => void)[] = [];

  constructor(
    parts: MapRunParts,
    command: MapCommand,
    calling: CallingExecution,
    execution: Execution,
    moment: DecisionMoment,
    caller: MapRunCaller,
  ) {
    const { execution: id } = calling;
    assert(id !== null, 'only a Standard execution has Map runs');
    this.#parts = parts;
    this.#command = command;
    this.#calling = calling;
    this.#execution = execution;
    this.#moment = moment;
    this.#caller = caller;
    this.#id = id;
    this.#log = new RunLog(parts, command, id, this);
    this.#children = new RunChildren(parts, command, calling, id, this);
    this.#results = new RunResults(parts, command, { id, key: this.#log.key, flowName: calling.start.flowName });
  }

  begin(): void {
    inBackground(this.#parts.ports.observer, 'a Map run', () =>
      this.#run().catch((error: unknown) => this.refused(error)),
    );
  }

  get isBusy(): boolean {
    if (this.#isClosed) return false;
    return !this.#isLoaded || !this.#isWaiting || this.#children.areStarting || !this.#log.isDurable;
  }

  get record(): MapRunRecord | null {
    return this.#log.record;
  }

  get waitsFor(): string {
    if (!this.#isLoaded) return 'It is being loaded.';
    const { whole, ended } = this.#progress;
    const of = whole === null ? '' : ` of ${whole.children}`;
    const { count, why } = this.#children.waiting;
    const started = `${this.#children.size - count} of its executions are running, ${ended}${of} have ended.`;
    if (!this.#caller.mayCall) return `${started} It starts no others, because the server is stopping.`;
    return count === 0 ? started : `${started} The server has no room for more yet: ${why}`;
  }

  get runningItems(): number {
    return this.#children.items;
  }

  get readItems(): number {
    return this.#read;
  }

  get concurrency(): number {
    const { mapRunConcurrency } = this.#parts.limits;
    const { concurrency } = this.#command.run;
    return this.#progress.updatedConcurrency ?? Math.min(concurrency ?? mapRunConcurrency, mapRunConcurrency);
  }

  whenQuiet(): Promise<void> {
    return this.isBusy ? new Promise((resolve) => this.#quiet.push(resolve)) : Promise.resolve();
  }

  async itemEnded(child: ExecutionRecord): Promise<boolean> {
    await this.#loading.promise;
    const { mapItem, name, startedMs, stoppedMs } = child;
    if (this.#isClosed || mapItem === null) return false;
    const { index } = mapItem;
    // A failure that is not durable yet can be gone after a restart. The run then continues, and needs this end.
    if (this.#failing !== null && this.#progress.end === null) return false;
    // When the run has ended, or knows this one, there is nothing to add.
    if (!this.#isOver && !this.#progress.hasEnded(index)) {
      const times = { name, startedMs, stoppedMs };
      const outcome: ItemOutcome =
        child.status === 'Succeeded'
          ? { ok: true, output: parseJson(child.output), ...times }
          : { ok: false, failure: { error: child.error, cause: child.cause }, ...times };
      const items = this.#command.run.batch === undefined ? 1 : itemsOfBatch(child.input);
      this.#ended(index, items, child.input, outcome);
      this.#signal();
    }
    return this.#log.durable();
  }

  async update(changes: MapRunChanges): Promise<MapRunRecord | null> {
    await this.#loading.promise;
    if (this.#isClosed || this.#isOver) return null;
    this.#log.add({ kind: 'updated', ...changes });
    this.#check();
    return (await this.#log.durable()) ? this.record : null;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#abort.abort();
    this.#children.stop();
    this.#loading.resolve();
    this.#log.close();
    this.#signal();
    for (const resolve of this.#quiet.splice(0)) resolve();
  }

  busy(): void {
    this.#caller.busy();
  }

  committed(): void {
    this.#report();
    const { end } = this.#progress;
    if (end !== null && this.#log.isDurable) return this.#answer(end);
    this.#signal();
    this.#tellQuiet();
  }

  #report(): void {
    const { flowName, name: executionName } = this.#calling.start;
    this.#parts.ports.observer.mapRunAdvanced?.({ flowName, executionName, mapRunName: this.#command.run.name });
  }

  absent(): void {
    this.close();
  }

  /** A defect has ended the run. */
  refused(error: unknown): void {
    if (this.#isClosed) return;
    this.close();
    this.#caller.broke(error, this.#command.id);
  }

  get #progress(): Progress {
    return this.#log.progress;
  }

  get #isOver(): boolean {
    return this.#failing !== null || this.#progress.end !== null;
  }

  /** True when the run does no more: it has left memory, or its end is decided. */
  get isDone(): boolean {
    return this.#isClosed || this.#isOver;
  }

  get #flowName(): string {
    return this.#calling.start.flowName;
  }

  async #run(): Promise<void> {
    const { ports, limits, refusalOfDepth } = this.#parts;
    await untilItWorks(
      ports,
      'loading a Map run',
      () => this.#isClosed,
      () => this.#load(),
    );
    if (this.#isClosed) return;
    this.#isLoaded = true;
    this.#loading.resolve();
    const { end } = this.#progress;
    if (end !== null) return this.#answer(end);
    this.#log.touch();
    this.#check();
    const { mapItems } = limits;
    if (mapItems !== null && (itemsKnown(this.#command.run) ?? 0) > mapItems) this.#fail(tooManyItems(mapItems));
    const tooDeep = refusalOfDepth(this.#children.origin.ancestry.depth);
    if (tooDeep !== null) this.#fail(tooDeep);
    await this.#process();
    if (!this.#isClosed) await this.#finish();
  }

  /** Folds the log, and finds the children that were started and have not ended. */
  async #load(): Promise<void> {
    const { store, ports } = this.#parts;
    const { state, run, id } = this.#command;
    const parent = await store.get(this.#id);
    const snapshot = parent === null ? null : await store.snapshot(parent.flowId, parent.revision);
    await this.#log.load(this.#flowName);
    const awaited = await store.mapRunItems(run.name, id);
    if (this.#isClosed) return;
    assert(parent !== null && snapshot !== null, `the store has execution ${this.#id}, which runs`);
    this.#shared = { name: run.name, state: state.index, parent, snapshot, plan: this.#execution.plan };
    this.#read = itemsKnown(run) ?? this.record?.total ?? 0;
    if (run.continues !== undefined && this.#progress.redrivenAs !== id) {
      // The children that run were stopped; those that come again take over what is left of them.
      return this.#log.add({ kind: 'redriven', event: id, atMs: ports.clock.nowMs() });
    }
    for (const index of awaited) {
      if (!this.#progress.hasEnded(index)) await this.#children.found(index, parent.flowId);
    }
  }

  /** Starts children until all have ended, or the run fails. */
  async #process(): Promise<void> {
    try {
      if (this.#progress.next === 1) await this.#checkWriter();
      if (!this.isDone && !this.#areAllStarted) await this.#startAll();
    } catch (error) {
      this.#failBy('FnF.ItemReaderFailed', error);
    }
    while (!this.isDone && this.#children.size + this.#log.uncommittedEnds > 0) await this.#wait();
  }

  /** True when every child that has not ended was started: the source is not needed any more. */
  get #areAllStarted(): boolean {
    const { whole, ended } = this.#progress;
    return whole !== null && whole.children === ended + this.#children.size;
  }

  /** A place that cannot be written fails the run before any work is done. */
  async #checkWriter(): Promise<void> {
    try {
      await this.#results.check(this.#abort.signal);
    } catch (error) {
      this.#failBy('FnF.ResultWriterFailed', error);
    }
  }

  async #startAll(): Promise<void> {
    const { objects, limits } = this.#parts;
    const reading = await openSource(objects, this.#command, this.#progress.mark, this.#abort.signal);
    try {
      const batches = new ItemBatches({
        reading,
        batch: this.#command.run.batch ?? null,
        inputBytesMax: limits.stateDataBytes,
        build: (item, index) => this.#build(item, index),
        isOver: (index) => this.#isStarted(index),
      });
      await this.#startEach(batches, reading);
    } finally {
      reading.close();
    }
  }

  #build(item: JsonValue, index: number): BuiltItem {
    const secret = `${this.#shared?.parent.identity ?? ''}/${this.#command.run.name}`;
    const moment = momentOfItem(this.#moment, secret, index);
    const built = constructItem(this.#execution, this.#command, moment, item, index);
    for (const warning of built.warnings ?? []) {
      if (this.#warnings.length < WARNINGS_MAX) this.#warnings.push(warning);
    }
    return built;
  }

  async #startEach(batches: ItemBatches, reading: ItemStream): Promise<void> {
    const { turns, limits } = this.#parts;
    let skipped = 0;
    for (;;) {
      const batch = await batches.next();
      if (this.isDone) return;
      this.#noteMark(reading.mark);
      this.#read = Math.max(this.#read, batches.items);
      if (limits.mapItems !== null && batches.items > limits.mapItems) return this.#fail(tooManyItems(limits.mapItems));
      if (batch === null) break;
      if (this.#isStarted(batch.index)) {
        if (++skipped % SKIPPED_PER_TURN === 0) await turns.later(this.#flowName);
        continue;
      }
      while (!this.isDone && !this.#hasRoom) await this.#wait();
      if (this.isDone) return;
      this.#start(batch);
      if (turns.isOver || batch.index % CHILDREN_PER_TURN === 0) await turns.later(this.#flowName);
    }
    if (this.#progress.whole !== null) return;
    this.#log.add({ kind: 'read', children: batches.children, items: batches.items });
    this.#check();
  }

  #isStarted(index: number): boolean {
    return this.#progress.hasEnded(index) || this.#children.has(index);
  }

  /**
   * True while another child may begin: not while the server refuses one, because each of them would try again every second. The end of a Standard child is in the store before the run has it; that of an Express child takes
   * its place until it is durable, which bounds how many would run again after a crash.
   */
  get #hasRoom(): boolean {
    const isExpress = this.#command.state.distributed.childMode === 'Express';
    const underWay = this.#children.size + (isExpress ? this.#log.uncommittedEnds : 0);
    return this.#caller.mayCall && underWay < this.concurrency && this.#children.waiting.count === 0;
  }

  /** The identity of a listing covers the objects that it has returned so far. */
  #noteMark(mark: JsonObject): void {
    if (mark === this.#mark || Object.keys(mark).length === 0) return;
    this.#mark = mark;
    const { mark: known } = this.#progress;
    if (known === null || stringifyJson(known) !== stringifyJson(mark)) this.#log.add({ kind: 'source', mark });
  }

  #start(batch: ItemBatch): void {
    const shared = this.#shared;
    assert(shared !== null, 'a child starts after the load');
    this.#children.start(batch, shared);
    this.#log.touch();
  }

  get mayStart(): boolean {
    return !this.isDone && this.#caller.mayCall;
  }

  childEnded(index: number, items: number, outcome: ItemOutcome): void {
    this.#ended(index, items, '', outcome);
  }

  startEnded(): void {
    // The record has counted the child since its start was decided; the child itself is there only now.
    this.#report();
    this.#signal();
    this.#tellQuiet();
  }

  /** @param input as JSON text, for a child whose start this run does not remember */
  #ended(index: number, items: number, input: string, outcome: ItemOutcome): void {
    const given = this.#children.ended(index);
    const { name, startedMs, stoppedMs } = outcome;
    const isWritten = this.#command.run.writer !== undefined;
    const end = { index, items, startedMs, stoppedMs, name, ...(isWritten && { input: given === '' ? input : given }) };
    this.#log.add(
      outcome.ok
        ? { kind: 'succeeded', output: outcome.output, ...end }
        : { kind: 'failed', failure: shortened(outcome.failure), ...end },
    );
    this.#check();
  }

  /** Fails the run if too much has failed, or the outputs are too large. */
  #check(): void {
    const failure = this.#progress.exceeded();
    if (failure !== null) return this.#fail(failure);
    if (!this.#progress.isTooLarge) return;
    const what = `The result of the Map ${this.#command.state.name}`;
    const { error, cause } = dataTooLarge(what, this.#parts.limits.stateDataBytes);
    this.#fail({ error, cause: `${cause} A ResultWriter takes larger results.` });
  }

  #fail(failure: Failure): void {
    if (this.#isOver) return;
    this.#failing = failure;
    this.#children.stop();
    this.#signal();
  }

  /** Fails the run by a problem with an object. @throws any other error, which is a defect */
  #failBy(error: 'FnF.ItemReaderFailed' | 'FnF.ResultWriterFailed', fault: unknown): void {
    if (this.#isClosed) return;
    if (!(fault instanceof ObjectFault)) throw fault;
    this.#fail({ error, cause: fault.message });
  }

  /** Writes the results, and ends the run durably before the execution gets the answer. */
  async #finish(): Promise<void> {
    if (!(await this.#log.durable())) return;
    let written: JsonValue | null = null;
    try {
      const isWritten = this.#command.run.writer !== undefined;
      const pending = isWritten ? await this.#children.pending(this.#shared?.parent.flowId ?? '') : [];
      written = await this.#results.write(this.#progress, pending, this.#abort.signal);
    } catch (error) {
      this.#failBy('FnF.ResultWriterFailed', error);
    }
    if (this.#isClosed) return;
    const failure = this.#failing;
    const end = { kind: 'ended', atMs: this.#parts.ports.clock.nowMs(), warnings: this.#warnings } as const;
    this.#log.add(failure === null ? { ...end, output: written ?? { Items: this.#outputs() } } : { ...end, failure });
  }

  /** Null in the place of an item that failed and is tolerated. */
  #outputs(): JsonValue[] {
    const { outputs, whole } = this.#progress;
    return Array.from({ length: whole?.children ?? 0 }, (_, index) => outputs[index] ?? null);
  }

  #answer(end: RunEnd): void {
    const { id } = this.#command;
    const { warnings = [] } = end;
    this.#isWaiting = true;
    this.#caller.answered(
      'failure' in end
        ? { kind: 'map-run-failed', id, failure: end.failure, warnings }
        : { kind: 'map-run-succeeded', id, output: end.output, warnings },
    );
  }

  /** Resolves when a child has ended durably, the bounds have changed, or the run is over. */
  async #wait(): Promise<void> {
    this.#isWaiting = true;
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#tellQuiet();
    await woken;
  }

  #signal(): void {
    const wake = this.#wake;
    if (wake === null) return;
    this.#wake = null;
    this.#isWaiting = false;
    wake();
  }

  #tellQuiet(): void {
    if (this.#isClosed || this.isBusy) return;
    for (const resolve of this.#quiet.splice(0)) resolve();
    this.#caller.quiet();
  }
}

function shortened({ error, cause }: Failure): Failure {
  return { error: beginning(error, ERROR_UNITS), cause: beginning(cause, CAUSE_UNITS) };
}

function tooManyItems(limit: number): Failure {
  const cause = `The Map has more than ${limit} items, the limit (limits.mapItems). Take fewer with MaxItems, or raise the limit.`;
  return { error: 'FnF.DataLimitExceeded', cause };
}
