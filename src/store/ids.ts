/** The numbers of executions and of nodes, which several ports speak of. */

/** A whole number below 2^53, from `ExecutionStore.newIds`. An execution of the same node that starts later has a higher one. */
export type ExecutionId = number;

/** A whole number from 1. A node that joins later has a higher one. */
export type NodeNumber = number;

/** How many executions are running. */
export interface RunningCounts {
  /** All except children of Map runs. */
  readonly executions: number;
  /** Children of Map runs. */
  readonly mapItems: number;
}
