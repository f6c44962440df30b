/**
 * Express executions that can be read back (decisions.md 4.7): all that run, and the newest of those that have ended.
 *
 * Invariants. Nothing here is awaited, timed or serialised while an execution runs: its events are kept as they are, values
 * by reference, and rendered when somebody reads them. What is kept stays below the limit of bytes whatever flows do: an
 * execution has to make room before an event is kept, first by dropping the oldest that ended, and one that would take
 * more than its share keeps the beginning of its history and the last event.
 *
 * The age is that of the wall clock, because the events have their times already. A clock that is set back lets executions
 * live longer; the limits of number and bytes hold all the same.
 */
import { assert } from '../../../base/assert.ts';
import type { ExecutionPosition, ExecutionQuery } from '../../../store/executions.ts';
import { RetainedExecution, RetainedSource } from './retained-execution.ts';
import type { ExpressOrigin, ExpressSource, Retainer } from './retained-execution.ts';

export interface ExpressHistoryOptions {
  readonly nowMs: () => number;
  /** How many that have ended; at least 1. */
  readonly executions: number;
  readonly ageMs: number;
  readonly bytes: number;
}

export interface ExpressPage {
  readonly executions: readonly RetainedExecution[];
  readonly next: ExecutionPosition | null;
}

/** No execution takes more than this part of all. */
const SHARES = 8;

export class ExpressHistory implements Retainer {
  readonly #options: ExpressHistoryOptions;
  /** What one execution may take. */
  readonly share: number;
  /** Weak: what is kept shall not keep a compiled plan. */
  readonly #sources = new WeakMap<ExpressSource, RetainedSource>();
  /** By name. Those that never wait are not in it: nobody can ask before they have ended. */
  readonly #running = new Map<string, RetainedExecution>();
  /** Those that have ended, in the order of their ends. Places are counted on for ever, and a slot is used again. */
  readonly #ended: (RetainedExecution | null)[];
  #first = 0;
  #end = 0;
  /** Those before place `#indexed` by name: the index is made when somebody looks, so that most never enter it. */
  readonly #byName = new Map<string, RetainedExecution>();
  #indexed = 0;
  #lastId = 0;
  #bytes = 0;

  constructor(options: ExpressHistoryOptions) {
    this.#options = options;
    this.share = Math.floor(options.bytes / SHARES);
    this.#ended = new Array<RetainedExecution | null>(options.executions).fill(null);
  }

