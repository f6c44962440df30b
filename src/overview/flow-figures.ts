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
  /** A ring, in which the places are the numbers of ends modulo its length. */
  readonly last: ExecutionHead[] = [];
  #ends = 0;

  add({ mode, executionName, status, startedMs, tookMs }: Ended): void {
    const stoppedMs = startedMs + tookMs;
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
  /** By id of the flow: another one may be created under the same name. */
  readonly #entries = new Map<string, FlowEntry>();
  /** The entry that was used last: executions of one flow often follow each other. */
  #lastId = '';
  #lastEntry: FlowEntry | null = null;

  constructor(clock: Pick<Clock, 'nowMs'>, mostFlows = MOST_FLOWS) {
    this.#clock = clock;
    this.#mostFlows = mostFlows;
    this.sinceMs = clock.nowMs();
  }

  /** Where the engine reports. */
  readonly subscriber: Subscriber = { executionEnded: (ended) => this.#ended(ended) };

  of(flowId: string): OwnFigures {
    const entry = this.#entries.get(flowId);
    return entry === undefined
      ? { hours: [], last: [] }
      : { hours: entry.hours.texts(this.#clock.nowMs()), last: entry.last };
  }

  #ended(ended: Ended): void {
    if (!ended.isMapItem) this.#entryOf(ended.flowId).add(ended);
  }

  #entryOf(flowId: string): FlowEntry {
    if (this.#lastEntry !== null && this.#lastId === flowId) return this.#lastEntry;
    let entry = this.#entries.get(flowId);
    if (entry === undefined) {
      entry = new FlowEntry();
      this.#entries.set(flowId, entry);
      if (this.#entries.size > this.#mostFlows) this.#entries.delete(this.#entries.keys().next().value ?? '');
    }
    this.#lastId = flowId;
    this.#lastEntry = entry;
    return entry;
  }
}
