/**
 * Figures of the flows that this process has run: how their executions ended, and the last Express executions. It subscribes to the
 * observer, and an end costs it a fraction of a microsecond. Its memory is bounded: a fixed amount for each flow, and the flows that were
 * counted first go first.
 */
import type { Clock } from '../base/clock.ts';
import type { ObserverEvents, Subscriber } from '../base/observer.ts';
import { detached } from '../base/text.ts';
import type { ExecutionStatus } from '../interpreter/execution.ts';
import { HourFigures } from './hour-figures.ts';
import type { HourText } from './hour-figures.ts';
import type { ExecutionHead } from './overview.ts';

/** Executions of a flow that a summary shows. */
export const LAST_SHOWN = 20;
/** About twelve megabytes, if all of them run in every hour of a day. */
const MOST_FLOWS = 1_000;

/** The figures of a flow in one process. */
export interface OwnFigures {
  readonly hours: readonly HourText[];
  /** Ended Express executions, in no order. */
  readonly last: readonly ExecutionHead[];
}

type Ended = ObserverEvents['executionEnded'];

class FlowEntry {
  readonly hours = new HourFigures();
  /** When the first execution started that is counted. */
  firstMs: number;
  /** A ring, in which the places are the numbers of ends modulo its length. */
  readonly last: ExecutionHead[] = [];
  #ends = 0;

  constructor(firstMs: number) {
    this.firstMs = firstMs;
  }

  add({ mode, executionName, status, startedMs, tookMs }: Ended): void {
    const stoppedMs = startedMs + tookMs;
    if (startedMs < this.firstMs) this.firstMs = startedMs;
    this.hours.add(stoppedMs, tookMs, status === 'Succeeded');
    // The store has the last Standard executions.
    if (mode === 'Standard') return;
    const name = detached(executionName);
    this.last[this.#ends++ % LAST_SHOWN] = { name, status: status as ExecutionStatus, startedMs, stoppedMs };
  }
}

export class FlowFigures {
  /** Since when this process counts. */
  readonly sinceMs: number;
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #mostFlows: number;
  readonly #entries = new Map<string, FlowEntry>();
  /** The entry that was used last: executions of one flow often follow each other. */
  #lastName = '';
  #lastEntry: FlowEntry | null = null;

  constructor(clock: Pick<Clock, 'nowMs'>, mostFlows = MOST_FLOWS) {
    this.#clock = clock;
    this.#mostFlows = mostFlows;
    this.sinceMs = clock.nowMs();
  }

  /** Where the engine reports. */
  readonly subscriber: Subscriber = { executionEnded: (ended) => this.#ended(ended) };

  /** The figures of a flow. @param createdMs when it was created: an older one of its name may have been counted before */
  of(flowName: string, createdMs: number): OwnFigures {
    const entry = this.#entries.get(flowName);
    if (entry === undefined) return { hours: [], last: [] };
    if (entry.firstMs < createdMs) {
      this.#forget(flowName);
      return { hours: [], last: [] };
    }
    return { hours: entry.hours.texts(this.#clock.nowMs()), last: entry.last };
  }

  #ended(ended: Ended): void {
    if (!ended.isMapItem) this.#entryOf(ended.flowName, ended.startedMs).add(ended);
  }

  #entryOf(flowName: string, startedMs: number): FlowEntry {
    if (this.#lastEntry !== null && this.#lastName === flowName) return this.#lastEntry;
    let entry = this.#entries.get(flowName);
    if (entry === undefined) {
      entry = new FlowEntry(startedMs);
      this.#entries.set(flowName, entry);
      if (this.#entries.size > this.#mostFlows) this.#forget(this.#entries.keys().next().value ?? '');
    }
    this.#lastName = flowName;
    this.#lastEntry = entry;
    return entry;
  }

  #forget(flowName: string): void {
    this.#entries.delete(flowName);
    this.#lastEntry = null;
  }
}
