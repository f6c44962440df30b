/**
 * Tells the streams of the console what changes in this process. It subscribes to the observer, so the engine does not know it. While
 * no one watches, an event costs the look at a number.
 */
import { randomUUID } from 'node:crypto';
import { formatTime } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import type { Mode, Subscriber } from '../base/observer.ts';
import type { ListChange } from './protocol.ts';

export interface ListWatcher {
  changed(change: ListChange): void;
  flowChanged(flow: string): void;
}

export class Changes {
  /** Of this life of the process. */
  readonly process: string = randomUUID();
  /** Where the engine reports. */
  readonly subscriber: Subscriber = {
    executionStarted: ({ mode, flowName, executionName }) => this.#changed(mode, flowName, executionName, 'Running'),
    executionRedriven: ({ flowName, executionName }) => this.#changed('Standard', flowName, executionName, 'Running'),
    executionEnded: ({ mode, flowName, executionName, status }) => this.#changed(mode, flowName, executionName, status),
    executionAdvanced: ({ flowName, executionName }) => this.#advanced(flowName, executionName),
    executionStuck: ({ flowName, executionName }) => this.#advanced(flowName, executionName),
    flowChanged: ({ flowName }) => this.#flowChanged(flowName),
    scheduleChanged: ({ flowName }) => this.#flowChanged(flowName),
  };
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #lists = new Set<ListWatcher>();
  /** By flow and execution, what to call when the execution has new events. */
  readonly #executions = new Map<string, Set<() => void>>();

  constructor(clock: Pick<Clock, 'nowMs'>) {
    this.#clock = clock;
  }

  /** Watches the status of all executions. Returns the end of it. */
  watchList(watcher: ListWatcher): () => void {
    this.#lists.add(watcher);
    return () => this.#lists.delete(watcher);
  }

  /** Calls `wake` when an execution may have new events. Returns the end of it. */
  watchExecution(flow: string, execution: string, wake: () => void): () => void {
    const key = keyOf(flow, execution);
    const watchers = this.#executions.get(key) ?? new Set();
    watchers.add(wake);
    this.#executions.set(key, watchers);
    return () => {
      watchers.delete(wake);
      if (watchers.size === 0 && this.#executions.get(key) === watchers) this.#executions.delete(key);
    };
  }

  #changed(mode: Mode, flow: string, execution: string, status: string): void {
    this.#advanced(flow, execution);
    if (this.#lists.size === 0) return;
    const time = formatTime(this.#clock.nowMs());
    const change: ListChange = { flow, execution, mode, status, time };
    for (const watcher of this.#lists) watcher.changed(change);
  }

  #advanced(flow: string, execution: string): void {
    if (this.#executions.size === 0) return;
    for (const wake of this.#executions.get(keyOf(flow, execution)) ?? []) wake();
  }

  #flowChanged(flow: string): void {
    for (const watcher of this.#lists) watcher.flowChanged(flow);
  }
}

/** Neither name can hold a line break. */
function keyOf(flow: string, execution: string): string {
  return `${flow}\n${execution}`;
}
