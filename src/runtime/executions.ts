/**
 * Executions of both modes, as a port for `operations/`. Standard executions are in the store; Express executions are retained
 * in memory for a while (rules.md 12.13).
 *
 * Members take the names of flow and execution as callers send them, and throw {ApiError} `FlowNotExists` and
 * `ExecutionNotExists` for names that lead nowhere. Each member lists its other errors.
 */
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { Failure } from '../interpreter/event.ts';
import type { ExecutionStatus } from '../interpreter/execution.ts';
import type { HistoryEvent } from '../interpreter/history.ts';
import type { EnvironmentVariable } from '../store/flows.ts';
import type { MapRunRecord } from '../store/map-runs.ts';
import type { MapRunChanges } from './driver/map-runs.ts';

export type { HistoryEvent } from '../interpreter/history.ts';

/** An execution as replies show it. */
export interface ExecutionView {
  readonly flowName: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly startedMs: number;
  /** 0 while it runs. */
  readonly stoppedMs: number;
  /** JSON text as the caller sent it; empty when there was none. */
  readonly input: string;
  /** JSON text; empty unless it succeeded. */
  readonly output: string;
  /** The definition at the start; empty when the caller wants metadata only. */
  readonly definition: string;
  readonly roleArn: string;
  readonly environment: readonly EnvironmentVariable[];
}

export interface StartRequest {
  readonly flowName: string;
  /** Follows the name rule; null: the runtime generates a UUID. */
  readonly executionName: string | null;
  /** As the caller sent it; empty when there was none. */
  readonly inputText: string;
  readonly input: JsonObject;
  /** A version, an alias, `LATEST` or empty. */
  readonly qualifier: string;
  /** `CallbackFnFTaskToken`: the end of the execution is reported to this task. Empty: to none. */
  readonly callbackToken: string;
}

export interface ListRequest {
  readonly flowName: string;
  readonly status: ExecutionStatus | null;
  readonly startedAfterMs: number | null;
  readonly startedBeforeMs: number | null;
  readonly namePrefix: string;
  readonly qualifier: string;
  /** Only the children of this Map run; empty: no children of any. */
  readonly mapRunName: string;
  /** From an earlier page; empty: begin with the newest execution. */
  readonly nextToken: string;
  readonly limit: number;
  readonly metadataOnly: boolean;
  /** The page ends after the execution whose definition, environment, input and output pass this sum of UTF-16 units. */
  readonly textUnits: number;
}

export interface ExecutionViewPage {
  readonly executions: readonly ExecutionView[];
  /** Opaque; empty at the end. */
  readonly nextToken: string;
}

export interface HistoryPage {
  readonly events: readonly HistoryEvent[];
  /** Id of the first event of the next page; null at the end. */
  readonly nextEvent: number | null;
}

/** The outcome in a ReportTaskSucceeded or ReportTaskFailed. */
export type TaskReport =
  | { readonly ok: true; readonly output: JsonValue }
  | { readonly ok: false; readonly failure: Failure };

/** One wait of a running execution. */
export interface ExecutionWait {
  readonly kind: 'Task' | 'Callback' | 'ChildExecution' | 'MapRun' | 'Wait' | 'Retry' | 'Store' | 'Rate' | 'Stuck';
  /** The state that waits; empty when the execution as a whole waits. */
  readonly stepName: string;
  /** The event that began the wait: TaskScheduled, or for a timer the StateStarted or failure event; 0 for none. */
  readonly event: number;
  readonly sinceMs: number;
  /** When a timer or a timeout ends the wait; null: neither does. */
  readonly untilMs: number | null;
  /** The action of a task; empty for other waits. */
  readonly action: string;
  /** Says in sentences for people what it waits for and what would wake it. */
  readonly reason: string;
}

export interface ExecutionWaits {
  readonly view: ExecutionView;
  /** Empty when the execution has ended, or is computing at this moment. */
  readonly waits: readonly ExecutionWait[];
  /** Sentences for people: what it does, or why it ended as it did, and what to do. */
  readonly explanation: string;
  /** How many executions above this one started one another by tasks; 0 when a caller started it, and for an Express execution. */
  readonly depth: number;
  /** These tasks as texts `{flow}/{execution}/{state}`, the nearest first; at most about ten. */
  readonly startedBy: readonly string[];
}

export interface Executions {
  /**
   * Starts a Standard execution, which is durable when this resolves. If one of that name is running, returns that one.
   * @throws {ApiError} `ExecutionAlreadyExists`, `ActionNotSupported` (an Express flow), `FlowVersionNotExists`,
   *   `FlowAliasNotExists`, `ResourceThrottled`, `InvalidArgument` (the token, or a definition that this version rejects),
   *   `InternalServerError` when the store is not accepting writes.
   */
  start(request: StartRequest): Promise<ExecutionView>;
  /** @throws {ApiError} `ExecutionAlreadyCompleted`. */
  stop(flowName: string, executionName: string, failure: Failure): Promise<ExecutionView>;
  /** Resolves when the execution has ended, or after `waitMs`. */
  describe(flowName: string, executionName: string, waitMs: number): Promise<ExecutionView>;
  /** @throws {ApiError} `InvalidArgument` for a `nextToken` that no page of this flow returned. */
  list(request: ListRequest): Promise<ExecutionViewPage>;
  /** Events `fromEvent` and later, at most `limit`. */
  history(flowName: string, executionName: string, fromEvent: number, limit: number): Promise<HistoryPage>;
  /**
   * Ends a task in a callback mode; resolves with the id of the event that ended it, which is durable.
   * @throws {ApiError} `InvalidArgument` (not a token of this store), `TaskAlreadyCompleted`, `TaskInvalidState`.
   */
  report(taskToken: string, report: TaskReport): Promise<number>;
  /**
   * The token of a task in a callback mode, by its TaskScheduled event. The task may have ended. @throws {ApiError}
   * `ActionNotSupported` for an Express execution, which has no such tasks.
   */
  taskToken(flowName: string, executionName: string, event: number): Promise<string>;
  waits(flowName: string, executionName: string): Promise<ExecutionWaits>;
  /**
   * Restarts an execution that ended without success from the state that failed.
   * @throws {ApiError} `InvalidArgument` when it is running or succeeded, or this version cannot read it, `ActionNotSupported` for an Express execution.
   */
  redrive(flowName: string, executionName: string): Promise<ExecutionView>;
  /** @throws {ApiError} `MapRunNotExists` */
  mapRun(flowName: string, executionName: string, mapRunName: string): Promise<MapRunRecord>;
  /**
   * Changes the bounds of a Map run, durably.
   * @throws {ApiError} `MapRunNotExists`, `MapRunAlreadyCompleted`
   */
  updateMapRun(
    flowName: string,
    executionName: string,
    mapRunName: string,
    changes: MapRunChanges,
  ): Promise<MapRunRecord>;
}
