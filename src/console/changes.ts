/**
 * Passes the changes in this process on to the streams of the console. It subscribes to the observer, so the engine does not know it. While
 * no one watches, an event costs the look at a number.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Mode, Subscriber } from '../base/observer.ts';

/** A change of the status of an execution. */
export interface Change {
  readonly flow: string;
  readonly execution: string;
  readonly mode: Mode;
  /** `Running` for a start and a redrive. */
  readonly status: string;
  /** Milliseconds since 1970. A text of it would cost each execution more than all else here. */
  readonly timeMs: number;
}

export interface ListWatcher {
  changed(change: Change): void;
  flowChanged(flow: string): void;
  /** There are other messages, or other outcomes of pushes. */
  messagesChanged(): void;
  /** Some changes are not known, of executions or of flows. */
  missed(changes: number): void;
}

/** By process, the number of the last change that the asker has of it. */
export type Cursors = Readonly<Record<string, number>>;

/** Changes of one process, for another one. */
export interface ChangeBatch {
  readonly process: string;
  /** The cursor for the next question. */
  readonly until: number;
  readonly changes: readonly Change[];
  /** Names of flows that have changed. */
  readonly flows: readonly string[];
  /** How many more changes there were since the cursor, at least. */
  readonly lost: number;
  /** How often messages have changed in the life of the process. */
  readonly messages: number;
}

/** More changes than a list shows. */
const MOST_RECENT = 500;
/** A process that has not asked for so long watches no list any more. */
const ASKED_MS = 5_000;

export class Changes {
  /** Of this life of the process. */
  readonly process: string = randomUUID();
  /** Where the engine reports. */
  readonly subscriber: Subscriber = {
    // Lists leave the children of Map runs out.
    executionStarted: ({ mode, flowName, executionName, source }) =>
      this.#changed(mode, flowName, executionName, 'Running', source !== 'map'),
    executionRedriven: ({ flowName, executionName }) =>
      this.#changed('Standard', flowName, executionName, 'Running', true),
    executionEnded: ({ mode, flowName, executionName, status, isMapItem }) =>
      this.#changed(mode, flowName, executionName, status, !isMapItem),
    executionAdvanced: ({ flowName, executionName }) => this.#advanced(flowName, executionName),
    mapRunAdvanced: ({ flowName, executionName, mapRunName }) => this.#advanced(flowName, executionName, mapRunName),
    executionStuck: ({ flowName, executionName }) => this.#advanced(flowName, executionName),
    flowChanged: ({ flowName, action }) => {
      this.#flowChanged(flowName);
      if (action === 'DeleteFlow') this.#advancedAll(`${flowName}\n`);
    },
    executionsPurged: () => this.#advancedAll(''),
    scheduleChanged: ({ flowName }) => this.#flowChanged(flowName),
    messagesChanged: () => {
      this.#messages++;
      this.passMessages();
    },
  };
  readonly #clock: Pick<Clock, 'nowMs' | 'monotonicMs'>;
  readonly #lists = new Set<ListWatcher>();
  /** By the key of an execution or a Map run, what to call when it has changed. */
  readonly #watchers = new Map<string, Set<() => void>>();

  readonly #recent = new Recent();
  #askedMs = Number.NEGATIVE_INFINITY;
  #messages = 0;