  /** What all of it takes, an estimate that is never too low; at most the limit. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Begins to keep an execution; null when there is no room. Its `end` has to follow, whatever becomes of it. */
  begin(name: string, origin: ExpressOrigin): RetainedExecution | null {
    let source = this.#sources.get(origin.source);
    if (source === undefined) {
      source = new RetainedSource(origin.source);
      this.#sources.set(origin.source, source);
    }
    const kept = new RetainedExecution(this, ++this.#lastId, name, origin, source);
    // Held before room is made: what goes for it may be the last of the same source.
    const isNew = source.kept++ === 0;
    if (this.makeRoom(kept, kept.bytes + (isNew ? source.bytes : 0))) return kept;
    source.kept--;
    if (source.kept === 0 && !isNew) this.#bytes -= source.bytes;
    return null;
  }

  waits(kept: RetainedExecution): void {
    kept.isVisible = true;
    this.#running.set(kept.name, kept);
  }

  end(kept: RetainedExecution): void {
    if (kept.isVisible) this.#running.delete(kept.name);
    this.#bytes += kept.close();
    if (kept.isForgotten || kept.status === 'Running') return this.#release(kept);
    const { length } = this.#ended;
    if (this.#end - this.#first === length) this.#dropOldest();
    this.#ended[this.#end++ % length] = kept;
    while (this.#bytes > this.#options.bytes && this.#first < this.#end) this.#dropOldest();
    this.#dropAged(kept.stoppedMs);
  }

  /** Counts what `kept` takes more, if it may. The oldest make room for it. */
  makeRoom(kept: RetainedExecution, bytes: number): boolean {
    const limit = this.#options.bytes;
    if (kept.bytes > this.share) return false;
    while (this.#bytes + bytes > limit && this.#first < this.#end) this.#dropOldest();
    if (this.#bytes + bytes > limit) return false;
    this.#bytes += bytes;
    return true;
  }

  /** Drops what is kept of a flow that was deleted. */
  forgetFlow(flowName: string): void {
    const left: RetainedExecution[] = [];
    for (let place = this.#first; place < this.#end; place++) {
      const kept = this.#at(place);
      if (kept.source.flow.name === flowName) this.#release(kept);
      else left.push(kept);
    }
    this.#ended.fill(null);
    for (const [i, kept] of left.entries()) this.#ended[i] = kept;
    this.#first = 0;
    this.#end = left.length;
    this.#byName.clear();
    this.#indexed = 0;
    for (const kept of this.#running.values()) {
      if (kept.source.flow.name === flowName) this.#hide(kept);
    }
  }

  find(flowId: string, name: string): RetainedExecution | null {
    this.#dropAged(this.#options.nowMs());
    for (; this.#indexed < this.#end; this.#indexed++) {
      const kept = this.#at(this.#indexed);
      this.#byName.set(kept.name, kept);
    }
    const kept = this.#running.get(name) ?? this.#byName.get(name);
    return kept?.source.flow.id === flowId ? kept : null;
  }

  /** Newest first. A page that was begun goes on in the same order whatever starts and ends meanwhile. */
  list(query: ExecutionQuery): ExpressPage {
    this.#dropAged(this.#options.nowMs());
    const found: RetainedExecution[] = [];
    for (let place = this.#first; place < this.#end; place++) {
      const kept = this.#at(place);
      if (matches(kept, query)) found.push(kept);
    }
    for (const kept of this.#running.values()) if (matches(kept, query)) found.push(kept);
    found.sort((one, other) => other.id - one.id);
    let count = 0;
    for (let units = 0; count < Math.min(found.length, query.limit) && units <= query.textUnits; count++) {
      if (!query.metadataOnly) units += (found[count] as RetainedExecution).textUnits;
    }
    const last = count < found.length ? found[count - 1] : undefined;
    return {
      executions: found.slice(0, count),
      next: last === undefined ? null : { startedMs: last.startedMs, id: last.id },
    };
  }

  #at(place: number): RetainedExecution {
    const kept = this.#ended[place % this.#ended.length];
    assert(kept !== undefined && kept !== null, 'a place between the first and the end holds an execution');
    return kept;
  }

  #dropAged(nowMs: number): void {
    const { ageMs } = this.#options;
    while (this.#first < this.#end && nowMs - this.#at(this.#first).stoppedMs > ageMs) this.#dropOldest();
  }

  #dropOldest(): void {
    const kept = this.#at(this.#first);
    if (this.#first < this.#indexed) this.#byName.delete(kept.name);
    else this.#indexed++;
    this.#ended[this.#first++ % this.#ended.length] = null;
    this.#release(kept);
  }

  /** Of a flow that is gone: it runs on unseen. */
  #hide(kept: RetainedExecution): void {
    this.#running.delete(kept.name);
    kept.isVisible = false;
    kept.isForgotten = true;
    kept.wakeAll();
  }

  #release(kept: RetainedExecution): void {
    const { source } = kept;
    this.#bytes -= kept.bytes;
    source.kept--;
    if (source.kept === 0) this.#bytes -= source.bytes;
  }
}

function matches(kept: RetainedExecution, query: ExecutionQuery): boolean {
  return (
    kept.source.flow.id === query.flowId &&
    (query.after === null || kept.id < query.after.id) &&
    (query.status === null || kept.status === query.status) &&
    (query.startedAfterMs === null || kept.startedMs > query.startedAfterMs) &&
    (query.startedBeforeMs === null || kept.startedMs < query.startedBeforeMs) &&
    (query.namePrefix === '' || kept.name.startsWith(query.namePrefix)) &&
    (query.version === null || kept.source.version === query.version) &&
    (query.alias === null || kept.alias === query.alias)
  );
}
