/**
 * Numbers and texts in databases for values of the port, the same in SQLite and PostgreSQL. Databases contain the positions in the
 * lists: append to them, and change nothing else in them.
 */
import type { Ancestry, CallbackState, ExecutionRecord } from './executions.ts';
import type { MapRunStatus } from './map-runs.ts';

const STATUSES: readonly ExecutionRecord['status'][] = ['Running', 'Succeeded', 'Failed', 'TimedOut', 'Stopped'];
const CALLBACKS: readonly CallbackState[] = ['none', 'owed', 'due', 'done'];
const MAP_RUN_STATUSES: readonly MapRunStatus[] = ['Pending', 'Running', 'Succeeded', 'Failed', 'Aborted'];

/** Of executions. */
export const RUNNING = 0;
export const OWED = 1;
export const DUE = 2;
export const DONE = 3;
/** A Map run with a lower status than this is open. */
export const FIRST_ENDED = 2;
export const ABORTED = 4;

export function statusNumber(status: ExecutionRecord['status']): number {
  return STATUSES.indexOf(status);
}

export function statusOf(number: unknown): ExecutionRecord['status'] {
  return STATUSES[Number(number)] as ExecutionRecord['status'];
}

export function callbackNumber(callback: CallbackState): number {
  return CALLBACKS.indexOf(callback);
}

export function callbackOf(number: unknown): CallbackState {
  return CALLBACKS[Number(number)] as CallbackState;
}

export function mapRunStatusNumber(status: MapRunStatus): number {
  return MAP_RUN_STATUSES.indexOf(status);
}

export function mapRunStatusOf(number: unknown): MapRunStatus {
  return MAP_RUN_STATUSES[Number(number)] as MapRunStatus;
}

/** From the columns `depth` and `started_by`. */
export function ancestryOf(depth: unknown, startedBy: string): Ancestry {
  if (startedBy === '') return { depth: Number(depth), startedBy: [] };
  return { depth: Number(depth), startedBy: JSON.parse(startedBy) as readonly string[] };
}

/** The text of `started_by`, empty for most executions. */
export function startedByText({ startedBy }: Ancestry): string {
  return startedBy.length === 0 ? '' : JSON.stringify(startedBy);
}
