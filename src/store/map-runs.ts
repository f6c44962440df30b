/** Runs of distributed Maps in the execution store. A run belongs to the execution of its Map and is deleted with it, as its children are. */
import type { JournalRow } from './journal-row.ts';

export type MapRunStatus = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Aborted';

/** A run as DescribeMapRun shows it, after the last commit. */
export interface MapRunRecord {
  /** `MapRunName`, unique in the store. */
  readonly name: string;
  /** With the id of the execution, the key of the run: the id of its first MapRunStarted event. */
  readonly key: number;
  /** Id of its last MapRunStarted event: a redrive gives it another one. Its children have this task of the execution as parent. */
  readonly event: number;
  readonly status: MapRunStatus;
  readonly startedMs: number;
  /** 0 while it runs. */
  readonly stoppedMs: number;
  /** Children that may run at once. */
  readonly concurrency: number;
  /** Null: the percentage alone decides. */
  readonly toleratedCount: number | null;
  readonly toleratedPercentage: number | null;
  /** Items that were read so far, and how many of them run, succeeded and failed. The others wait, or were aborted. */
  readonly total: number;
  readonly running: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** The changes of one commit to a run. */
export interface MapRunChange {
  readonly record: MapRunRecord;
  /** Appended to the log of the run, by the rules of a journal row. */
  readonly log?: JournalRow;
}

/** The place of a child execution in a Map run. */
export interface MapItemPlace {
  /** Name of the run. */
  readonly run: string;
  /** Index of the Map in the plan. */
  readonly state: number;
  /** Position of the item or the batch, from 0. */
  readonly index: number;
}

/** True for a run that has not ended. */
export function isOpen(status: MapRunStatus): boolean {
  return status === 'Pending' || status === 'Running';
}
