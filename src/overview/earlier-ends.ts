/**
 * The figures of Standard executions that ended before any of the processes counted that serve now, so that a start of the server loses
 * none. They come from the newest executions in the store, without their texts, when a caller first asks about the flow; after that they
 * do not change.
 */
import type { ExecutionStore } from '../store/executions.ts';
import { HEADS_ONLY } from './heads-only.ts';
import { HourFigures } from './hour-figures.ts';
import type { HourText } from './hour-figures.ts';

export interface EarlierEnds {
  readonly hours: readonly HourText[];
  /** When the oldest of them started, if the store has older ones that do not count; null if all count. */
  readonly fromMs: number | null;
}

/** Executions of one flow that are read. */
const READ = 200;
const MOST_FLOWS = 1_000;

export class EarlierEndsOfFlows {
  readonly #store: Pick<ExecutionStore, 'list'>;
  /** By id of the flow. */
  readonly #known = new Map<string, { readonly untilMs: number; readonly ends: EarlierEnds }>();

  constructor(store: Pick<ExecutionStore, 'list'>) {
    this.#store = store;
  }

  /** @param untilMs the first of the times since which the processes count */
  async of(flowId: string, untilMs: number, nowMs: number): Promise<EarlierEnds> {
    const known = this.#known.get(flowId);
    if (known?.untilMs === untilMs) return known.ends;
    const ends = await this.#read(flowId, untilMs, nowMs);
    this.#known.set(flowId, { untilMs, ends });
    if (this.#known.size > MOST_FLOWS) this.#known.delete(this.#known.keys().next().value ?? '');
    return ends;
  }

  async #read(flowId: string, untilMs: number, nowMs: number): Promise<EarlierEnds> {
    const { executions, next } = await this.#store.list({
      ...{ flowId, status: null, startedAfterMs: null, startedBeforeMs: untilMs, after: null, limit: READ },
      ...HEADS_ONLY,
    });
    const hours = new HourFigures();
    for (const { status, startedMs, stoppedMs } of executions) {
      if (status === 'Running' || stoppedMs >= untilMs) continue;
      hours.add(stoppedMs, stoppedMs - startedMs, status === 'Succeeded');
    }
    return { hours: hours.texts(nowMs), fromMs: next === null ? null : (executions.at(-1)?.startedMs ?? null) };
  }
}
