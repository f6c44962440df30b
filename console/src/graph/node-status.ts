/** How far the state of a node has come in an execution, as the execution's page reports it to the graph. */
export interface NodeStatus {
  /** One of the statuses of `parts/status.tsx`. */
  readonly status: string;
  /** How often the state was entered; shown from 2. */
  readonly count?: number;
  /** Attempts of its last task; shown from 2. */
  readonly attempts?: number;
  readonly durationText?: string;
  /** Words that replace the summary: how many items a Map has done, what it waits for. */
  readonly note?: string;
}
