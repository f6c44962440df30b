/**
 * Decides which ended executions a purge deletes, for every adapter. A round goes through them from the one that ended first, so
 * that those beyond a number are the ones that ended first.
 */
import { patternMap } from '../base/pattern-map.ts';
import type { FlowRetention, Retention } from './executions.ts';

/** The numbers of ended executions without children of Map runs, which a store counts only if the retention limits them. */
export interface EndedCounts {
  /** Of one flow, by the store's key of it. */
  ofFlow(flow: string): number;
  /** Of all flows for which `isShared` is true. */
  ofFlows(isShared: (flowName: string) => boolean): number;
}

export interface EndedExecutionPlace {
  /** The store's key of the flow. */
  readonly flow: string;
  readonly flowName: string;
  /** Steady time. */
  readonly endedMs: number;
  /** True for a child of a Map run. It does not count in the numbers, and is deleted by its age, or with the execution of its Map. */
  readonly isItem: boolean;
}

/** The key under which executions beyond the number of all flows are counted. */
const ALL_FLOWS = '';

export class RetentionRound {
  readonly #retention: Retention;
  readonly #ruleOf: (flowName: string) => FlowRetention | null;
  readonly #counts: EndedCounts;
  /** By flow, or {@link ALL_FLOWS}: by how many executions there are too many. Counted once a round. */
  readonly #excess = new Map<string, number>();

  constructor(retention: Retention, counts: EndedCounts) {
    this.#retention = retention;
    this.#counts = counts;
    this.#ruleOf = patternMap(retention.flows.map((rule) => ({ pattern: rule.pattern, value: rule })));
  }

  /** Executions that ended at this time or later are retained, of any flow, unless there are too many; null: all are. */
  get endedBeforeMs(): number | null {
    const { endedBeforeMs, flows } = this.#retention;
    const ages = [endedBeforeMs, ...flows.map((rule) => rule.endedBeforeMs ?? null)].filter((age) => age !== null);
    return ages.length === 0 ? null : Math.max(...ages);
  }

  /** False if every flow retains any number of executions. */
  get isByNumber(): boolean {
    const { executions, flows } = this.#retention;
    return executions !== null || flows.some((rule) => (rule.executions ?? null) !== null);
  }

  /** True if there are more ended executions of these flows than are retained, so that a step will find some to delete. */
  isBeyondNumber(flows: Iterable<Pick<EndedExecutionPlace, 'flow' | 'flowName'>>): boolean {
    for (const each of flows) {
      const limit = this.#limitOf(each);
      if (limit !== null && this.#beyond(limit) > 0) return true;
    }
    return false;
  }

  /** True for an execution that is not retained. */
  deletes(place: EndedExecutionPlace): boolean {
    const { endedBeforeMs = this.#retention.endedBeforeMs } = this.#ruleOf(place.flowName) ?? {};
    if (endedBeforeMs !== null && place.endedMs < endedBeforeMs) return true;
    const limit = place.isItem ? null : this.#limitOf(place);
    return limit !== null && this.#beyond(limit) > 0;
  }

  /**
   * Call it before an execution is deleted, and for one that had to stay although it is not retained: otherwise a later one would
   * be deleted in its place.
   */
  passed(place: EndedExecutionPlace): void {
    const limit = place.isItem ? null : this.#limitOf(place);
    if (limit !== null) this.#excess.set(limit.key, this.#beyond(limit) - 1);
  }

  #beyond(limit: NumberLimit): number {
    let excess = this.#excess.get(limit.key);
    if (excess === undefined) {
      excess = limit.count() - limit.executions;
      this.#excess.set(limit.key, excess);
    }
    return excess;
  }

  #limitOf({ flow, flowName }: Pick<EndedExecutionPlace, 'flow' | 'flowName'>): NumberLimit | null {
    const own = this.#ruleOf(flowName)?.executions;
    if (own === null) return null;
    if (own !== undefined) return { key: flow, executions: own, count: () => this.#counts.ofFlow(flow) };
    const { executions } = this.#retention;
    if (executions === null) return null;
    const isShared = (name: string) => this.#ruleOf(name)?.executions === undefined;
    return { key: ALL_FLOWS, executions, count: () => this.#counts.ofFlows(isShared) };
  }
}

interface NumberLimit {
  readonly key: string;
  readonly executions: number;
  readonly count: () => number;
}
