/**
 * The list of flows, live. Pages are loaded as a person scrolls. The stream says which executions changed: their marks and counts
 * change at once, and some seconds later the figures of the pages that have them are loaded again. Without changes nothing is.
 */
import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { openStream } from '../../api/stream.ts';
import type { Stream } from '../../api/stream.ts';
import { applyChanges, flowsOf, tokensOf, withSummaries } from './flow-list.ts';
import type { ExecutionChange, FlowsPart } from './flow-list.ts';

const PAGE_FLOWS = 50;
/** Longest wait for the stream before the first page is loaded: a proxy may hold its beginning back. */
const STREAM_PATIENCE_MS = 300;
/** Figures follow a change after so long, however many changes there are. */
const FIGURES_MS = 3_000;
/** Definitions that change together are loaded together. */
const RELOAD_MS = 300;
/** So many pages are loaded for new figures at once; the others have their turn with the next changes. */
const MOST_PAGES = 5;

export interface FlowList {
  readonly parts: ReadonlySignal<readonly FlowsPart[]>;
  readonly fault: ReadonlySignal<Error | null>;
  readonly isLoading: ReadonlySignal<boolean>;
  /** False when the server refused the stream. */
  readonly isLive: ReadonlySignal<boolean>;
  /** Loads the next page, if there is one. */
  more(): void;
  /** Loads again as many flows as there are. */
  reload(): void;
}

/** The flows whose names contain a text; all for an empty one. */
export function useFlowList(search: string): FlowList {
  const list = useMemo(() => new LiveList(search), [search]);
  useEffect(() => {
    list.open();
    return () => list.close();
  }, [list]);
  return list;
}

class LiveList implements FlowList {
  readonly parts = signal<readonly FlowsPart[]>([]);
  readonly fault = signal<Error | null>(null);
  readonly isLoading = signal(true);
  readonly isLive = signal(true);
  readonly #search: string;
  readonly #changed = new Set<string>();
  #aborting = new AbortController();
  #stream: Stream | null = null;
  #hasBegun = false;
  #isBusy = false;
  #reloads = false;
  /** The next page is asked for, and the list has not got it yet. */
  #wantsMore = false;
  #patience = 0;
  #figures = 0;
  #reload = 0;

  constructor(search: string) {
    this.#search = search;
  }

  open(): void {
    this.#aborting = new AbortController();
    this.#patience = window.setTimeout(() => this.#begin(), STREAM_PATIENCE_MS);
    this.#stream = openStream({
      query: () => ({ list: '1' }),
      onEvent: (name, data) => this.#onEvent(name, data),
      onRefused: () => {
        this.isLive.value = false;
        this.#begin();
      },
    });
  }

  close(): void {
    this.#aborting.abort();
    this.#stream?.close();
    for (const timer of [this.#patience, this.#figures, this.#reload]) window.clearTimeout(timer);
  }

  more(): void {
    const last = this.parts.peek().at(-1);
    if (!this.#hasBegun || (last !== undefined && last.next === null)) return;
    this.#wantsMore = true;
    void this.#work(async () => {
      for (;;) {
        const token = this.parts.peek().at(-1)?.next ?? '';
        const part = await this.#load(token);
        this.parts.value = [...this.parts.peek(), part];
        if (part.flows.length === 0 && part.next !== null) continue;
        this.#wantsMore = false;
        return;
      }
    });
  }

  reload(): void {
    void this.#work(async () => {
      const wanted = flowsOf(this.parts.peek()).length;
      const parts: FlowsPart[] = [];
      for (let count = 0; ; ) {
        const part = await this.#load(parts.at(-1)?.next ?? '');
        parts.push(part);
        count += part.flows.length;
        if (part.next === null || count >= Math.max(wanted, 1)) break;
      }
      this.#changed.clear();
      this.parts.value = parts;
    }, true);
  }

  #onEvent(name: string, data: unknown): void {
    if (name === 'hello') {
      // Changes before this moment are lost, at the beginning and after each interruption.
      if (this.#hasBegun) this.#reloadSoon();
      else this.#begin();
    } else if (name === 'changes') {
      const { changes, lost } = data as { readonly changes: readonly ExecutionChange[]; readonly lost: number };
      this.parts.value = applyChanges(this.parts.peek(), changes);
      for (const { flow } of changes) this.#changed.add(flow);
      if (lost > 0) this.#reloadSoon();
      else this.#figuresSoon();
    } else if (name === 'flows') this.#reloadSoon();
  }

  #begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    window.clearTimeout(this.#patience);
    this.reload();
  }

  #reloadSoon(): void {
    window.clearTimeout(this.#reload);
    this.#reload = window.setTimeout(() => this.reload(), RELOAD_MS);
  }

  #figuresSoon(): void {
    if (this.#figures !== 0) return;
    this.#figures = window.setTimeout(() => {
      this.#figures = 0;
      void this.#work(() => this.#loadFigures());
    }, FIGURES_MS);
  }

  async #loadFigures(): Promise<void> {
    const tokens = tokensOf(this.parts.peek(), this.#changed).slice(0, MOST_PAGES);
    for (const token of tokens) {
      const { flows } = await this.#load(token);
      for (const { Name } of flows) this.#changed.delete(Name);
      this.parts.value = withSummaries(this.parts.peek(), flows);
    }
    // A change that arrived meanwhile may not be in the figures, and started a timer of its own.
    if (tokens.length < MOST_PAGES) this.#changed.clear();
  }

  async #load(token: string): Promise<FlowsPart> {
    const { Flows, NextToken } = await call(
      'SummarizeFlows',
      {
        Limit: PAGE_FLOWS,
        NameContains: this.#search === '' ? undefined : this.#search,
        NextToken: token === '' ? undefined : token,
      },
      { signal: this.#aborting.signal },
    );
    return { token, flows: Flows, next: NextToken ?? null };
  }

  /** One at a time; a reload or a page that is asked for during another work follows it. A fault leaves the list as it was. */
  async #work(act: () => Promise<void>, isReload = false): Promise<void> {
    if (this.#isBusy) {
      this.#reloads ||= isReload;
      return;
    }
    this.#isBusy = true;
    this.isLoading.value = true;
    try {
      await act();
      this.fault.value = null;
    } catch (error) {
      if (this.#aborting.signal.aborted) return;
      this.#wantsMore = false;
      this.fault.value = error as Error;
    } finally {
      this.#isBusy = false;
      this.isLoading.value = false;
    }
    if (this.#reloads) {
      this.#reloads = false;
      this.reload();
    } else if (this.#wantsMore) this.more();
  }
}
