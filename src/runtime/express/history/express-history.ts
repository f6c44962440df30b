/**
 * The history of Express executions (rules.md 12.13), for DescribeExecution, ListExecutions and GetExecutionHistory: all
 * running executions that had to wait, and the newest of the ended ones.
 *
 * Invariants. The history does no I/O and serializes nothing while an execution runs. It holds the events with their values by
 * reference, and renders them when a caller reads them. It never holds more than `bytes`: an execution has to make room before
 * it adds an event, which drops the oldest ended executions first. An execution that needs more than its share retains the
 * beginning of its history and the last event.
 *
 * Ages count by the wall clock, because the events have such times already. If the clock is set back, executions are retained
 * for longer; the limits of number and bytes apply all the same.
 */
import { assert } from '../../../base/assert.ts';
import { comparePositions } from './express-position.ts';
import type { ExpressQuery } from './express-position.ts';
import type { ExpressSearch } from './express-reader.ts';
import { FirstFound } from './first-found.ts';
import { RetainedExecution, RetainedSource } from './retained-execution.ts';
import type { ExpressSource, RetainedFacts, Retainer } from './retained-execution.ts';

export interface ExpressHistoryOptions {
  readonly nowMs: () => number;
  /** Most ended executions to retain; at least 1. */
  readonly executions: number;
  /** How long they are retained after their end. */
  readonly ageMs: number;
  /** Most memory that all executions together take, by the estimate of `value-weight.ts`. */
  readonly bytes: number;
}

export interface RetainedPage {
  readonly executions: readonly RetainedExecution[];
  /** True if there are more behind them. */
  readonly isMore: boolean;
}

/** One execution takes at most this fraction (1/8) of all bytes. */
const SHARES = 8;

export class ExpressHistory implements Retainer {
  readonly #options: ExpressHistoryOptions;
  /** Bytes that one execution may take. */
  readonly share: number;
  /** Weak, so that the history holds no compiled plans in memory. */
  readonly #sources = new WeakMap<ExpressSource, RetainedSource>();
  /** By name. An execution that never waits does not enter: it ends before a caller could ask about it. */
  readonly #running = new Map<string, RetainedExecution>();
  /** Ended executions in the order of their ends: a ring whose slot is the place modulo its length. Places count up for ever. */
  readonly #ended: (RetainedExecution | null)[];
  #first = 0;
  #end = 0;
  /** Ended executions before place `#indexed`, by name. `find` extends the index, so most executions never enter it. */
  readonly #byName = new Map<string, RetainedExecution>();
  #indexed = 0;
  #lastId = 0;
  #bytes = 0;

  constructor(options: ExpressHistoryOptions) {
    this.#options = options;
    this.share = Math.floor(options.bytes / SHARES);
    this.#ended = new Array<RetainedExecution | null>(options.executions).fill(null);
  }

