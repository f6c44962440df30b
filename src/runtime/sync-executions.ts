/**
 * StartSyncExecution as a service to the rooms around it: the operation of that name and the action
 * `FNF:StartSyncExecution` both start here, so that names, modes, limits and the plan cache are settled once.
 */
import type { JsonObject } from '../base/json.ts';
import type { FlowRecord } from '../store/flows.ts';
import type { SyncResult } from './express.ts';

export interface SyncRequest {
  readonly flowName: string;
  /** Already checked against the name rule; null: none was given. */
  readonly executionName: string | null;
  readonly input: JsonObject;
  /** Sync executions above this one; 0 for one started through the API. */
  readonly depth: number;
}

export interface SyncAnswer {
  readonly flow: FlowRecord;
  readonly result: SyncResult;
}

export interface SyncExecutions {
  /**
   * Runs an Express flow to its end.
   * @throws {ApiError} `FlowNotExists`, `ActionNotSupported` (a Standard flow), `ResourceThrottled`.
   */
  start(request: SyncRequest): Promise<SyncAnswer>;
  /** To be called after a change of the flow is durable and before that is answered: no later start sees the old plan. */
  forget(flowName: string): void;
}
