/**
 * The plan: a compiled definition. Both dialects compile to it, and the interpreter reads nothing else. Names are resolved to
 * objects, and constructors and conditions are functions, so that running a state costs no parsing and no look-up by name.
 * A plan is immutable and shared by all executions of a flow.
 */
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { EvaluationScope } from '../expression/evaluation.ts';

/** The values that the expressions of a state can read. The interpreter sets them before each constructor or condition. */
export interface StateScope extends EvaluationScope {
  /** `$Input`. */
  input: JsonValue;
  /** `$Output`, in the classic dialect `$local`; null when there is none. */
  output: JsonValue;
  /** `$Global`. */
  global: JsonObject;
  /** `$Item`, in an ItemConstructor; the element, in the iteration of a classic foreach. */
  item: JsonValue;
  /** The position of the item; null when there is none. */
  itemIndex: number | null;
  /** `$Environment`: names to texts. */
  environment: JsonObject;
  /** `$Context` or `$context`, built when an expression asks for it. */
  context(): JsonObject;
}

/** Builds an object from a scope. @throws {EvaluationError} */
export type Construct = (scope: StateScope) => JsonObject;
/** A dynamic value: `Seconds.$`, `Timeout.$`, `ItemsPath`. @throws {EvaluationError} */
export interface Compute {
  (scope: StateScope): JsonValue;
  /** Place and expression, for the failure of a value that is refused (rules.md 12.5): `States[0].Seconds.$ ($Input.s)`. */
  readonly source?: string;
}
/** A condition. A value that is not a boolean counts as false, with a warning (rules.md 9.5). */
export type Test = (scope: StateScope) => boolean;

export type Dialect = 'statemachine' | 'classic';
/** The mode of a flow that a task starts in this engine. */
export type ChildMode = 'Standard' | 'Express';
export type TaskMode = 'RequestComplete' | 'WaitForSystemCallback' | 'WaitForCustomCallback';

export interface Plan {
  readonly dialect: Dialect;
  /** The definition's own `Name`; null when it has none. The compiler warns when it differs from the flow's. */
  readonly definitionName: string | null;
  /** `Timeout` of the flow; null for the limit of the mode, which `0` in the text means too. */
  readonly timeoutSeconds: number | null;
  /** Classic `inputMappings` of the flow, from the API's input to the flow's; null: the input is not changed. */
  readonly inputConstructor: Construct | null;
  /** Classic `outputMappings` of the flow, from its input and local; null: the output is the result of the root scope. */
  readonly outputConstructor: Construct | null;
  readonly root: Scope;
  /**
   * Every state of every scope; `states[i].index === i`. Journals hold these numbers, so no version may number states in another
   * way: the states of a scope in their order, then the scopes inside it, depth first.
   */
  readonly states: readonly State[];
  /** Estimated bytes of memory, for the bound of the plans that a server holds. */
  readonly bytes: number;
}

/** A list of states among which `Next` moves: the flow itself, a branch, a Map processor. */
export interface Scope {
  readonly start: State;
  readonly states: readonly State[];
}

export interface StateBase {
  readonly index: number;
  readonly name: string;
  readonly inputConstructor: Construct | null;
  readonly outputConstructor: Construct | null;
  readonly globalConstructor: Construct | null;
  /** Null: the state ends its scope. Always null for Choice, Succeed and Fail. */
  readonly next: State | null;
}

export interface RetryRule {
  /** Error names; `FnF.ALL` matches every error. */
  readonly errors: readonly string[];
  readonly maxAttempts: number;
  readonly intervalSeconds: number;
  /** 1 when absent: a constant interval. */
  readonly backoffRate: number;
  /** Null: not capped. */
  readonly maxBackoffSeconds: number | null;
}

export interface CatchRule {
  readonly errors: readonly string[];
  readonly outputConstructor: Construct | null;
  readonly next: State;
}

interface Recovering {
  readonly retry: readonly RetryRule[];
  readonly catch: readonly CatchRule[];
}

