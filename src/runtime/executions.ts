/**
 * What can be asked of executions and done with them, whatever their mode: the port that `operations/` works with.
 * Standard executions are in the store; Express executions are kept in memory for a while (decisions.md 4.7).
 *
 * Every member names flow and execution as a caller does. @throws {ApiError} `FlowNotExists`, `ExecutionNotExists` from all
 * of them; what else is said at each.
 */
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { Failure } from '../interpreter/event.ts';
import type { ExecutionStatus } from '../interpreter/execution.ts';
import type { HistoryEvent } from '../interpreter/history.ts';
import type { EnvironmentVariable } from '../store/flows.ts';

export type { HistoryEvent } from '../interpreter/history.ts';

/** An execution as replies show it. */
export interface ExecutionView {
  readonly flowName: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly startedMs: number;
  /** 0 while it runs. */
  readonly stoppedMs: number;
  /** JSON text as it was sent; empty when none was. */
  readonly input: string;
  /** JSON text; empty unless it succeeded. */
  readonly output: string;
  /** The definition that it started with; empty when only metadata was asked for. */
  readonly definition: string;
  readonly roleArn: string;
  readonly environment: readonly EnvironmentVariable[];
}

export interface StartRequest {
  readonly flowName: string;
  /** Follows the name rule; null: a UUID is made. */
  readonly executionName: string | null;
  /** As it was sent; empty when none was. */
  readonly inputText: string;
  readonly input: JsonObject;
  /** A version, an alias, `LATEST` or empty. */
  readonly qualifier: string;
  /** `CallbackFnFTaskToken`; empty: nobody is told of its end. */
  readonly callbackToken: string;
}

export interface ListRequest {
  readonly flowName: string;
  readonly status: ExecutionStatus | null;
  readonly startedAfterMs: number | null;
  readonly startedBeforeMs: number | null;
  readonly namePrefix: string;
  readonly qualifier: string;
  /** From an earlier page; empty: from the newest. */
  readonly nextToken: string;
  readonly limit: number;
  readonly metadataOnly: boolean;
  /** The page ends after the execution whose definition, input and output pass this sum of UTF-16 units. */
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

/** The outcome that ReportTaskSucceeded or ReportTaskFailed brings. */
export type TaskReport =
  | { readonly ok: true; readonly output: JsonValue }
  | { readonly ok: false; readonly failure: Failure };

/** One thing that a running execution waits for. */
export interface ExecutionWait {
  readonly kind: 'Task' | 'Callback' | 'ChildExecution' | 'Wait' | 'Retry' | 'Store' | 'Stuck';
  /** Empty for a wait of the execution as a whole. */
  readonly stepName: string;
  /** The event that began it: TaskScheduled, or the StateStarted or failed event of a timer; 0 for none. */
  readonly event: number;
  readonly sinceMs: number;
  /** When the engine goes on by itself: a timer ends, a timeout passes; null: never. */
  readonly untilMs: number | null;
  /** What is called, for a task; empty otherwise. */
  readonly action: string;
  /** What it waits for and what would wake it, in a sentence for people. */
  readonly reason: string;
}

export interface ExecutionWaits {
  readonly view: ExecutionView;
  /** Empty when it has ended, or is just being computed. */
  readonly waits: readonly ExecutionWait[];
}

export interface Executions {
  /**
   * Starts a Standard execution; it is durable when this resolves. A running execution of that name is returned as it is.
   * @throws {ApiError} `ExecutionAlreadyExists`, `ActionNotSupported` (an Express flow), `FlowVersionNotExists`,
   *   `FlowAliasNotExists`, `ResourceThrottled`, `InvalidArgument` (the token, or a definition that cannot run any more),
   *   `InternalServerError` when the store cannot keep it.
   */
  start(request: StartRequest): Promise<ExecutionView>;
  /** @throws {ApiError} `ExecutionAlreadyCompleted`. */
  stop(flowName: string, executionName: string, failure: Failure): Promise<ExecutionView>;
  /** Answers when the execution has ended or `waitMs` have passed. */
  describe(flowName: string, executionName: string, waitMs: number): Promise<ExecutionView>;
  /** @throws {ApiError} `InvalidArgument` for a token that is not one of a page. */
  list(request: ListRequest): Promise<ExecutionViewPage>;
  /** Events `fromEvent` and later, at most `limit`. */
  history(flowName: string, executionName: string, fromEvent: number, limit: number): Promise<HistoryPage>;
  /**
   * The id of the event that ended the task.
   * @throws {ApiError} `InvalidArgument` (not a token of this store), `TaskAlreadyCompleted`, `TaskInvalidState`.
   */
  report(taskToken: string, report: TaskReport): Promise<number>;
  waits(flowName: string, executionName: string): Promise<ExecutionWaits>;
  /**
   * Restarts an execution that ended without success from the state that failed.
   * @throws {ApiError} `InvalidArgument` when it runs or succeeded, `ActionNotSupported` for an Express execution.
   */
  redrive(flowName: string, executionName: string): Promise<ExecutionView>;
}
