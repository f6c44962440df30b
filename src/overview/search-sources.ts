/** The lists that a search merges: that of each Standard flow, and one of all Express executions. Each is in the order of the search. */
import type { SearchPosition } from '../runtime/express/history/express-position.ts';
import type { ExpressReader, FoundExpress } from '../runtime/express/history/express-reader.ts';
import type { ExecutionPosition, ExecutionRecord, ExecutionStore } from '../store/executions.ts';
import type { FlowHead } from '../store/flows.ts';
import { HEADS_ONLY } from './heads-only.ts';
import type { FoundExecution, SearchRequest } from './overview.ts';

export interface Found {
  readonly execution: FoundExecution;
  readonly position: SearchPosition;
}

export interface Source {
  /** Position of the next execution, as far as it is read; null: {@link Source.read} reads on, if {@link Source.isMore}. */
  readonly next: SearchPosition | null;
  /** True if there may be executions that are not read. */
  readonly isMore: boolean;
  /** Reads the next page, which may be empty. */
  read(): Promise<void>;
  /** The next execution; null if none is read. */
  take(): Found | null;
}

/** Rows of the first page of a list, if all of them are wanted in turn. */
const FIRST_ROWS = 8;
/** Rows of the first page if few are wanted. */
const FILTERED_ROWS = 50;
const MOST_ROWS = 200;

/** The executions of a Standard flow. */
export class StandardSource implements Source {
  /** When the newest of them started. The next one of the search may be older. */
  readonly newestMs: number;
  readonly #store: Pick<ExecutionStore, 'list'>;
  readonly #flow: FlowHead;
  readonly #request: SearchRequest;
  #after: ExecutionPosition | null;
  #rows: number;
  #page: readonly ExecutionRecord[] = [];
  #at = 0;
  isMore = true;
  next: SearchPosition | null = null;

  constructor(
    store: Pick<ExecutionStore, 'list'>,
    flow: FlowHead,
    newestMs: number,
    request: SearchRequest,
    after: SearchPosition | null,
  ) {
    this.newestMs = newestMs;
    this.#store = store;
    this.#flow = flow;
    this.#request = request;
    this.#after = after === null ? null : afterIn(flow.name, after);
    this.#rows = request.flowName !== '' ? request.limit + 1 : FIRST_ROWS;
    if (request.nameContains !== '') this.#rows = Math.max(this.#rows, FILTERED_ROWS);
  }

  async read(): Promise<void> {
    const { status, startedAfterMs, startedBeforeMs } = this.#request;
    const { executions, next } = await this.#store.list({
      ...{ status, startedAfterMs, startedBeforeMs, flowId: this.#flow.id, after: this.#after, limit: this.#rows },
      ...HEADS_ONLY,
    });
    this.#page = executions;
    this.#at = 0;
    this.#after = next;
    this.isMore = next !== null;
    this.#rows = Math.min(2 * this.#rows, MOST_ROWS);
    this.#point();
  }

  take(): Found | null {
    const record = this.#page[this.#at];
    const position = this.next;
    if (record === undefined || position === null) return null;
    this.#at++;
    this.#point();
    const { flowName, name, status, startedMs, stoppedMs } = record;
    return { position, execution: { flowName, name, mode: 'Standard', status, startedMs, stoppedMs } };
  }

  #point(): void {
    const record = this.#page[this.#at];
    this.next =
      record === undefined ? null : { startedMs: record.startedMs, flowName: this.#flow.name, id: record.id, name: '' };
  }
}

/** Where the list of a flow continues after a position in the order of all flows. */
function afterIn(flowName: string, { startedMs, flowName: last, id }: SearchPosition): ExecutionPosition {
  if (flowName === last) return { startedMs, id };
  return { startedMs, id: flowName < last ? 0 : Number.MAX_SAFE_INTEGER };
}

/** The Express executions of all flows. */
export class ExpressSource implements Source {
  readonly #reader: Pick<ExpressReader, 'search'>;
  readonly #request: SearchRequest;
  #after: SearchPosition | null;
  #page: readonly FoundExpress[] = [];
  #at = 0;
  isMore = true;

  constructor(reader: Pick<ExpressReader, 'search'>, request: SearchRequest, after: SearchPosition | null) {
    this.#reader = reader;
    this.#request = request;
    this.#after = after;
  }

  get next(): SearchPosition | null {
    return this.#page[this.#at] ?? null;
  }

  async read(): Promise<void> {
    const { flowName, status, startedAfterMs, startedBeforeMs, nameContains, limit } = this.#request;
    const { executions, isMore } = await this.#reader.search({
      ...{ flowName, status, startedAfterMs, startedBeforeMs, nameContains, after: this.#after, limit },
    });
    this.#page = executions;
    this.#at = 0;
    this.#after = executions.at(-1) ?? this.#after;
    // A page without an execution brings the search no further.
    this.isMore = isMore && executions.length > 0;
  }

  take(): Found | null {
    const found = this.#page[this.#at++];
    if (found === undefined) return null;
    const { id, flowName, name, status, startedMs, stoppedMs } = found;
    return {
      position: { startedMs, flowName, id, name },
      execution: { flowName, name, mode: 'Express', status, startedMs, stoppedMs },
    };
  }
}