export interface PassState extends StateBase {
  readonly type: 'Pass';
}
export interface SucceedState extends StateBase {
  readonly type: 'Succeed';
}
export interface WaitState extends StateBase {
  readonly type: 'Wait';
  /** How long, in seconds; null when `until` says when. */
  readonly seconds: number | Compute | null;
  /** Classic `timestamp`: an RFC 3339 text. A time in the past ends the wait at once. */
  readonly until: string | Compute | null;
  /** Longest wait in seconds; null for the limit of the mode. */
  readonly secondsMax: number | null;
}
export interface ChoiceState extends StateBase {
  readonly type: 'Choice';
  readonly branches: readonly { readonly condition: Test; readonly next: State }[];
  readonly default: State;
}
/** The classic choice: runs the steps of the first branch whose condition holds, then continues where the branch leads. */
export interface SwitchState extends StateBase {
  readonly type: 'Switch';
  readonly branches: readonly SwitchBranch[];
  /** Taken when no condition holds; null: the state then ends at once. */
  readonly default: Omit<SwitchBranch, 'condition'> | null;
}
export interface SwitchBranch {
  readonly condition: Test;
  /** Null: the branch has no steps. */
  readonly scope: Scope | null;
  /** Classic `goto`, a sibling of the Switch; null: the state that follows the Switch. */
  readonly next: State | null;
}
export interface TaskState extends StateBase, Recovering {
  readonly type: 'Task';
  /** As written: `HTTP:Request`. */
  readonly action: string;
  readonly mode: TaskMode;
  /** Set when the task starts a flow of this engine; null when it calls a service. */
  readonly child: ChildMode | null;
  readonly parameters: Construct;
  /** Null or 0: none. */
  readonly timeoutSeconds: number | Compute | null;
  /** Member of the action's result that is the task's result, `Body` for a classic function; null: the whole result. */
  readonly resultMember: string | null;
}
export interface ParallelState extends StateBase, Recovering {
  readonly type: 'Parallel';
  readonly branches: readonly Scope[];
}
export interface MapState extends StateBase, Recovering {
  readonly type: 'Map';
  /** `ItemsPath`; null when an ItemReader has the items. */
  readonly items: Compute | null;
  readonly itemConstructor: Construct | null;
  /** Classic: builds the input of an iteration from the state's input, the element and its position; null: the item is the input. */
  readonly iterationConstructor: Construct | null;
  readonly processor: Scope;
  /** Null: only the limit of the engine applies. */
  readonly maxConcurrency: number | null;
  /** Null: an inline Map, whose items run in the execution of the Map. */
  readonly distributed: DistributedMap | null;
}
/** The fields of a distributed Map that an inline one has not (rules.md 7.10). Each of its items or batches is an execution of its own. */
export interface DistributedMap {
  /** How the processor runs an item. */
  readonly childMode: ChildMode;
  /** Null: `ItemsPath` leads to the items. */
  readonly reader: ItemReader | null;
  /** Null: every child gets one item as its input. */
  readonly batcher: ItemBatcher | null;
  /** `Parameters` of the ResultWriter; null: the results are the output of the state. */
  readonly writer: Construct | null;
  /** Items that the run takes; null: all. */
  readonly maxItems: number | Compute | null;
  /** Failed items that do not fail the run; null: none, or as many as the percentage says. */
  readonly toleratedCount: number | Compute | null;
  /** The same, as a percentage of all items. */
  readonly toleratedPercentage: number | Compute | null;
}
export interface ItemReader {
  readonly resource: 'getObject' | 'listObjects';
  /** Null for a listing. */
  readonly inputType: ItemFormat | null;
  /** CSV: names of the columns; null: the first row has them. */
  readonly csvHeaders: readonly string[] | null;
  /** CSV: one character. */
  readonly csvDelimiter: string;
  /** JSON: a JSON pointer to the array; null: the file is the array. */
  readonly itemsPointer: string | null;
  readonly maxItems: number | Compute | null;
  readonly parameters: Construct;
}
export type ItemFormat = 'JSON' | 'JSONL' | 'CSV' | 'MANIFEST';
export interface ItemBatcher {
  /** Null: only bytes bound a batch. */
  readonly maxItems: number | Compute | null;
  /** Bytes of the input of a child as JSON text; null: only the limit of a state's data. */
  readonly maxInputBytes: number | Compute | null;
  readonly input: Construct | null;
}
export interface FailState extends StateBase {
  readonly type: 'Fail';
  readonly code: string | null;
  readonly detail: string | null;
}

export type State =
  | PassState
  | SucceedState
  | WaitState
  | ChoiceState
  | SwitchState
  | TaskState
  | ParallelState
  | MapState
  | FailState;
