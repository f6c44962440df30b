/**
 * What a Task can call. A failing action is a value, because the language retries and catches it; an action that
 * throws has a defect, and the runtime reports it as `FnF.RuntimeError`.
 */
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { TaskMode } from '../language/plan.ts';

export interface TaskCall {
  /** As written in the definition: `HTTP:Request`, `ECS:DescribeInstances`. */
  readonly action: string;
  /** The `Parameters` after construction; `{}` when the state has none. */
  readonly parameters: JsonObject;
  /**
   * `{flow}/{execution}/{state}/{id}` with the id of the TaskScheduled event: another one for each retry, the same for a call
   * that is repeated after a crash (DESIGN.md 4).
   */
  readonly idempotencyKey: string;
  readonly flowName: string;
  readonly executionName: string;
  /** The flow's RoleArn; empty when it has none. */
  readonly roleArn: string;
  /** RequestComplete, unless the task waits for a callback. */
  readonly mode: TaskMode;
  /** What ReportTaskSucceeded and ReportTaskFailed take; null in RequestComplete mode. */
  readonly taskToken: string | null;
  /** The task, for what a task starts in this engine; null for a task of an Express execution. */
  readonly task: { readonly execution: number; readonly event: number } | null;
}

/**
 * In a callback mode `ok` means that the service has accepted the work, and `output` is what it answered. In
 * WaitForSystemCallback `completion`, if there is one, is the end of the work, which this process carries out itself:
 * after a crash the call is made again. Without it the end is reported to the task by its token.
 */
export type TaskResult =
  | { readonly ok: true; readonly output: JsonValue; readonly completion?: Promise<TaskResult> }
  | { readonly ok: false; readonly error: string; readonly cause: string };

export interface Action {
  /**
   * Makes the call. `signal` is aborted when the answer, or the `completion` after it, is no longer wanted (timeout, a failed
   * sibling, shutdown): the action then gives up its connection; its result is not looked at.
   */
  run(call: TaskCall, signal: AbortSignal): Promise<TaskResult>;
}

/** The action of a name such as `HTTP:Request`; every `<Product>:<Api>` has one, if only to say what is not supported. */
export interface ActionCatalog {
  find(action: string): Action;
}