  /** Estimate of all memory taken, never too low; at most the limit. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Begins the record of an execution, which must be ended with {@link end} in all cases; null when there is no room. */
  begin(name: string, facts: RetainedFacts): RetainedExecution | null {
    let source = this.#sources.get(facts.source);
    if (source === undefined) {
      source = new RetainedSource(facts.source);
      this.#sources.set(facts.source, source);
    }
    const execution = new RetainedExecution(this, ++this.#lastId, name, facts, source);
    // Counted before making room, which may drop the only other execution of this source.
    const isNew = source.executions++ === 0;
    if (this.makeRoom(execution, execution.bytes + (isNew ? source.bytes : 0))) return execution;
    source.executions--;
    if (source.executions === 0 && !isNew) this.#bytes -= source.bytes;
    return null;
  }

  /** The execution did not end at once: from now on callers can see it run. */
  waits(execution: RetainedExecution): void {
    execution.isVisible = true;
    this.#running.set(execution.name, execution);
  }

  /** The execution has ended, or a defect has ended it. To be called once in all cases. */
  end(execution: RetainedExecution): void {
    if (execution.isVisible) this.#running.delete(execution.name);
    this.#bytes += execution.close();
    if (execution.isForgotten || execution.status === 'Running') return this.#release(execution);
    const { length } = this.#ended;
    if (this.#end - this.#first === length) this.#dropOldest();
    this.#ended[this.#end++ % length] = execution;
    while (this.#bytes > this.#options.bytes && this.#first < this.#end) this.#dropOldest();
    this.#dropAged(execution.stoppedMs);
  }

  makeRoom(execution: RetainedExecution, bytes: number): boolean {
    const limit = this.#options.bytes;
    if (execution.bytes > this.share) return false;
    while (this.#bytes + bytes > limit && this.#first < this.#end) this.#dropOldest();
    if (this.#bytes + bytes > limit) return false;
    this.#bytes += bytes;
    return true;
  }

  /** Drops the executions of a deleted flow. */
  forgetFlow(flowId: string): void {
    const left: RetainedExecution[] = [];
    for (let place = this.#first; place < this.#end; place++) {
      const execution = this.#at(place);
      if (execution.source.flow.id === flowId) this.#release(execution);
      else left.push(execution);
    }
    this.#ended.fill(null);
    for (const [i, execution] of left.entries()) this.#ended[i] = execution;
    this.#first = 0;
    this.#end = left.length;
    this.#byName.clear();
    this.#indexed = 0;
    for (const execution of this.#running.values()) {
      if (execution.source.flow.id === flowId) this.#hide(execution);
    }
  }

  find(flowId: string, name: string): RetainedExecution | null {
    this.#dropAged(this.#options.nowMs());
    for (; this.#indexed < this.#end; this.#indexed++) {
      const execution = this.#at(this.#indexed);
      this.#byName.set(execution.name, execution);
    }
    const found = this.#running.get(name) ?? this.#byName.get(name);
    return found?.source.flow.id === flowId ? found : null;
  }

  /** Newest first. The order of later pages does not depend on executions that start or end between the pages. */
  list(query: ExpressQuery): RetainedPage {
    this.#dropAged(this.#options.nowMs());
    const found: RetainedExecution[] = [];
    for (let place = this.#first; place < this.#end; place++) {
      const execution = this.#at(place);
      if (matches(execution, query)) found.push(execution);
    }
    for (const execution of this.#running.values()) if (matches(execution, query)) found.push(execution);
    found.sort(comparePositions);
    let count = 0;
    for (let units = 0; count < Math.min(found.length, query.limit) && units <= query.textUnits; count++) {
      units += (found[count] as RetainedExecution).textUnits(query.metadataOnly);
    }
    return { executions: found.slice(0, count), isMore: count < found.length };
  }

  /** Newest first, of all flows: the first `limit` that match, and one more if there is one. */
  search(search: ExpressSearch): readonly RetainedExecution[] {
    this.#dropAged(this.#options.nowMs());
    const found = new FirstFound(search);
    // The newest ones first, so that few of the others have to be put in between.
    for (let place = this.#end - 1; place >= this.#first; place--) found.offer(this.#at(place));
    for (const execution of [...this.#running.values()].reverse()) found.offer(execution);
    return found.executions;
  }

  #at(place: number): RetainedExecution {
    const execution = this.#ended[place % this.#ended.length];
    assert(execution !== undefined && execution !== null, 'a place between the first and the end holds an execution');
    return execution;
  }

  #dropAged(nowMs: number): void {
    const { ageMs } = this.#options;
    while (this.#first < this.#end && nowMs - this.#at(this.#first).stoppedMs > ageMs) this.#dropOldest();
  }

  #dropOldest(): void {
    const oldest = this.#at(this.#first);
    if (this.#first < this.#indexed) this.#byName.delete(oldest.name);
    else this.#indexed++;
    this.#ended[this.#first++ % this.#ended.length] = null;
    this.#release(oldest);
  }

  /** Hides a running execution whose flow was deleted; it still takes memory until its end. */
  #hide(execution: RetainedExecution): void {
    this.#running.delete(execution.name);
    execution.isVisible = false;
    execution.isForgotten = true;
    execution.wakeAll();
  }

  #release(execution: RetainedExecution): void {
    const { source } = execution;
    this.#bytes -= execution.bytes;
    source.executions--;
    if (source.executions === 0) this.#bytes -= source.bytes;
  }
}

function matches(execution: RetainedExecution, query: ExpressQuery): boolean {
  return (
    execution.source.flow.id === query.flowId &&
    execution.mapRun === query.mapRun &&
    (query.after === null || comparePositions(query.after, execution) < 0) &&
    (query.status === null || execution.status === query.status) &&
    (query.startedAfterMs === null || execution.startedMs > query.startedAfterMs) &&
    (query.startedBeforeMs === null || execution.startedMs < query.startedBeforeMs) &&
    (query.namePrefix === '' || execution.name.startsWith(query.namePrefix)) &&
    (query.version === null || execution.source.version === query.version) &&
    (query.alias === null || execution.alias === query.alias)
  );
}
