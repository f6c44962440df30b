/**
 * Builds the values of a state and checks each against its limit. A function that fails sets `scope.failure`, and its result
 * must not be used.
 */
import { instantMs } from '../base/instant.ts';
import { fitsJson, isJsonArray, stringifyJson } from '../base/json.ts';
import type { JsonArray, JsonObject, JsonValue } from '../base/json.ts';
import { beginning } from '../base/text.ts';
import { fieldNumber } from '../expression/value.ts';
import { TASK_TIMEOUT_SECONDS } from '../language/limits.ts';
import type { Compute, Construct, MapState, TaskState, WaitState } from '../language/plan.ts';
import type { ConstructScope } from './construct-scope.ts';
import type { Failure } from './event.ts';
import type { Execution } from './execution.ts';
import { DATA_LIMIT_EXCEEDED } from './failure.ts';

const NOTHING: JsonObject = {};
/** Fuel that each item of a Map adds to the state's own, for ItemConstructor. */
const FUEL_PER_ITEM = 20;

/** An input or output from its constructor. `what` is its name in the failure. */
export function constructValue(scope: ConstructScope, construct: Construct, what: string): JsonObject {
  const value = scope.attempt(construct, NOTHING);
  if (scope.failure === null) scope.failure = scope.oversize(value, what);
  return value;
}

export function constructParameters(scope: ConstructScope, construct: Construct): JsonObject {
  const value = scope.attempt(construct, NOTHING);
  if (scope.failure === null) scope.failure = scope.oversize(value, 'Parameters');
  return value;
}

/**
 * The variables that GlobalConstructor adds to `$Global`. Each key and value has to be within its limit (rules.md 8.5), and
 * `$Global` as a whole within {@link GLOBAL_VALUES_MAX} of the largest values.
 */
export function constructGlobal(scope: ConstructScope, execution: Execution, construct: Construct): JsonObject {
  const changes = scope.attempt(construct, NOTHING);
  if (scope.failure !== null) return changes;
  const { globalKeyBytes, globalValueBytes } = execution.limits;
  let total = execution.globalBytes;
  const keys = Object.keys(changes);
  // Each of them is measured again, and all that are there are copied, when the state ends.
  scope.count((Object.keys(execution.global).length + keys.length) * WORK_PER_VARIABLE);
  for (const key of keys) {
    const value = changes[key] as JsonValue;
    if (Buffer.byteLength(key) > globalKeyBytes) {
      scope.failure = tooLarge(`The name of the global variable ${shown(key)}`, globalKeyBytes);
    } else {
      const measured = scope.measured;
      scope.failure = scope.oversize(value, `The global variable ${shown(key)}`, globalValueBytes);
      scope.count((scope.measured - measured) * MEASURED_AGAIN);
      if (scope.failure === null) scope.checkMeasured();
      if (scope.failure === null) total += execution.globalGrowth(key, value);
    }
    if (scope.failure !== null) return changes;
  }
  const most = globalValueBytes * GLOBAL_VALUES_MAX;
  if (total > most) scope.failure = tooLarge('$Global', most);
  else if (keys.length > 0) scope.failure = tooManyVariables(execution.global, keys);
  return changes;
}

/** `$Global` may grow to this many times its largest value: 4 MiB where a value may have 256 KiB. */
const GLOBAL_VALUES_MAX = 16;

/** Every write copies all variables, so their number is bounded too (rules.md 8.5). */
const GLOBAL_VARIABLES_MAX = 10_000;
/** Copying a variable and finding its place, in units of fuel. */
const WORK_PER_VARIABLE = 20;
/** How often the size of a variable is computed after the first time: before and after the state ends. */
const MEASURED_AGAIN = 4;

function tooManyVariables(global: JsonObject, keys: readonly string[]): Failure | null {
  let count = Object.keys(global).length;
  for (const key of keys) if (!Object.hasOwn(global, key)) count++;
  if (count <= GLOBAL_VARIABLES_MAX) return null;
  return { error: DATA_LIMIT_EXCEEDED, cause: `$Global has more than ${GLOBAL_VARIABLES_MAX} variables.` };
}

function tooLarge(what: string, limit: number): Failure {
  return { error: DATA_LIMIT_EXCEEDED, cause: `${what} is larger than ${limit} bytes.` };
}

/** The seconds that a computed Wait may have, and the field that holds them. */
interface WaitRange {
  readonly field: string;
  readonly min: number;
  readonly max: number;
}

/** Seconds of a Wait. A computed number is whole and in the range of the mode (rules.md 7.6, 10.5). */
export function evaluateSeconds(
  scope: ConstructScope,
  { seconds, until }: WaitState,
  { field, min, max }: WaitRange,
  nowMs: number,
): number {
  if (until !== null) return secondsUntil(scope, until, max, nowMs);
  if (seconds === null || typeof seconds === 'number') return seconds ?? 0;
  const value = scope.attempt(seconds, null);
  if (scope.failure !== null) return 0;
  const number = fieldNumber(value);
  if (number !== null && Number.isInteger(number) && number >= min && number <= max) return number;
  scope.fail(named(seconds, `${field} must be a whole number from ${min} to ${max}, not ${shown(value)}`));
  return 0;
}

