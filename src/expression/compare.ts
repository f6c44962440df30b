/**
 * Comparison in both dialects (rules.md 9.4). Two values are compared as numbers if both are
 * numbers, otherwise as booleans if both are booleans, otherwise by deep equality. `null` equals only itself, and ordering
 * with `null` is false. Numbers compare by their exact value, also beyond doubles, and the text of a number counts as the
 * number. Comparing large values costs fuel of the scope.
 */
import type { JsonArray, JsonObject, JsonValue } from '../base/json.ts';
import { isJsonArray, isJsonObject, isLongNumber } from '../base/json.ts';
import { canonicalDecimal, compareDecimals } from './decimal.ts';
import type { EvaluationScope } from './evaluation.ts';
import { FUEL_PER_MEMBER, spend } from './evaluation.ts';
import { preview } from './preview.ts';
import { booleanOf, numericOf, payForDigits, refuseDeeper, textOf } from './value.ts';

/** Comparing two values of any kind without coercion. */
const FUEL_PER_VISITED = 4;
/** Taking a number apart that a double cannot hold. */
const FUEL_PER_DECIMAL = 16;
/** Comparing an item with a value, both of any kind. */
const FUEL_PER_COMPARED = 6;

/** `a == b`. @throws {EvaluationError} when the scope has no more fuel. */
export function looseEqual(scope: EvaluationScope, a: JsonValue, b: JsonValue): boolean {
  payForBoth(scope, a, b);
  if (a === b) return true;
  if (a === null || b === null) return false;
  if (typeof a === 'number' && typeof b === 'number') return false;
  const left = numericOf(a);
  if (left !== undefined) {
    const right = numericOf(b);
    if (right !== undefined) return compareNumeric(scope, left, right) === 0;
  }
  const leftTruth = booleanOf(a);
  if (leftTruth !== undefined) {
    const rightTruth = booleanOf(b);
    if (rightTruth !== undefined) return leftTruth === rightTruth;
  }
  return deepEqual(scope, a, b);
}

/** Pays for the digits of both, which may be read as numbers and compared. */
function payForBoth(scope: EvaluationScope, a: JsonValue, b: JsonValue): void {
  if (typeof a === 'string' || typeof a === 'object') payForDigits(scope, a);
  if (typeof b === 'string' || typeof b === 'object') payForDigits(scope, b);
}

function compareNumeric(scope: EvaluationScope, a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string') spend(scope, FUEL_PER_DECIMAL + (a.length >> 3));
  if (typeof b === 'string') spend(scope, FUEL_PER_DECIMAL + (b.length >> 3));
  return compareDecimals(String(a), String(b));
}

/** Equality without coercion. Numbers compare by value, and the order of keys is ignored. */
export function deepEqual(scope: EvaluationScope, a: JsonValue, b: JsonValue, depth = 0): boolean {
  spend(scope, FUEL_PER_VISITED);
  if (typeof a === 'string') {
    if (typeof b !== 'string' || a.length !== b.length) return false;
    payForDigits(scope, a);
    return a === b;
  }
  if (a === b) return true;
  if (a === null || b === null) return false;
  if (isNumber(a)) return isNumber(b) && compareNumeric(scope, numericOf(a) ?? 0, numericOf(b) ?? 0) === 0;
  if (typeof a !== 'object' || typeof b !== 'object' || isLongNumber(b)) return false;
  refuseDeeper(depth);
  if (isJsonArray(a)) return isJsonArray(b) && equalArrays(scope, a, b, depth);
  return isJsonObject(b) && equalObjects(scope, a as JsonObject, b, depth);
}

function isNumber(value: JsonValue): boolean {
  return typeof value === 'number' || isLongNumber(value);
}

function equalArrays(scope: EvaluationScope, a: JsonArray, b: JsonArray, depth: number): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (!deepEqual(scope, a[i] as JsonValue, b[i] as JsonValue, depth + 1)) return false;
  }
  return true;
}

