/**
 * What a Task can call. A failing action is a value, because the language retries and catches it; an action that
 * throws has a defect, and the runtime reports it as `FnF.RuntimeError`.
 */
import type { JsonObject, JsonValue } from '../base/json.ts';

export interface TaskCall {
  /** As written in the definition: `HTTP:Request`, `ECS:DescribeInstances`. */
  readonly action: string;
  /** The `Parameters` after construction; `{}` when the state has none. */
  readonly parameters: JsonObject;
  /** `{flow}/{execution}/{state}/{attempt}`: the same for a call that is repeated after a crash (DESIGN.md 4). */
  readonly idempotencyKey: string;
  readonly flowName: string;
  readonly executionName: string;
  /** The flow's RoleArn; empty when it has none. */
  readonly roleArn: string;
  /** How many sync executions stand above this one; bounds flows that call themselves. */
  readonly depth: number;
}

export type TaskResult =
  | { readonly ok: true; readonly output: JsonValue }
  | { readonly ok: false; readonly error: string; readonly cause: string };

export interface Action {
  /**
   * Makes the call. `signal` is aborted when the answer is no longer wanted (timeout, a failed sibling, shutdown):
   * the action then gives up its connection; its result is not looked at.
   */
  run(call: TaskCall, signal: AbortSignal): Promise<TaskResult>;
}

/** The action of a name such as `HTTP:Request`; every `<Product>:<Api>` has one, if only to say what is not supported. */
export interface ActionCatalog {
  find(action: string): Action;
}