/** Seconds until an instant; 0 when it has passed. */
function secondsUntil(scope: ConstructScope, until: string | Compute, most: number, nowMs: number): number {
  const value = typeof until === 'string' ? until : scope.attempt(until, null);
  if (scope.failure !== null) return 0;
  const source = typeof until === 'string' ? undefined : until;
  const message = (wanted: string): string => {
    const sentence = `timestamp must be ${wanted}, not ${shown(value)}`;
    return source === undefined ? sentence : named(source, sentence);
  };
  const untilMs = typeof value === 'string' ? instantMs(value) : null;
  if (untilMs === null) scope.fail(message('an RFC 3339 text such as "2030-01-31T08:00:00Z"'));
  else if (untilMs - nowMs > most * 1000) scope.fail(message(`at most ${most} seconds ahead`));
  else return Math.max(0, untilMs - nowMs) / 1000;
  return 0;
}

/** Seconds that the task may take; null for no limit, which a value of 0 also means (rules.md 7.5). */
export function evaluateTimeout(scope: ConstructScope, state: TaskState): number | null {
  const { timeoutSeconds } = state;
  if (timeoutSeconds === null || typeof timeoutSeconds === 'number')
    return timeoutSeconds === 0 ? null : timeoutSeconds;
  const value = scope.attempt(timeoutSeconds, null);
  if (scope.failure !== null) return null;
  const seconds = fieldNumber(value);
  if (seconds !== null && seconds >= 0 && seconds <= TASK_TIMEOUT_SECONDS) {
    return seconds === 0 ? null : seconds;
  }
  const range = `from 0 to ${TASK_TIMEOUT_SECONDS}`;
  scope.fail(named(timeoutSeconds, `Timeout must be a number of seconds ${range}, not ${shown(value)}`));
  return null;
}

/** The inputs of a Map's processor: ItemsPath, then ItemConstructor for each item (rules.md 7.9). `field` leads to the items. */
export function evaluateItems(scope: ConstructScope, state: MapState, field: string): JsonArray {
  const items = evaluateArray(scope, state, field);
  if (scope.failure !== null) return [];
  const { itemConstructor, iterationConstructor } = state;
  if (itemConstructor !== null) return buildItems(scope, items, itemConstructor);
  if (iterationConstructor !== null) return checkIterations(scope, items);
  // The items are usually a part of the input, which was measured as a whole, so one look at all of them is enough.
  if (scope.oversize(items, '') !== null) {
    for (const [index, item] of items.entries()) {
      scope.failure = scope.oversize(item, `The item ${index}`);
      if (scope.failure === null) scope.checkMeasured();
      if (scope.failure !== null) return [];
    }
  }
  return items;
}

/** The array that ItemsPath leads to. */
export function evaluateArray(scope: ConstructScope, { items: path }: MapState, field: string): JsonArray {
  if (path === null) return [];
  const items = scope.attempt(path, null);
  if (scope.failure !== null) return [];
  if (isJsonArray(items)) return items;
  scope.fail(named(path, `${field} must lead to an array, not ${shown(items)}`));
  return [];
}

/** A number that may be computed, with the name of its field and its range. */
export interface BoundedField {
  readonly field: string;
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
}

/** The number of a field; null when it has none. A computed one has to be in its range. */
export function evaluateNumber(
  scope: ConstructScope,
  value: number | Compute | null,
  { field, min, max, whole }: BoundedField,
): number | null {
  if (value === null || typeof value === 'number') return value;
  const computed = scope.attempt(value, null);
  if (scope.failure !== null) return null;
  const number = fieldNumber(computed);
  if (number !== null && number >= min && number <= max && (!whole || Number.isInteger(number))) return number;
  const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`;
  scope.fail(named(value, `${field} must be a ${whole ? 'whole ' : ''}number, ${range}, not ${shown(computed)}`));
  return null;
}

/** The input of each iteration of a classic foreach holds the step's input and one element; both have to fit together. */
function checkIterations(scope: ConstructScope, items: JsonArray): JsonArray {
  const limit = scope.dataLimit;
  const inputBytes = scope.measure(scope.input, limit);
  for (const [index, item] of items.entries()) {
    if (inputBytes + scope.measure(item, limit) > limit)
      scope.failure = tooLarge(`The input of iteration ${index}`, limit);
    else scope.checkMeasured();
    if (scope.failure !== null) return [];
  }
  return items;
}

/** The input of one iteration of a classic foreach. */
export function constructIteration(
  scope: ConstructScope,
  construct: Construct,
  items: JsonArray,
  index: number,
): JsonObject {
  scope.item = items[index] as JsonValue;
  scope.itemIndex = index;
  return scope.attempt(construct, NOTHING);
}

function buildItems(scope: ConstructScope, items: JsonArray, itemConstructor: Construct): JsonArray {
  scope.refuel(items.length * FUEL_PER_ITEM);
  const built: JsonValue[] = [];
  for (const [index, item] of items.entries()) {
    scope.item = item;
    scope.itemIndex = index;
    built.push(constructValue(scope, itemConstructor, `The constructed item ${index} of the state`));
    if (scope.failure === null) scope.checkMeasured();
    if (scope.failure !== null) return [];
  }
  return built;
}

/** A sentence about an expression, after the expression and its place (rules.md 12.5). */
function named(compute: Compute, message: string): string {
  return compute.source === undefined ? message : `${compute.source}: ${message}`;
}

/** A larger value is described in a message instead of shown. */
const SHOWN_BYTES_MAX = 10_000;

/** A value in a message, cut to a readable length. */
function shown(value: JsonValue): string {
  if (!fitsJson(value, SHOWN_BYTES_MAX)) return isJsonArray(value) ? 'a large array' : 'a large value';
  return beginning(stringifyJson(value), 100);
}
