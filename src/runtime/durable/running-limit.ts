/**
 * How many executions are running, in memory or not, and whether another one may start (`limits.standardExecutions`,
 * `limits.mapExecutions`). With several nodes, the store counts with each beat, and each node has a share of what is left until then.
 */
import { ApiError } from '../../api/error.ts';
import { shareOf } from '../../cluster/cluster.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { ExecutionRecord, RunningCounts } from '../../store/executions.ts';

/** An execution that begins or is redriven, as the limits of running executions look at it. */
export type Entrant = Pick<ExecutionRecord, 'mapItem' | 'ancestry'>;

/** Null: no limit. */
export type RunningMax = { readonly [K in keyof RunningCounts]: number | null };

/** When a caller should retry while too many executions run; their ends cannot be predicted. */
const BUSY_RETRY_MS = 1_000;

export class RunningLimit {
  readonly #max: RunningMax;
  readonly #cluster: Pick<Cluster, 'size' | 'rank'>;
  /** How many executions were running when the store counted them. Children of Map runs count for themselves. */
  #counted: RunningCounts;
  /** By how many there are more since, as far as this node knows. */
  #grown = { executions: 0, mapItems: 0 };
  /** By `MapRunName`, how many children of it are running, as far as this process has seen them begin. */
  readonly #itemsOfRuns = new Map<string, number>();

  constructor(counted: RunningCounts, max: RunningMax, cluster: Pick<Cluster, 'size' | 'rank'>) {
    this.#counted = counted;
    this.#max = max;
    this.#cluster = cluster;
  }

  get running(): number {
    const { executions, mapItems } = this.#counted;
    return executions + mapItems + this.#grown.executions + this.#grown.mapItems;
  }

  /** The store has counted the running executions of all nodes. */
  recount(counted: RunningCounts): void {
    this.#counted = counted;
    this.#grown = { executions: 0, mapItems: 0 };
  }

  /** @throws {ApiError} `ResourceThrottled` at the limit of running executions */
  refuseFull(entrant: Entrant): void {
    const kind = entrant.mapItem === null ? 'executions' : 'mapItems';
    const limit = this.#max[kind];
    if (limit === null || this.#hasRoom(kind, limit) || this.#mayExceed(entrant)) return;
    const what = kind === 'mapItems' ? 'executions of Map runs' : 'executions';
    const setting = kind === 'mapItems' ? 'limits.mapExecutions' : 'limits.standardExecutions';
    const message = `${limit} ${what} are running, the limit (${setting}). Retry when some have ended.`;
    throw new ApiError('ResourceThrottled', message, { retryAfterMs: BUSY_RETRY_MS });
  }

  /** An execution has begun to run (1), or has ended (-1). */
  count({ mapItem }: Pick<ExecutionRecord, 'mapItem'>, change: 1 | -1): void {
    this.#grown[mapItem === null ? 'executions' : 'mapItems'] += change;
    if (mapItem === null) return;
    // A child that began before this process may end: then the number is too low, and one more child than that one may begin.
    const count = (this.#itemsOfRuns.get(mapItem.run) ?? 0) + change;
    if (count > 0) this.#itemsOfRuns.set(mapItem.run, count);
    else this.#itemsOfRuns.delete(mapItem.run);
  }

  /** The nodes divide the rest of a limit until the store counts again. */
  #hasRoom(kind: keyof RunningCounts, limit: number): boolean {
    return this.#grown[kind] < shareOf(Math.max(0, limit - this.#counted[kind]), this.#cluster);
  }

  /**
   * True for the only child of a Map run whose own execution was started by another one. That one may be an item that has a place
   * until the Map ends: if all places belong to such items, none of them would ever end.
   */
  #mayExceed({ mapItem, ancestry }: Entrant): boolean {
    return mapItem !== null && ancestry.depth > 1 && !this.#itemsOfRuns.has(mapItem.run);
  }
}
