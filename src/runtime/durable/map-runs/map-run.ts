/**
 * One run of a distributed Map: reads the items, starts a child for each or for each batch, and counts how they end. The driver of the
 * execution owns it, as it owns the call of a task.
 *
 * Invariants. The run acts on the end of a child once the entry about it is durable: then a place for another child is free, and the
 * answer to the execution follows the entry about the end of the run. So a child whose end was ever counted never runs again, and
 * after a crash the log and the children in the store say all that is needed. Children begin in the order of their positions.
 */
import { assert } from '../../../base/assert.ts';
import { inBackground } from '../../../base/isolated.ts';
import { isJsonArray, isJsonObject, memberOf, parseJson, stringifyJson } from '../../../base/json.ts';
import type { JsonObject, JsonValue } from '../../../base/json.ts';
import { beginning } from '../../../base/text.ts';
import type { MapCommand } from '../../../interpreter/commands.ts';
import type { Failure } from '../../../interpreter/event.ts';
import type { Execution } from '../../../interpreter/execution.ts';
import { dataTooLarge } from '../../../interpreter/failure.ts';
import { constructItem } from '../../../interpreter/map-item.ts';
import { mapRunKey } from '../../../interpreter/map-run-spec.ts';
import { ObjectFault } from '../../../objects/ports.ts';
import type { ItemReading, ResultWriting } from '../../../objects/ports.ts';
import type { ExecutionChange, ExecutionRecord } from '../../../store/executions.ts';
import type { MapRunRecord } from '../../../store/map-runs.ts';
import type { CallingExecution } from '../../driver/calls.ts';
import type { MapRunCaller, MapRunChanges, OpenMapRun } from '../../driver/map-runs.ts';
import type { DecisionMoment } from '../../driver/moment.ts';
import type { ItemOfRun } from '../../map-items.ts';
import { belowStandard } from '../../start-origin.ts';
import type { StartOrigin } from '../../start-origin.ts';
import { PARENT_GONE } from '../children/awaited-children.ts';
import type { Committable } from '../commit-queue.ts';
import { EventWaiters } from '../event-waiters.ts';
import { untilItWorks } from '../until-it-works.ts';
import { decodeEntries, encodeEntries } from './entries.ts';
import type { MapRunEntry } from './entries.ts';
import { ItemBatches } from './item-batches.ts';
import type { ItemBatch } from './item-batches.ts';
import type { ItemOutcome } from './item-runner.ts';
import { openSource, textOf } from './item-source.ts';
import type { MapRunParts } from './map-runs.ts';
import { Progress, itemsKnown } from './progress.ts';
import type { RunEnd } from './progress.ts';
import { writeResults } from './results.ts';
import type { PendingItem } from './results.ts';

/** Children between two looks at the time that the loop has used. */
const CHILDREN_PER_TURN = 16;
const SKIPPED_PER_TURN = 512;
/** Rows of the log that one piece of a load reads. */
const ROWS_AT_ONCE = 4;
/** UTF-16 units of the name of the execution in the names of its children, which may have 128 characters. */
const NAME_UNITS = 96;
const RUN_NAME_UNITS = 12;
/** UTF-16 units of the error and the cause of a failed child in the log. */
const ERROR_UNITS = 128;
const CAUSE_UNITS = 4_096;

interface RunningItem {
  readonly items: number;
  readonly name: string;
  /** As JSON text; empty without a ResultWriter, and for a child that was started before a restart. */
  readonly input: string;
}

