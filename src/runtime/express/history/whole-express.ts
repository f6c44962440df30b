/**
 * Reads the Express executions of all processes that serve together: an execution is in the memory of the one that ran it. A look-up
 * asks this process first, then all others at once. A list merges the pages of all.
 *
 * A process that does not answer in time has ended, or will soon have: the reply leaves its executions out, as it would after the end.
 */
import { jsonBytes } from '../../../base/json.ts';
import type { JsonValue } from '../../../base/json.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Peers } from '../../../cluster/peers.ts';
import type { ExecutionView, HistoryPage } from '../../executions.ts';
import { compareFound, comparePositions } from './express-position.ts';
import type { ExpressPosition, ExpressQuery } from './express-position.ts';
import type {
  ExpressPage,
  ExpressReader,
  ExpressSearch,
  ExpressWaits,
  FlowOfExecution,
  FoundExpressPage,
  ListedExecution,
} from './express-reader.ts';

const TOPIC = 'express';
/** How long a process may take to answer. It may have to find the question by its next look, and so may the answer. */
const PATIENCE_MS = 3_000;
/** A wait for an end is a row of shorter ones, so that one whose process has ended is noticed. */
const WAIT_MS = 5_000;
/** Bytes of the details of one page of events for another process, more or less one event. */
const PAGE_BYTES = 4 * 1024 * 1024;

/** A question about one execution, or for a page of a list. A neighbouring version must be able to read it. */
type Question =
  | { readonly kind: 'describe'; readonly flow: FlowOfExecution; readonly name: string; readonly waitMs: number }
  | {
      readonly kind: 'history';
      readonly flow: FlowOfExecution;
      readonly name: string;
      readonly fromEvent: number;
      readonly limit: number;
    }
  | { readonly kind: 'waits'; readonly flow: FlowOfExecution; readonly name: string }
  | { readonly kind: 'list'; readonly query: ExpressQuery }
  | { readonly kind: 'search'; readonly search: ExpressSearch };

/** Answers the questions of other processes from now on. */
export function serveExpress(own: ExpressReader, peers: Pick<Peers, 'serve'>): void {
  peers.serve(TOPIC, async (question) => asJson(await answer(own, question as unknown as Question)));
}

/** Reads the executions of this process and of the others. */
export function createWholeExpress(
  own: ExpressReader,
  peers: Pick<Peers, 'askAny' | 'askAll'>,
  clock: Pick<Clock, 'monotonicMs'>,
): ExpressReader {
  const any = (question: Question, waitMs = PATIENCE_MS): Promise<JsonValue> =>
    peers.askAny(TOPIC, asJson(question), waitMs);
  return {
    async describe(flow, name, waitMs) {
      const view = await own.describe(flow, name, waitMs);
      if (view !== null) return view;
      const endMs = clock.monotonicMs() + waitMs;
      for (;;) {
        const leftMs = Math.max(0, endMs - clock.monotonicMs());
        const partMs = Math.min(leftMs, WAIT_MS);
        const question = { kind: 'describe', flow, name, waitMs: partMs } as const;
        const found = (await any(question, partMs + PATIENCE_MS)) as unknown as ExecutionView | null;
        if (found?.status !== 'Running' || leftMs === partMs) return found;
      }
    },
    async history(flow, name, fromEvent, limit) {
      const page = await own.history(flow, name, fromEvent, limit);
      if (page !== null) return page;
      return (await any({ kind: 'history', flow, name, fromEvent, limit })) as unknown as HistoryPage | null;
    },
    async waits(flow, name) {
      const waits = await own.waits(flow, name);
      return waits ?? ((await any({ kind: 'waits', flow, name })) as unknown as ExpressWaits | null);
    },
    async list(query) {
      const question = asJson({ kind: 'list', query } satisfies Question);
      const [page, others] = await Promise.all([own.list(query), peers.askAll(TOPIC, question, PATIENCE_MS)]);
      return mergePages([page, ...(others as unknown as readonly ExpressPage[])], query);
    },
    async search(search) {
      const question = asJson({ kind: 'search', search } satisfies Question);
      const [page, others] = await Promise.all([own.search(search), peers.askAll(TOPIC, question, PATIENCE_MS)]);
      return mergeFound([page, ...(others as unknown as readonly FoundExpressPage[])], search.limit);
    },
  };
}

async function answer(own: ExpressReader, question: Question): Promise<object | null> {
  switch (question.kind) {
    case 'describe':
      return own.describe(question.flow, question.name, question.waitMs);
    case 'history':
      return bounded(await own.history(question.flow, question.name, question.fromEvent, question.limit));
    case 'waits':
      return own.waits(question.flow, question.name);
    case 'list':
      return own.list(question.query);
    case 'search':
      return own.search(question.search);
    default:
      // Of a later version.
      return null;
  }
}

/** A page that another process can take: it has to be in the memory of both as a text. */
function bounded(page: HistoryPage | null): HistoryPage | null {
  let bytes = 0;
  for (const [i, { id, detail, warnings, global = null }] of (page?.events ?? []).entries()) {
    if (bytes >= PAGE_BYTES) return { events: (page?.events ?? []).slice(0, i), nextEvent: id };
    bytes += jsonBytes(detail, PAGE_BYTES) + jsonBytes(warnings as unknown as JsonValue, PAGE_BYTES);
    bytes += jsonBytes(global, PAGE_BYTES);
  }
  return page;
}

/** The members of the reader are data: texts, numbers, lists and JSON. */
function asJson(data: object | null): JsonValue {
  return data as unknown as JsonValue;
}

/** One page out of those of several processes. */
export function mergePages(
  pages: readonly ExpressPage[],
  { limit, textUnits }: Pick<ExpressQuery, 'limit' | 'textUnits'>,
): ExpressPage {
  let units = 0;
  return merged(pages, compare, (taken) => {
    units += taken.at(-1)?.units ?? 0;
    return taken.length < limit && units <= textUnits;
  });
}

/** The same for pages of a search. */
export function mergeFound(pages: readonly FoundExpressPage[], limit: number): FoundExpressPage {
  return merged(pages, compareFound, (taken) => taken.length < limit);
}

interface Page<T> {
  readonly executions: readonly T[];
  readonly isMore: boolean;
}

/**
 * Takes executions in their order while there is room, which it asks before each one. It ends before an execution that is older than the
 * last one of a page with more behind it: the next execution of that process may be newer.
 */
function merged<T>(
  pages: readonly Page<T>[],
  order: (one: T, other: T) => number,
  hasRoom: (taken: readonly T[]) => boolean,
): Page<T> {
  const all = pages.flatMap(({ executions }) => executions).sort(order);
  const ends = pages.flatMap(({ executions, isMore }) => (isMore ? executions.slice(-1) : []));
  const executions: T[] = [];
  for (const each of all) {
    if (!hasRoom(executions) || ends.some((end) => order(end, each) < 0)) break;
    executions.push(each);
  }
  return { executions, isMore: executions.length < all.length || ends.length > 0 };
}

function compare(one: ListedExecution, other: ListedExecution): number {
  return comparePositions(positionIn(one), positionIn(other));
}

/** The position of a listed execution. */
export function positionIn({ id, view }: ListedExecution): ExpressPosition {
  return { startedMs: view.startedMs, id, name: view.name };
}