  constructor(clock: Pick<Clock, 'nowMs' | 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** The changes of this process since the cursor that it gave in an earlier batch. */
  batchSince(cursors: Cursors): ChangeBatch {
    this.#askedMs = this.#clock.monotonicMs();
    const { recent, lost } = this.#recent.since(cursors[this.process]);
    return {
      process: this.process,
      until: this.#recent.last,
      changes: recent.flatMap(({ change }) => (change === null ? [] : [change])),
      flows: [...new Set(recent.flatMap(({ change, flow }) => (change === null ? [flow] : [])))],
      lost,
      messages: this.#messages,
    };
  }

  /** Passes on a change that another process has reported. */
  pass(change: Change): void {
    for (const watcher of this.#lists) watcher.changed(change);
  }

  passFlow(flow: string): void {
    for (const watcher of this.#lists) watcher.flowChanged(flow);
  }

  passMessages(): void {
    for (const watcher of this.#lists) watcher.messagesChanged();
  }

  passMissed(changes: number): void {
    for (const watcher of this.#lists) watcher.missed(changes);
  }

  /** Watches the status of all executions. Returns the end of it. */
  watchList(watcher: ListWatcher): () => void {
    this.#lists.add(watcher);
    return () => this.#lists.delete(watcher);
  }

  /** Calls `wake` when an execution may have new events. Returns the end of it. */
  watchExecution(flow: string, execution: string, wake: () => void): () => void {
    return this.#watch(keyOf(flow, execution), wake);
  }

  /** Calls `wake` when a Map run may have changed. Returns the end of it. */
  watchMapRun(flow: string, execution: string, mapRun: string, wake: () => void): () => void {
    const unwatchRun = this.#watch(keyOf(flow, execution, mapRun), wake);
    // An execution that is stopped ends its Map runs with it.
    const unwatchExecution = this.watchExecution(flow, execution, wake);
    return () => {
      unwatchRun();
      unwatchExecution();
    };
  }

  #watch(key: string, wake: () => void): () => void {
    const watchers = this.#watchers.get(key) ?? new Set();
    watchers.add(wake);
    this.#watchers.set(key, watchers);
    return () => {
      watchers.delete(wake);
      if (watchers.size === 0 && this.#watchers.get(key) === watchers) this.#watchers.delete(key);
    };
  }

  #changed(mode: Mode, flow: string, execution: string, status: string, isListed: boolean): void {
    this.#advanced(flow, execution);
    if (!isListed) return;
    const isAsked = this.#isAsked();
    if (this.#lists.size === 0 && !isAsked) return;
    const change: Change = { flow, execution, mode, status, timeMs: this.#clock.nowMs() };
    if (isAsked) this.#recent.add(change, flow);
    this.pass(change);
  }

  /** Whether another process has asked for changes lately. */
  #isAsked(): boolean {
    if (this.#askedMs === Number.NEGATIVE_INFINITY) return false;
    if (this.#clock.monotonicMs() - this.#askedMs < ASKED_MS) return true;
    this.#askedMs = Number.NEGATIVE_INFINITY;
    this.#recent.stop();
    return false;
  }

  #advanced(flow: string, execution: string, mapRun?: string): void {
    if (this.#watchers.size > 0) this.#wake(keyOf(flow, execution, mapRun));
  }

  #wake(key: string): void {
    for (const wake of this.#watchers.get(key) ?? []) wake();
  }

  /** Executions may be gone: those whose key begins with this text. */
  #advancedAll(keyBegin: string): void {
    for (const [key, watchers] of this.#watchers) {
      if (key.startsWith(keyBegin)) for (const wake of watchers) wake();
    }
  }

  #flowChanged(flow: string): void {
    if (this.#isAsked()) this.#recent.add(null, flow);
    this.passFlow(flow);
  }
}

/** The last changes of a process, for other processes. */
class Recent {
  /** The number of the last change; they count from 1. */
  last = 0;
  #isWanted = false;
  #changes: { readonly number: number; readonly change: Change | null; readonly flow: string }[] = [];

  /** A change of an execution, or null and the name of a flow that has changed. */
  add(change: Change | null, flow: string): void {
    if (!this.#isWanted) return;
    this.last++;
    this.#changes.push({ number: this.last, change, flow });
    // Twice the number, so that the oldest leave in one go and not one by one.
    if (this.#changes.length > 2 * MOST_RECENT) this.#changes = this.#changes.slice(-MOST_RECENT);
  }

  /** Those after a number; the first question gets none. Without a question for a while, changes are recorded no longer. */
  since(number: number | undefined): {
    readonly recent: readonly { readonly change: Change | null; readonly flow: string }[];
    readonly lost: number;
  } {
    this.#isWanted = true;
    if (number === undefined) return { recent: [], lost: 0 };
    const recent = this.#changes.filter((each) => each.number > number);
    return { recent, lost: Math.max(0, this.last - number - recent.length) };
  }

  stop(): void {
    this.#isWanted = false;
    this.#changes = [];
    // In place of those that come until someone asks again, who learns that some are missing.
    this.last++;
  }
}

/** No name can hold a line break. */
function keyOf(flow: string, execution: string, mapRun = ''): string {
  return `${flow}\n${execution}\n${mapRun}`;
}
