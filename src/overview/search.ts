/**
 * SearchExecutions: the executions of all flows in one order, newest first. The store has an order for each flow, so a search merges
 * the lists of the flows. It asks when the newest execution of each flow started, and reads the lists only of flows whose turn comes.
 *
 * A call looks at a bounded number of executions and reads a bounded number of lists, apart from the question about the newest ones. It
 * gives the event loop back between reads, because thousands of flows take longer than others should wait.
 */
import type { Ports } from '../base/ports.ts';
import { compareFound } from '../runtime/express/history/express-position.ts';
import type { SearchPosition } from '../runtime/express/history/express-position.ts';
import type { ExpressReader } from '../runtime/express/history/express-reader.ts';
import { existingFlow } from '../runtime/flows/existing-flow.ts';
import type { ExecutionStore } from '../store/executions.ts';
import type { FlowHead, FlowStore } from '../store/flows.ts';
import type { FoundExecution, SearchPage, SearchRequest } from './overview.ts';
import { searchPosition, searchToken } from './search-token.ts';
import { ExpressSource, StandardSource } from './search-sources.ts';
import type { Source } from './search-sources.ts';
import { ShortTurns } from './short-turns.ts';

export interface SearchOptions {
  readonly flows: Pick<FlowStore, 'get' | 'heads'>;
  readonly store: Pick<ExecutionStore, 'list' | 'newestStarts'>;
  readonly expressReader: Pick<ExpressReader, 'search'>;
  readonly ports: Pick<Ports, 'clock' | 'scheduler'>;
}

/** Bounds of one call. */
export interface SearchBounds {
  /** Executions that it looks at. */
  readonly examined: number;
  /** Lists of flows that it reads. */
  readonly reads: number;
}

/** Some tens of milliseconds, with pauses. */
const BOUNDS: SearchBounds = { examined: 5_000, reads: 500 };
/** Flows of one read of the store. */
const FLOWS_AT_ONCE = 1_000;
const NEWEST_AT_ONCE = 200;
/** Lists that are read at the same time: a database may be far away. */
const LISTS_AT_ONCE = 4;

/** @throws {ApiError} as `Overview.search` */
export async function searchExecutions(
  options: SearchOptions,
  request: SearchRequest,
  bounds: SearchBounds = BOUNDS,
): Promise<SearchPage> {
  const after = request.nextToken === '' ? null : searchPosition(request.nextToken);
  const turns = new ShortTurns(options.ports);
  const flows =
    request.flowName === '' ? await standardFlows(options, turns) : await namedFlow(options, request.flowName);
  const search: Search = { ...options, request, after, turns };
  const express = new ExpressSource(options.expressReader, request, after);
  const merge = new Merge(search, await waitingSources(search, flows), express, bounds);
  return merge.page();
}

interface Search extends SearchOptions {
  readonly request: SearchRequest;
  readonly after: SearchPosition | null;
  readonly turns: ShortTurns;
}

/** @throws {ApiError} `FlowNotExists` */
async function namedFlow({ flows }: SearchOptions, name: string): Promise<readonly FlowHead[]> {
  return [await existingFlow(flows, name)].filter(isStandard);
}

async function standardFlows({ flows }: SearchOptions, turns: ShortTurns): Promise<readonly FlowHead[]> {
  const found: FlowHead[] = [];
  for (let fromName: string | null = ''; fromName !== null; ) {
    const { heads, nextName } = await flows.heads(fromName, FLOWS_AT_ONCE);
    found.push(...heads.filter(isStandard));
    fromName = nextName;
    await turns.rest();
  }
  return found;
}

function isStandard({ executionMode }: FlowHead): boolean {
  return executionMode === 'Standard';
}

/** The flows that have executions in the range of the search, those with the newest ones first. */
async function waitingSources(search: Search, flows: readonly FlowHead[]): Promise<readonly StandardSource[]> {
  const { store, request, after, turns } = search;
  const { status, startedAfterMs, startedBeforeMs } = request;
  const atMs = Math.min(
    startedBeforeMs === null ? Number.MAX_SAFE_INTEGER : startedBeforeMs - 1,
    after === null ? Number.MAX_SAFE_INTEGER : after.startedMs,
  );
  const sources: StandardSource[] = [];
  for (let from = 0; from < flows.length; from += NEWEST_AT_ONCE) {
    const some = flows.slice(from, from + NEWEST_AT_ONCE);
    const ids = some.map(({ id }) => id);
    const newest = await store.newestStarts(ids, status, atMs);
    for (const [i, flow] of some.entries()) {
      const newestMs = newest[i] ?? null;
      if (newestMs === null || (startedAfterMs !== null && newestMs <= startedAfterMs)) continue;
      sources.push(new StandardSource(store, flow, newestMs, request, after));
    }
    await turns.rest();
  }
  return sources.sort((one, other) => other.newestMs - one.newestMs);
}

/** Takes the executions of all sources in their order. */
class Merge {
  readonly #search: Search;
  readonly #bounds: SearchBounds;
  /** Not read yet, those with the newest executions first. */
  readonly #waiting: readonly StandardSource[];
  #nextWaiting = 0;
  #open: Source[];
  #reads = 0;

  constructor(search: Search, waiting: readonly StandardSource[], express: ExpressSource, bounds: SearchBounds) {
    this.#search = search;
    this.#waiting = waiting;
    this.#open = [express];
    this.#bounds = bounds;
  }

  async page(): Promise<SearchPage> {
    const { limit, nameContains } = this.#search.request;
    const contained = nameContains.toLowerCase();
    const executions: FoundExecution[] = [];
    for (let examined = 1; ; examined++) {
      const source = await this.#first();
      const found = source?.take() ?? null;
      if (found === null) return { executions, nextToken: '' };
      if (found.execution.name.toLowerCase().includes(contained)) executions.push(found.execution);
      const isFull = executions.length === limit;
      if (!isFull && examined < this.#bounds.examined && this.#reads < this.#bounds.reads) continue;
      // Looks for one more, so that the last page has no token.
      if (isFull && (await this.#first()) === null) return { executions, nextToken: '' };
      return { executions, nextToken: searchToken(found.position) };
    }
  }

  /** The source whose next execution comes first; null at the end of all. */
  async #first(): Promise<Source | null> {
    for (;;) {
      await this.#fill();
      const first = firstOf(this.#open);
      const waiting = this.#waiting[this.#nextWaiting];
      // The newest execution of a flow whose list was not read may be among the executions of the same millisecond.
      if (waiting === undefined || (first !== null && first.next !== null && waiting.newestMs < first.next.startedMs)) {
        return first;
      }
      const some = this.#waiting.slice(this.#nextWaiting, this.#nextWaiting + LISTS_AT_ONCE);
      this.#nextWaiting += some.length;
      this.#open.push(...some);
    }
  }

  /** Reads on where the executions of a page are used up, and drops sources that have no more. */
  async #fill(): Promise<void> {
    const { turns } = this.#search;
    for (;;) {
      const empty = this.#open.filter(({ next, isMore }) => next === null && isMore);
      if (empty.length === 0) break;
      this.#reads += empty.length;
      await Promise.all(empty.map((source) => source.read()));
      await turns.rest();
    }
    if (this.#open.some(({ next }) => next === null)) this.#open = this.#open.filter(({ next }) => next !== null);
  }
}

function firstOf(sources: readonly Source[]): Source | null {
  let first: Source | null = null;
  for (const source of sources) {
    if (source.next === null) continue;
    if (first === null || first.next === null || compareFound(source.next, first.next) < 0) first = source;
  }
  return first;
}
