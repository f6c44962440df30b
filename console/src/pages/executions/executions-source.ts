/**
 * Reads a list of executions from the server and follows its changes: the first page when the stream is connected, so that nothing
 * falls between the two, further pages on request, and the head again when the stream may have left something out.
 */
import { computed, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { serverNowMs } from '../../app/clock.ts';
import type { ListChange, ListStreamEvents } from '../../../../src/console/protocol.ts';
import { call, isForbidden } from '../../api/client.ts';
import { openStream } from '../../api/stream.ts';
import type { Stream } from '../../api/stream.ts';
import { listCall, matches, needsPrefix } from './filters.ts';
import type { Filters, ListedExecution } from './filters.ts';
import { EMPTY_LIST, reaches, withChanges, withFresh, withHead, withPage } from './list.ts';
import type { ExecutionList } from './list.ts';

const PAGE = 100;
/** A page may be short, or even empty, when few executions match: so many are read for one request of the person. */
const MOST_PAGES = 10;
/** The head is read at most so often. */
const HEAD_PAUSE_MS = 1_000;
/** A proxy may hold back the beginning of a stream; the list does not wait for it longer. */
const PATIENCE_MS = 700;
/** Further starts are counted, but no longer held. */
const MOST_FRESH = 500;
/** A page that has been open for days begins its list again. */
const MOST_ROWS = 20_000;
/** As many as "all that match" loads at most. */
const MOST_LOADED = 10_000;

export interface ExecutionsSourceOptions {
  readonly filters: Filters;
  /** Whether new rows may appear at the top without a row moving under the pointer. */
  readonly mayInsert: () => boolean;
  /** Executions that are known already. Those that match are shown until the server has answered. */
  readonly known: readonly ListedExecution[];
}

/** Null: some changes are missing, because the stream has connected or left some out. */
type Watcher = (changes: readonly ListChange[] | null) => void;

export class ExecutionsSource {
  readonly list = signal<ExecutionList>(EMPTY_LIST);
  readonly fault = signal<Error | null>(null);
  readonly isLoading = signal(true);
  /** The key has no right to all flows: names are found by their beginning. */
  readonly byPrefix = signal(false);
  /** True if the search has read its share of pages without finding enough. */
  readonly isPaused = signal(false);
  /** True if more executions have started than are held. */
  readonly isOverflown = signal(false);
  readonly isLive: ReadonlySignal<boolean>;
  readonly #options: ExecutionsSourceOptions;
  readonly #aborting = new AbortController();
  readonly #stream: Stream;
  readonly #watchers = new Set<Watcher>();
  /** The latest work of loading. */
  #underWay: Promise<void> = Promise.resolve();
  #isStarted = false;
  #headTimer = 0;
  #headMs = 0;
  #patience = 0;

  constructor(options: ExecutionsSourceOptions) {
    this.#options = options;
    const { filters, known } = options;
    const { flow } = filters;
    if (filters.qualifier === '') {
      const nowMs = serverNowMs();
      this.list.value = { ...EMPTY_LIST, rows: known.filter((each) => matches(each, filters, nowMs)) };
    }
    this.#stream = openStream({
      query: () => ({ list: '1', ...(flow !== '' && { flow }) }),
      onEvent: (name, data) => this.#onEvent(name, data),
      onRefused: () => this.#start(),
    });
    this.isLive = computed(() => this.#stream.state.value === 'live');
    this.#patience = window.setTimeout(() => this.#start(), PATIENCE_MS);
  }

  close(): void {
    this.#aborting.abort();
    this.#stream.close();
    window.clearTimeout(this.#patience);
    window.clearTimeout(this.#headTimer);
  }

  /** Calls with the changes of the stream, also those that do not match the filters; with null where some are missing. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    // The stream may have been quicker than the component.
    if (this.#isStarted) watcher(null);
    return () => this.#watchers.delete(watcher);
  }

  /** Reads the page behind the last row, or waits for what is under way. */
  async more(): Promise<void> {
    if (this.isLoading.peek()) return this.#underWay;
    if (this.list.peek().nextToken === '') return;
    await this.#loading(async () => {
      const before = this.list.peek().rows.length;
      for (let pages = 0; pages < MOST_PAGES && this.list.peek().rows.length < before + PAGE / 2; pages++) {
        const { nextToken } = this.list.peek();
        if (nextToken === '') break;
        const page = await this.#page(nextToken);
        // The list may have begun again meanwhile; this page would then leave a gap.
        if (this.list.peek().nextToken !== nextToken) break;
        this.list.value = withPage(this.list.peek(), page.rows, page.nextToken);
      }
      const { rows, nextToken } = this.list.peek();
      this.isPaused.value = nextToken !== '' && rows.length < before + PAGE / 2;
    });
  }

  /** Reads every page, up to a limit. */
  async all(): Promise<void> {
    while (this.list.peek().nextToken !== '' && this.list.peek().rows.length < MOST_LOADED) {
      await this.more();
      if (this.fault.peek() !== null || this.#aborting.signal.aborted) return;
    }
  }

  /** Reads the list anew, from its newest execution. */
  async restart(): Promise<void> {
    await this.#loading(async () => {
      const page = await this.#page('');
      this.isOverflown.value = false;
      this.list.value = withPage(EMPTY_LIST, page.rows, page.nextToken);
      this.isPaused.value = false;
    });
    if (this.list.peek().rows.length < PAGE / 2) await this.more();
  }

  /** Shows the executions that were announced. */
  showFresh(): void {
    const { rows } = this.list.peek();
    if (this.isOverflown.peek() || rows.length > MOST_ROWS) void this.restart();
    else this.list.value = withFresh(this.list.peek());
  }

  #start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    void this.restart();
  }

  #onEvent(name: string, data: unknown): void {
    if (name === 'hello') {
      if (this.#isStarted) this.#headSoon();
      this.#start();
      for (const watcher of this.#watchers) watcher(null);
    } else if (name === 'changes') {
      const { changes, lost } = data as ListStreamEvents['changes'];
      this.#apply(changes, lost > 0);
    } else if (name === 'flows') {
      const { flows } = data as ListStreamEvents['flows'];
      const { rows } = this.list.peek();
      // A deleted flow has taken its executions along.
      if (rows.some(({ flow }) => flows.includes(flow))) this.#headSoon();
    }
  }

  #apply(changes: readonly ListChange[], isIncomplete: boolean): void {
    const { filters, mayInsert } = this.#options;
    const known = { nowMs: serverNowMs(), byPrefix: this.byPrefix.peek() };
    const { list, isUnsure } = withChanges(this.list.peek(), changes, filters, known);
    if (list.fresh.length > MOST_FRESH) {
      this.isOverflown.value = true;
      this.list.value = { ...list, fresh: list.fresh.slice(0, MOST_FRESH) };
    } else {
      this.list.value = list;
    }
    if (mayInsert()) this.showFresh();
    if (isUnsure || isIncomplete) this.#headSoon();
    for (const watcher of this.#watchers) watcher(isIncomplete ? null : changes);
  }

  #headSoon(): void {
    if (this.#headTimer !== 0) return;
    const waitMs = Math.max(0, this.#headMs + HEAD_PAUSE_MS - performance.now());
    this.#headTimer = window.setTimeout(() => void this.#readHead(), waitMs);
  }

  /** Reads from the newest execution until it meets what the list has; far behind, the list begins again. */
  async #readHead(): Promise<void> {
    try {
      const head: ListedExecution[] = [];
      let nextToken = '';
      for (let pages = 0; pages < MOST_PAGES / 2; pages++) {
        const page = await this.#page(nextToken);
        head.push(...page.rows);
        nextToken = page.nextToken;
        if (nextToken === '' || reaches(this.list.peek(), head)) break;
      }
      this.list.value = withHead(this.list.peek(), head, nextToken);
      this.fault.value = null;
      if (this.#options.mayInsert()) this.showFresh();
    } catch (error) {
      if (!this.#aborting.signal.aborted) this.fault.value = error as Error;
    } finally {
      this.#headMs = performance.now();
      this.#headTimer = 0;
    }
  }

  #loading(work: () => Promise<void>): Promise<void> {
    this.isLoading.value = true;
    const own = this.#loaded(work).finally(() => {
      // A later one may have begun meanwhile.
      if (this.#underWay === own) this.isLoading.value = false;
    });
    this.#underWay = own;
    return own;
  }

  async #loaded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.fault.value = null;
    } catch (error) {
      if (!this.#aborting.signal.aborted) this.fault.value = error as Error;
    }
  }

  async #page(nextToken: string): Promise<{ rows: ListedExecution[]; nextToken: string }> {
    const { filters } = this.#options;
    const list = (byPrefix: boolean): Promise<unknown> => {
      const { action, parameters } = listCall(filters, { nowMs: serverNowMs(), byPrefix, limit: PAGE, nextToken });
      return call(action, parameters, { signal: this.#aborting.signal });
    };
    let reply: unknown;
    try {
      reply = await list(this.byPrefix.peek());
    } catch (error) {
      const hasOther = isForbidden(error) && !this.byPrefix.peek() && needsPrefix(filters, true);
      if (!hasOther) throw error;
      this.byPrefix.value = true;
      reply = await list(true);
    }
    const { Executions, NextToken = '' } = reply as { Executions: readonly Listed[]; NextToken?: string };
    return {
      nextToken: NextToken,
      rows: Executions.map((each) => ({
        flow: each.FlowName,
        name: each.Name,
        status: each.Status,
        startedTime: each.StartedTime,
        stoppedTime: each.StoppedTime,
        mode: each.ExecutionMode ?? '',
      })),
    };
  }
}

/** An execution in the replies of both actions. */
interface Listed {
  readonly FlowName: string;
  readonly Name: string;
  readonly Status: string;
  readonly StartedTime: string;
  readonly StoppedTime: string;
  readonly ExecutionMode?: 'Express' | 'Standard';
}
