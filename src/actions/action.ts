/**
 * The port for everything that a Task can call. An action returns its failures, because the language retries and catches
 * them. An action that throws has a defect, and the runtime reports it as `FnF.RuntimeError`.
 */
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { TaskMode } from '../language/plan.ts';
import type { TaskReference } from '../store/executions.ts';

export interface TaskCall {
  /** As written in the definition: `HTTP:Request`, `ECS:DescribeInstances`. */
  readonly action: string;
  /** The `Parameters` after construction; `{}` when the state has none. */
  readonly parameters: JsonObject;
  /**
   * No other call ever has this key (rules.md 11.18). Each retry has a new one; a call that is repeated after a crash has the
   * same key. Printable ASCII, ready for a header.
   */
  readonly idempotencyKey: string;
  readonly flowName: string;
  readonly executionName: string;
  /** The flow's RoleArn; empty when it has none. */
  readonly roleArn: string;
  /** RequestComplete, unless the task waits for a callback. */
  readonly mode: TaskMode;
  /** The token for ReportTaskSucceeded and ReportTaskFailed; null in RequestComplete mode. */
  readonly taskToken: string | null;
  /** Identifies the task, for actions that start something in this server; null for a task of an Express execution. */
  readonly task: TaskReference | null;
}

/**
 * In a callback mode `ok` means that the service has accepted the work, and `output` is its answer. In
 * WaitForSystemCallback, `completion` is the end of work that this process carries out itself; the call is made again after a
 * crash. Without `completion`, the end is reported to the task by its token.
 */
export type TaskResult =
  | { readonly ok: true; readonly output: JsonValue; readonly completion?: Promise<TaskResult> }
  | { readonly ok: false; readonly error: string; readonly cause: string };

export interface Action {
  /**
   * Makes the call. `signal` is aborted when the answer, or the `completion` after it, is no longer needed (timeout, a failed
   * sibling, shutdown). The action then closes its connection, and its result is ignored.
   */
  run(call: TaskCall, signal: AbortSignal): Promise<TaskResult>;
}

/** Finds actions by name. Every `<Product>:<Api>` has an action; that of an unsupported name fails and says why. */
export interface ActionCatalog {
  find(action: string): Action;
}