function equalObjects(scope: EvaluationScope, a: JsonObject, b: JsonObject, depth: number): boolean {
  let unmatched = 0;
  for (const _ in b) unmatched++;
  spend(scope, unmatched * FUEL_PER_MEMBER);
  for (const key in a) {
    unmatched--;
    if (!Object.hasOwn(b, key) || !deepEqual(scope, a[key] as JsonValue, b[key] as JsonValue, depth + 1)) return false;
  }
  return unmatched === 0;
}

/** Negative, zero or positive if `a` is less than, equal to or greater than `b`. NaN if one is `null`, so that `<` and `>` are false. */
export function order(scope: EvaluationScope, a: JsonValue, b: JsonValue): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (a === null || b === null) return Number.NaN;
  payForBoth(scope, a, b);
  const left = numericOf(a);
  const right = left === undefined ? undefined : numericOf(b);
  if (left !== undefined && right !== undefined) return compareNumeric(scope, left, right);
  const [one, other] = [textOf(scope, a), textOf(scope, b)];
  spend(scope, Math.min(one.length, other.length) >> 2);
  return compareTexts(one, other);
}

/** Compares by code points. Unlike with `<`, characters beyond U+FFFF are after all others. */
function compareTexts(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let i = 0;
  while (i < end && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i === end) return a.length - b.length;
  return fixedUp(a.charCodeAt(i)) - fixedUp(b.charCodeAt(i));
}

/** Moves surrogates after all other units. */
function fixedUp(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** `item in container`: whether an element of an array or a key of an object equals the item, as `==` compares. */
export function isIn(scope: EvaluationScope, item: JsonValue, container: JsonValue): boolean {
  if (typeof container === 'object' && container !== null) {
    if (isJsonArray(container)) {
      const isNumber = typeof item === 'number';
      for (const element of container) {
        spend(scope, isNumber && typeof element === 'number' ? 1 : FUEL_PER_COMPARED);
        if (looseEqual(scope, item, element)) return true;
      }
      return false;
    }
    if (!isLongNumber(container)) return isKeyIn(scope, item, container as JsonObject);
  }
  scope.warn(
    () => `the right side of "in" is neither an array nor an object, so the result is false: ${preview(container)}`,
  );
  return false;
}

function isKeyIn(scope: EvaluationScope, item: JsonValue, container: JsonObject): boolean {
  if (typeof item === 'string' && Object.hasOwn(container, item)) return true;
  // All keys are listed before the first is compared.
  const keys = Object.keys(container);
  spend(scope, keys.length * FUEL_PER_MEMBER);
  for (const key of keys) {
    spend(scope, FUEL_PER_COMPARED);
    if (looseEqual(scope, item, key)) return true;
  }
  return false;
}

/** Making the text of a value that identifies it, and finding it among the others. */
const FUEL_PER_KEYED = 40;
/** Finding the place of a key among thousands. */
const FUEL_PER_SORTED = 30;

/** Returns equal texts exactly for values that {@link deepEqual} calls equal, to find repeated values in one pass. */
export function canonicalKey(scope: EvaluationScope, value: JsonValue, depth = 0): string {
  spend(scope, FUEL_PER_KEYED);
  if (typeof value === 'string') {
    spend(scope, value.length >> 2);
    return JSON.stringify(value);
  }
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return canonicalDecimal(String(value));
  if (isLongNumber(value)) {
    spend(scope, value.rawJSON.length >> 2);
    return canonicalDecimal(value.rawJSON);
  }
  refuseDeeper(depth);
  const parts: string[] = [];
  if (isJsonArray(value)) {
    for (const item of value) parts.push(canonicalKey(scope, item, depth + 1));
    return joined(scope, '[', parts, ']');
  }
  const keys = Object.keys(value);
  spend(scope, keys.length * FUEL_PER_SORTED);
  for (const key of keys.sort()) {
    spend(scope, FUEL_PER_MEMBER + (key.length >> 2));
    parts.push(`${JSON.stringify(key)}:${canonicalKey(scope, (value as JsonObject)[key] as JsonValue, depth + 1)}`);
  }
  return joined(scope, '{', parts, '}');
}

function joined(scope: EvaluationScope, opening: string, parts: readonly string[], closing: string): string {
  const text = opening + parts.join(',') + closing;
  // Each level copies the texts of the levels below it.
  spend(scope, text.length >> 3);
  return text;
}
