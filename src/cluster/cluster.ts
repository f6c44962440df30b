/**
 * The others that serve together with this process, as the parts of a server look at them: whether it may start executions, and which
 * share of a limit is its own.
 */
export interface Cluster {
  /** How many processes serve together, 1 or more. */
  readonly size: number;
  /** Place of this process among them, from 0. Work that one of them does for all is done by the first. */
  readonly rank: number;
  /**
   * False while the lease of this node may have ended: others may have changed flows since, so it must not start executions.
   * Always true for a process that serves alone.
   */
  readonly holdsLease: boolean;
  /**
   * Resolves when no process uses a flow as it was before a change that is durable.
   * @throws the error of the store, when it cannot say so
   */
  flowsChanged(): Promise<void>;
}

/** Of a process that serves alone. */
export const ALONE: Cluster = { size: 1, rank: 0, holdsLease: true, flowsChanged: () => Promise.resolve() };

/** The part of a limit that this process may use, a whole number: the parts of all processes together are the limit. */
export function shareOf(limit: number, { size, rank }: Pick<Cluster, 'size' | 'rank'>): number {
  return Math.floor(limit / size) + (rank < limit % size ? 1 : 0);
}
