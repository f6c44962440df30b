/** The express runtime: runs executions in memory and answers when they have ended. */
import type { JsonObject } from '../base/json.ts';
import type { Plan } from '../language/plan.ts';
import type { FlowRecord } from '../store/flows.ts';

export interface SyncStart {
  readonly flow: FlowRecord;
  readonly plan: Plan;
  /** The whole name of the execution (decisions.md 4.2). */
  readonly name: string;
  readonly input: JsonObject;
  /** Sync executions above this one; 0 for one started through the API. */
  readonly depth: number;
}

export interface SyncResult {
  readonly name: string;
  readonly status: 'Succeeded' | 'Failed' | 'TimedOut';
  /** Empty on success. */
  readonly errorCode: string;
  readonly errorMessage: string;
  /** JSON text; empty unless it succeeded. */
  readonly output: string;
  readonly startedMs: number;
  readonly stoppedMs: number;
  /** What was odd and no error: paths that lead nowhere, conditions that are no boolean. */
  readonly warnings: readonly string[];
}

export interface ExpressRuntime {
  /** Executions under way. */
  readonly running: number;
  /** Runs to the end. Never rejects but for a defect. @throws {ApiError} `ResourceThrottled` when full. */
  run(start: SyncStart): Promise<SyncResult>;
  /** Ends what is under way: resolves when nothing runs or `limitMs` have passed, whichever is first. */
  drain(limitMs: number): Promise<void>;
}