export class MapRun implements OpenMapRun, Committable {
  readonly #parts: MapRunParts;
  readonly #command: MapCommand;
  readonly #calling: CallingExecution;
  readonly #execution: Execution;
  readonly #moment: DecisionMoment;
  readonly #caller: MapRunCaller;
  readonly #key: number;
  readonly #id: number;
  readonly #progress: Progress;
  readonly #waiters = new EventWaiters();
  readonly #abort = new AbortController();
  /** Stops the Express children. */
  readonly #stop = new AbortController();
  readonly #loading = Promise.withResolvers<void>();
  /** Children that have been started, or are being started, by their positions. */
  readonly #running = new Map<number, RunningItem>();
  #shared: ItemOfRun | null = null;
  #startedMs = 0;
  /** Decided and not taken into a change yet. */
  #entries: MapRunEntry[] = [];
  /** Number of the first of them. */
  #firstEntry = 1;
  /** How many entries the change under way has; null without one. */
  #taken: number | null = null;
  /** Ends of children that are not durable yet. */
  #uncommitted = 0;
  /** Items that were read. */
  #read = 0;
  /** Why the run ends without success. */
  #failing: Failure | null = null;
  /** Starts under way: of an Express child until its end. */
  #starting = 0;
  #isLoaded = false;
  #isWaiting = false;
  #isClosed = false;
  #isDirty = false;
  #wake: (() => void) | null = null;
  #quiet: (() => void)[] = [];
  #record: MapRunRecord | null = null;

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
    this.#key = mapRunKey(command.run, command.id);
    this.#id = id;
    this.#progress = new Progress(command.run, parts.limits.stateDataBytes);
  }

  begin(): void {
    const { observer } = this.#parts.ports;
    inBackground(observer, 'a Map run', () => this.#run().catch((error: unknown) => this.#broke(error)));
  }

  get isBusy(): boolean {
    if (this.#isClosed) return false;
    return (
      !this.#isLoaded || !this.#isWaiting || this.#starting > 0 || this.#taken !== null || this.#entries.length > 0
    );
  }

  get record(): MapRunRecord | null {
    return this.#record;
  }

  get waitsFor(): string {
    if (!this.#isLoaded) return 'It is being loaded.';
    const { whole, ended } = this.#progress;
    const of = whole === null ? '' : ` of ${whole.children}`;
    const started = `${this.#running.size} of its executions are running, ${ended}${of} have ended.`;
    return this.#caller.mayCall ? started : `${started} It starts no others, because the server is stopping.`;
  }

  whenQuiet(): Promise<void> {
    return this.isBusy ? new Promise((resolve) => this.#quiet.push(resolve)) : Promise.resolve();
  }

  async itemEnded(child: ExecutionRecord): Promise<boolean> {
    await this.#loading.promise;
    const { mapItem, name, startedMs, stoppedMs } = child;
    if (this.#isClosed || mapItem === null) return false;
    const { index } = mapItem;
    // The run has decided about its end, or knows this one.
    if (this.#isOver || this.#progress.hasEnded(index)) return this.#isDurable();
    const items = this.#running.get(index)?.items ?? itemsOf(child, this.#command);
    const times = { name, startedMs, stoppedMs };
    this.#ended(
      index,
      items,
      child.input,
      child.status === 'Succeeded'
        ? { ok: true, output: parseJson(child.output), ...times }
        : { ok: false, failure: { error: child.error, cause: child.cause }, ...times },
    );
    return this.#isDurable();
  }

  async update(changes: MapRunChanges): Promise<MapRunRecord | null> {
    await this.#loading.promise;
    if (this.#isClosed || this.#isOver) return null;
    this.#add({ kind: 'updated', ...changes });
    this.#check();
    return (await this.#isDurable()) ? this.#record : null;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#abort.abort();
    this.#stop.abort(PARENT_GONE);
    this.#loading.resolve();
    this.#waiters.fail(new Error('the Map run has left memory'));
    this.#signal();
    this.#tellQuiet();
  }

  get #isOver(): boolean {
    return this.#failing !== null || this.#progress.end !== null;
  }

  /** Resolves with true when all entries so far are durable, with false when the run has left memory before. */
  async #isDurable(): Promise<boolean> {
    const last = this.#progress.next - 1;
    if (last < this.#firstEntry && this.#taken === null && this.#entries.length === 0) return true;
    try {
      await this.#waiters.until(last);
      return true;
    } catch {
      return false;
    }
  }

  async #run(): Promise<void> {
    await untilItWorks(
      this.#parts.ports,
      'loading a Map run',
      () => this.#isClosed,
      () => this.#load(),
    );
    if (this.#isClosed) return;
    this.#isLoaded = true;
    this.#loading.resolve();
    const { end } = this.#progress;
    if (end !== null) return this.#answer(end);
    this.#touch();
    this.#check();
    const { mapItems } = this.#parts.limits;
    if (mapItems !== null && (itemsKnown(this.#command.run) ?? 0) > mapItems) this.#fail(tooManyItems(mapItems));
    const tooDeep = this.#parts.refusalOfDepth(this.#origin.ancestry.depth);
    if (tooDeep !== null) this.#fail(tooDeep);
    await this.#process();
    if (!this.#isClosed) await this.#finish();
  }

  /** Folds the log, and finds the children that were started and have not ended. */
  async #load(): Promise<void> {
    const { store, turns, ports } = this.#parts;
    const { state, run, id } = this.#command;
    const parent = await store.get(this.#id);
    const snapshot = parent === null ? null : await store.snapshot(parent.flowId, parent.revision);
    const record = await store.mapRun(this.#id, run.name);
    for (let next = this.#progress.next; parent !== null; next = this.#progress.next) {
      const rows = await store.mapRunLog(this.#id, this.#key, next, ROWS_AT_ONCE);
      for (const { events } of rows) {
        await turns.later(this.#flowName);
        for (const entry of decodeEntries(events)) this.#progress.take(entry);
      }
      if (rows.length < ROWS_AT_ONCE) break;
    }
    const awaited = await store.mapRunItems(run.name);
    if (this.#isClosed) return;
    // A purge has deleted the execution; its run learns of that by its next commit.
    if (parent === null || snapshot === null) throw new Error(`the store has no execution ${this.#id}`);
    this.#shared = { name: run.name, state: state.index, parent, snapshot, plan: this.#execution.plan };
    this.#record = record;
    this.#startedMs = record === null || record.startedMs === 0 ? ports.clock.nowMs() : record.startedMs;
    this.#firstEntry = this.#progress.next;
    this.#read = itemsKnown(run) ?? record?.total ?? 0;
    if (this.#progress.redrivenAs !== id && run.continues !== undefined) {
      this.#add({ kind: 'redriven', event: id, atMs: ports.clock.nowMs() });
      return;
    }
    for (const index of awaited) {
      if (!this.#progress.hasEnded(index)) this.#running.set(index, { items: 1, name: '', input: '' });
    }
  }

  /** Starts children until all have ended, or the run fails. */
  async #process(): Promise<void> {
    try {
      if (this.#progress.next === 1) await this.#checkWriter();
      if (!this.#isOver && !this.#isClosed && !this.#areAllStarted) await this.#startAll();
    } catch (error) {
      if (this.#isClosed) return;
      if (!(error instanceof ObjectFault)) throw error;
      this.#fail({ error: 'FnF.ItemReaderFailed', cause: error.message });
    }
    while (!this.#isClosed && !this.#isOver && this.#running.size + this.#uncommitted > 0) await this.#wait();
  }

  /** True when every child that has not ended was started: the source is not needed any more. */
  get #areAllStarted(): boolean {
    const { whole, ended } = this.#progress;
    return whole !== null && whole.children === ended + this.#running.size;
  }

  /** A place that cannot be written fails the run before any work is done. */
  async #checkWriter(): Promise<void> {
    try {
      await (await this.#openResults())?.check();
    } catch (error) {
      this.#failWriting(error);
    }
  }

  #openResults(): Promise<ResultWriting> | null {
    const { run } = this.#command;
    if (run.writer === undefined) return null;
    const place = { bucket: textOf(run.writer, 'Bucket'), prefix: textOf(run.writer, 'Prefix') };
    return this.#parts.objects.openResults(place, run.name, this.#abort.signal);
  }

  #failWriting(error: unknown): void {
    if (this.#isClosed) return;
    if (!(error instanceof ObjectFault)) throw error;
    this.#fail({ error: 'FnF.ResultWriterFailed', cause: error.message });
  }

  async #startAll(): Promise<void> {
    const { objects, limits } = this.#parts;
    const reading = await openSource(objects, this.#command, this.#progress.mark, this.#abort.signal);
    try {
      const { run } = this.#command;
      const batches = new ItemBatches({
        reading,
        batch: run.batch ?? null,
        inputBytesMax: limits.stateDataBytes,
        build: (item, index) => constructItem(this.#execution, this.#command, this.#moment, item, index),
        isOver: (index) => this.#isStarted(index),
      });
      await this.#startEach(batches, reading);
    } finally {
      reading.close();
    }
  }

  async #startEach(batches: ItemBatches, reading: ItemReading): Promise<void> {
    const { turns, limits } = this.#parts;
    let skipped = 0;
    for (;;) {
      const batch = await batches.next();
      if (this.#isClosed || this.#isOver) return;
      this.#noteMark(reading.mark);
      this.#read = Math.max(this.#read, batches.items);
      if (limits.mapItems !== null && batches.items > limits.mapItems) return this.#fail(tooManyItems(limits.mapItems));
      if (batch === null) break;
      if (this.#isStarted(batch.index)) {
        if (++skipped % SKIPPED_PER_TURN === 0) await turns.later(this.#flowName);
        continue;
      }
      while (!this.#isClosed && !this.#isOver && !this.#hasRoom) await this.#wait();
      if (this.#isClosed || this.#isOver) return;
      this.#start(batch);
      if (turns.isOver || batch.index % CHILDREN_PER_TURN === 0) await turns.later(this.#flowName);
    }
    this.#add({ kind: 'read', children: batches.children, items: batches.items });
    this.#check();
  }

  #isStarted(index: number): boolean {
    return this.#progress.hasEnded(index) || this.#running.has(index);
  }

  /** True while another child may begin. */
  get #hasRoom(): boolean {
    return this.#caller.mayCall && this.#running.size + this.#uncommitted < this.#concurrency;
  }

  get #concurrency(): number {
    const { mapRunConcurrency } = this.#parts.limits;
    return Math.min(this.#progress.concurrency ?? mapRunConcurrency, mapRunConcurrency);
  }

  /** What a listing has returned so far is part of its identity. */
  #noteMark(mark: JsonObject): void {
    const known = this.#progress.mark;
    if (Object.keys(mark).length === 0 || (known !== null && stringifyJson(known) === stringifyJson(mark))) return;
    this.#add({ kind: 'source', mark });
  }

  #start(batch: ItemBatch): void {
    const { run } = this.#command;
    const { index, items, input, failure } = batch;
    const name = this.#nameOf(index);
    this.#running.set(index, { items, name, input: run.writer === undefined ? '' : stringifyJson(input) });
    if (failure !== null) {
      const nowMs = this.#parts.ports.clock.nowMs();
      this.#ended(index, items, '', { ok: false, name: '', failure, startedMs: nowMs, stoppedMs: nowMs });
      return;
    }
    this.#starting++;
    this.#touch();
    inBackground(this.#parts.ports.observer, 'starting an item of a Map run', () =>
      this.#startItem(batch, name).catch((error: unknown) => this.#broke(error)),
    );
  }

  async #startItem({ index, items, input }: ItemBatch, name: string): Promise<void> {
    const { items: runner } = this.#parts;
    const { state, run } = this.#command;
    const shared = this.#shared;
    assert(shared !== null, 'a child starts after the load');
    const outcome = await runner.start(
      state.distributed.childMode,
      shared,
      { name, index, input },
      this.#origin,
      run.continues ?? [],
      this.#stop.signal,
      () => this.#isClosed || this.#isOver || !this.#caller.mayCall,
    );
    this.#starting--;
    if (outcome !== null && !this.#isClosed && !this.#isOver) this.#ended(index, items, null, outcome);
    this.#tellQuiet();
  }

  get #origin(): StartOrigin & { readonly from: 'map' } {
    const { start, ancestry } = this.#calling;
    const { flowName, name } = start;
    const below = belowStandard({ flowName, name, ancestry }, this.#command.state.name);
    return { from: 'map', task: { execution: this.#id, event: this.#command.id }, ancestry: below };
  }

  /** A name that only a repetition of the same start gets again: of the execution, the run and the position. */
  #nameOf(index: number): string {
    const { name } = this.#calling.start;
    return `${name.slice(0, NAME_UNITS)}-${this.#command.run.name.slice(0, RUN_NAME_UNITS)}-${index}`;
  }

  /** @param input as JSON text; null: that of the start */
  #ended(index: number, items: number, input: string | null, outcome: ItemOutcome): void {
    const running = this.#running.get(index);
    this.#running.delete(index);
    const { name, startedMs, stoppedMs } = outcome;
    const isWritten = this.#command.run.writer !== undefined;
    const end = {
      ...{ index, items, startedMs, stoppedMs, name },
      ...(isWritten && { input: running?.input || input || '' }),
    };
    this.#uncommitted++;
    this.#add(
      outcome.ok
        ? { kind: 'succeeded', output: outcome.output, ...end }
        : { kind: 'failed', failure: shortened(outcome.failure), ...end },
    );
    this.#check();
  }

  /** Fails the run if too much has failed, or the outputs are too large. */
  #check(): void {
    const { state } = this.#command;
    const failure = this.#progress.exceeded();
    if (failure !== null) return this.#fail(failure);
    if (!this.#progress.isTooLarge) return;
    const { error, cause } = dataTooLarge(`The result of the Map ${state.name}`, this.#parts.limits.stateDataBytes);
    this.#fail({ error, cause: `${cause} A ResultWriter takes larger results.` });
  }

  #fail(failure: Failure): void {
    if (this.#isOver) return;
    this.#failing = failure;
    this.#stop.abort(PARENT_GONE);
    this.#signal();
  }

  /** Writes the results, and ends the run durably before the execution gets the answer. */
  async #finish(): Promise<void> {
    const pending = this.#pending();
    if (!(await this.#isDurable())) return;
    let output: JsonValue = { Items: this.#outputs() };
    try {
      const writing = await this.#openResults();
      if (writing !== null) {
        const { store, turns } = this.#parts;
        const mapRunName = this.#command.run.name;
        const of = { store, turns, flowName: this.#flowName, execution: this.#id, key: this.#key, mapRunName };
        output = await writeResults(of, writing, this.#progress, pending);
      }
    } catch (error) {
      this.#failWriting(error);
    }
    if (this.#isClosed) return;
    const atMs = this.#parts.ports.clock.nowMs();
    const failure = this.#failing;
    this.#add(failure === null ? { kind: 'ended', atMs, output } : { kind: 'ended', atMs, failure });
  }

  /** Null in the place of an item that failed and is tolerated. */
  #outputs(): JsonValue[] {
    const { outputs, whole } = this.#progress;
    return Array.from({ length: whole?.children ?? 0 }, (_, index) => outputs[index] ?? null);
  }

  #pending(): PendingItem[] {
    return [...this.#running].map(([index, { name, input }]) => ({ index, name: name || this.#nameOf(index), input }));
  }

  #answer(end: RunEnd): void {
    const { id } = this.#command;
    this.#isWaiting = true;
    this.#caller.answered(
      'failure' in end
        ? { kind: 'map-run-failed', id, failure: end.failure }
        : { kind: 'map-run-succeeded', id, output: end.output },
    );
  }

  get #flowName(): string {
    return this.#calling.start.flowName;
  }

  #add(entry: MapRunEntry): void {
    this.#progress.take(entry);
    this.#entries.push(entry);
    this.#touch();
  }

  /** Commits the record and the entries. */
  #touch(): void {
    this.#isDirty = true;
    this.#caller.busy();
    this.#parts.queue.add(this);
  }

  takeChange(): ExecutionChange | null {
    if (this.#isClosed || !this.#isLoaded || !this.#isDirty) return null;
    const row = this.#entries.length === 0 ? null : encodeEntries(this.#entries);
    const taken = this.#entries.splice(0, row?.count ?? 0);
    const first = this.#firstEntry;
    this.#firstEntry += taken.length;
    this.#taken = taken.length;
    this.#isDirty = this.#entries.length > 0;
    this.#record = this.#recordNow();
    const log = row === null ? null : { first, count: row.count, events: row.text };
    return { id: this.#id, mapRuns: [{ record: this.#record, ...(log !== null && { log }) }] };
  }

  /** After the entries that were taken. */
  #recordNow(): MapRunRecord {
    const { succeededItems, failedItems, toleratedCount, toleratedPercentage, end, whole } = this.#progress;
    let [succeeded, failed, isEnded] = [succeededItems, failedItems, end !== null];
    for (const entry of this.#entries) {
      if (entry.kind === 'succeeded') succeeded -= entry.items;
      if (entry.kind === 'failed') failed -= entry.items;
      if (entry.kind === 'ended') isEnded = false;
    }
    let running = 0;
    for (const { items } of this.#running.values()) running += items;
    const status = end === null || !isEnded ? 'Running' : 'failure' in end ? 'Failed' : 'Succeeded';
    return {
      ...{ name: this.#command.run.name, key: this.#key, event: this.#command.id, status },
      startedMs: this.#startedMs,
      stoppedMs: end !== null && isEnded ? end.atMs : 0,
      concurrency: this.#concurrency,
      ...{ toleratedCount, toleratedPercentage },
      total: whole?.items ?? Math.max(this.#read, succeeded + failed + running),
      running: isEnded ? 0 : running,
      ...{ succeeded, failed: Math.max(0, failed) },
    };
  }

  committed(): void {
    this.#taken = null;
    this.#uncommitted = this.#entries.filter(({ kind }) => kind === 'succeeded' || kind === 'failed').length;
    if (this.#isClosed) return;
    this.#waiters.reached(this.#firstEntry - 1);
    const { end } = this.#progress;
    if (end !== null && this.#entries.length === 0) return this.#answer(end);
    if (this.#isDirty) this.#parts.queue.add(this);
    this.#signal();
    this.#tellQuiet();
  }

  absent(): void {
    this.close();
  }

  aborts(): boolean {
    return false;
  }

  refused(error: unknown): void {
    this.#broke(error);
  }

  #broke(error: unknown): void {
    if (this.#isClosed) return;
    this.close();
    this.#caller.broke(error, this.#command.id);
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
    this.#isWaiting = false;
    const wake = this.#wake;
    this.#wake = null;
    if (wake === null) this.#isWaiting = false;
    else wake();
  }

  #tellQuiet(): void {
    if (this.isBusy) return;
    for (const resolve of this.#quiet.splice(0)) resolve();
    if (!this.#isClosed) this.#caller.quiet();
  }
}

/** Items of a child whose run was loaded since it began. */
function itemsOf({ input }: ExecutionRecord, { run }: MapCommand): number {
  if (run.batch === undefined) return 1;
  const value = parseJson(input);
  const items = isJsonObject(value) ? memberOf(value, 'Items') : undefined;
  return items !== undefined && isJsonArray(items) ? items.length : 1;
}

function shortened({ error, cause }: Failure): Failure {
  return { error: beginning(error, ERROR_UNITS), cause: beginning(cause, CAUSE_UNITS) };
}

function tooManyItems(limit: number): Failure {
  const cause = `The Map has more than ${limit} items, the limit (limits.mapItems). Take fewer with MaxItems, put more of them into an execution with ItemBatcher on fewer and larger items, or raise the limit.`;
  return { error: 'FnF.DataLimitExceeded', cause };
}
