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
import { spend } from './evaluation.ts';
import { preview } from './preview.ts';
import { booleanOf, numericOf, refuseDeeper, textOf } from './value.ts';

/** Comparing texts up to this length costs no fuel. */
const SHORT_TEXT = 64;

/** `a == b`. @throws {EvaluationError} when the scope has no more fuel. */
export function looseEqual(scope: EvaluationScope, a: JsonValue, b: JsonValue): boolean {
  payForTexts(scope, a, b);
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

function payForTexts(scope: EvaluationScope, a: JsonValue, b: JsonValue): void {
  if (typeof a === 'string' && a.length > SHORT_TEXT) spend(scope, a.length >> 4);
  if (typeof b === 'string' && b.length > SHORT_TEXT) spend(scope, b.length >> 4);
}

function compareNumeric(scope: EvaluationScope, a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string') spend(scope, a.length >> 4);
  if (typeof b === 'string') spend(scope, b.length >> 4);
  return compareDecimals(String(a), String(b));
}

/** Equality without coercion. Numbers compare by value, and the order of keys is ignored. */
export function deepEqual(scope: EvaluationScope, a: JsonValue, b: JsonValue, depth = 0): boolean {
  spend(scope, 1);
  if (typeof a === 'string') {
    if (typeof b !== 'string' || a.length !== b.length) return false;
    payForTexts(scope, a, null);
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
  spend(scope, unmatched * 2);
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
  payForTexts(scope, a, b);
  const left = numericOf(a);
  const right = left === undefined ? undefined : numericOf(b);
  if (left !== undefined && right !== undefined) return compareNumeric(scope, left, right);
  return compareTexts(textOf(scope, a), textOf(scope, b));
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
      spend(scope, container.length);
      for (const element of container) if (looseEqual(scope, item, element)) return true;
      return false;
    }
    if (!isLongNumber(container)) return isKeyIn(scope, item, container as JsonObject);
  }
  scope.warn(`the right side of "in" is neither an array nor an object, so the result is false: ${preview(container)}`);
  return false;
}

function isKeyIn(scope: EvaluationScope, item: JsonValue, container: JsonObject): boolean {
  if (typeof item === 'string' && Object.hasOwn(container, item)) return true;
  for (const key in container) {
    spend(scope, 1);
    if (looseEqual(scope, item, key)) return true;
  }
  return false;
}

/** Returns equal texts exactly for values that {@link deepEqual} calls equal, to find repeated values in one pass. */
export function canonicalKey(scope: EvaluationScope, value: JsonValue, depth = 0): string {
  spend(scope, 1);
  if (typeof value === 'string') {
    spend(scope, value.length >> 4);
    return JSON.stringify(value);
  }
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return canonicalDecimal(String(value));
  if (isLongNumber(value)) return canonicalDecimal(value.rawJSON);
  refuseDeeper(depth);
  const parts: string[] = [];
  if (isJsonArray(value)) {
    for (const item of value) parts.push(canonicalKey(scope, item, depth + 1));
    return joined(scope, '[', parts, ']');
  }
  for (const key of Object.keys(value).sort()) {
    spend(scope, 1 + (key.length >> 4));
    parts.push(`${JSON.stringify(key)}:${canonicalKey(scope, (value as JsonObject)[key] as JsonValue, depth + 1)}`);
  }
  return joined(scope, '{', parts, '}');
}

function joined(scope: EvaluationScope, opening: string, parts: readonly string[], closing: string): string {
  const text = opening + parts.join(',') + closing;
  // Each level copies the texts of the levels below it.
  spend(scope, text.length >> 4);
  return text;
}
