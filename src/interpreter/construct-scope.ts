/**
 * The values that the expressions of one state can read while a decision is made, with their failures and warnings. One scope
 * serves a whole decision: `enter` sets it to a thread, so that a state costs no object of this kind.
 */
import { beginning } from '../base/text.ts';
import { MAX_DEPTH, boundJson, jsonBytes } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import { EvaluationError, FUEL_PER_STATE, spend } from '../expression/evaluation.ts';
import type { StateScope } from '../language/plan.ts';
import type { Failure, Warning } from './event.ts';
import type { Moment } from './input.ts';
import { WARNINGS_MAX } from './execution.ts';
import type { Execution, ExecutionStart } from './execution.ts';
import type { Thread } from './thread.ts';
import { DATA_LIMIT_EXCEEDED, RUNTIME_ERROR, dataTooLarge } from './failure.ts';

/** A large object is a hash table: copying and measuring a member of one takes some 400 ns. */
const FUEL_PER_MERGED = 20;
/** Work of an error: its stack, and the beginning of a value in its message, of which a large map has to be listed. */
const WORK_OF_AN_ERROR = 20_000;
/** `$Context` is built for each time that an expression reads it. */
const FUEL_PER_CONTEXT = 20;
/** Sealing a token takes some microseconds. */
const FUEL_PER_TOKEN = 300;

/** Longest place and message of a warning, in UTF-16 units. */
const WARNING_PATH_UNITS = 200;
const WARNING_UNITS = 1_000;

/** Builds `$Context` or `$context` when an expression asks for it. */
export type BuildContext = (scope: ConstructScope) => JsonObject;

export class ConstructScope implements StateScope {
  input: JsonValue = null;
  output: JsonValue = null;
  global: JsonObject;
  item: JsonValue = null;
  itemIndex: number | null = null;
  /** `$Context.Current.Error`: set while a catch rule builds its output. */
  error: Failure | null = null;
  /** For `$Context.Current.TaskToken`: id of the TaskScheduled that is being made for a callback task; 0 otherwise. */
  callback = 0;
  /** Of the last attempt; null when it succeeded. */
  failure: Failure | null = null;
  fuel = FUEL_PER_STATE;
  place = '';
  /** Work spent on measuring values since `enter`, in units of fuel. */
  measured = 0;
  readonly environment: JsonObject;
  readonly #execution: Execution;
  readonly #moment: Moment;
  readonly #buildContext: BuildContext;
  #thread: Thread | null = null;
  /** The value that `fuel` was set to. */
  #filled = FUEL_PER_STATE;
  /** Work before `enter`. */
  #spent = 0;
  #warnings: Warning[] | null = null;
  /** The last token that was made, and its event. */
  #token: string | null = null;
  #tokenOf = 0;

  constructor(execution: Execution, moment: Moment, buildContext: BuildContext) {
    this.#execution = execution;
    this.#moment = moment;
    this.#buildContext = buildContext;
    this.global = execution.global;
    this.environment = execution.start.environment;
  }

  /** Sets everything to what the thread's state can read before it has an output, with full fuel. */
  enter(thread: Thread): void {
    this.#thread = thread;
    this.input = thread.input;
    this.output = null;
    this.item = null;
    this.itemIndex = null;
    this.error = null;
    this.callback = 0;
    this.failure = null;
    this.global = this.#execution.global;
    this.#spent = this.work;
    this.measured = 0;
    this.#filled = FUEL_PER_STATE;
    this.fuel = FUEL_PER_STATE;
  }

  /** Counts work that is paid for by no fuel, so that a decision ends in time. */
  count(units: number): void {
    this.#spent += units;
  }

  /** Adds fuel for a state that has more to do. */
  refuel(units: number): void {
    this.#filled += units;
    this.fuel += units;
  }

  /** Work done since the decision began, in units of fuel. */
  get work(): number {
    return this.#spent + this.#filled - this.fuel + this.measured;
  }

  random(): number {
    return this.#moment.random();
  }

  warn(message: () => string): void {
    this.#warnings ??= [];
    if (this.#warnings.length >= WARNINGS_MAX) return;
    this.#warnings.push({
      path: beginning(this.place, WARNING_PATH_UNITS),
      message: beginning(message(), WARNING_UNITS),
    });
  }

  /** The warnings since the last call; null when there are none. */
  takeWarnings(): readonly Warning[] | null {
    const warnings = this.#warnings;
    this.#warnings = null;
    return warnings;
  }

  /** Runs a compiled expression or constructor. If it fails, sets `failure` and returns `otherwise`. */
  attempt<T>(run: (scope: StateScope) => T, otherwise: T): T {
    try {
      return run(this);
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      this.count(WORK_OF_AN_ERROR);
      this.fail(error.source === undefined ? error.message : `${error.source}: ${error.message}`);
      return otherwise;
    }
  }

  /** Sets `failure` to `FnF.RuntimeError` with this cause. */
  fail(cause: string): void {
    this.failure = { error: RUNTIME_ERROR, cause };
  }

  /** The failure of a value that is over a limit, by default that of a state's data; null when the value fits. */
  oversize(value: JsonValue, what: string, limit = this.#execution.limits.stateDataBytes): Failure | null {
    const bytes = this.measure(value, limit);
    if (bytes <= limit) return null;
    if (bytes === Number.POSITIVE_INFINITY) {
      return { error: DATA_LIMIT_EXCEEDED, cause: `${what} is nested deeper than ${MAX_DEPTH} levels.` };
    }
    return dataTooLarge(what, limit);
  }

  /**
   * Up to `limit`: an upper bound of the bytes of the value's JSON text. Above it: the text is larger than `limit`, and Infinity
   * says that the value is nested too deep. The work counts against the budget: a loop may do nothing but copy large values.
   */
  measure(value: JsonValue, limit: number): number {
    const most = boundJson(value, limit);
    if (most <= limit) {
      this.measured += most >> 4;
      return most;
    }
    const bytes = jsonBytes(value, limit);
    this.measured += (limit >> 4) + (Math.min(bytes, limit) >> 2);
    return bytes;
  }

  /** Counts the work of a merge whose result is this object: every member was copied and looked at. */
  countMerge(merged: JsonObject): void {
    this.measured += Object.keys(merged).length * FUEL_PER_MERGED;
  }

  /** Sets `failure` when the state has measured more than it may. For loops over many values. */
  checkMeasured(): void {
    if (this.measured > FUEL_PER_STATE) this.fail('the values of the state need more work than one state may do');
  }

  /** Bytes that the input and the output of a state may have. */
  get dataLimit(): number {
    return this.#execution.limits.stateDataBytes;
  }

  /** Sets everything to what the mappings of the flow itself see: no state is theirs. `thread` is null before the first. */
  enterFlow(thread: Thread | null, input: JsonValue, output: JsonValue): void {
    if (thread !== null) this.enter(thread);
    this.#thread = null;
    this.input = input;
    this.output = output;
  }

  context(): JsonObject {
    spend(this, FUEL_PER_CONTEXT);
    return this.#buildContext(this);
  }

  /** The thread whose state is being decided; null for the flow itself. */
  get thread(): Thread | null {
    return this.#thread;
  }

  get start(): ExecutionStart {
    return this.#execution.start;
  }

  /** The token of a task in a callback mode, by the event that it names; null where there are no callbacks. */
  taskToken(event: number): string | null {
    if (this.#tokenOf !== event) {
      spend(this, FUEL_PER_TOKEN);
      this.#token = this.#moment.taskToken?.(event) ?? null;
      this.#tokenOf = event;
    }
    return this.#token;
  }
}
