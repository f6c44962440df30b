/** What the language sees in a value: its type, its truth, its number, its text (fdl-classic.md 4, decisions.md 2.3 and 7). */
import type { JsonValue } from '../base/json.ts';
import { isJsonArray, isLongNumber, jsonBytes, MAX_DEPTH, stringifyJson } from '../base/json.ts';
import type { ValueType } from './compiled.ts';
import type { EvaluationScope } from './evaluation.ts';
import { EvaluationError, spend } from './evaluation.ts';
import { preview } from './preview.ts';

export function typeOf(value: JsonValue): Exclude<ValueType, 'any'> {
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    default:
      if (value === null) return 'null';
      if (isJsonArray(value)) return 'array';
      return isLongNumber(value) ? 'number' : 'map';
  }
}

/** True or false for what can be coerced to a boolean, undefined for all else, `null` included. */
export function booleanOf(value: JsonValue): boolean | undefined {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'number':
      return value !== 0;
    case 'string':
      if (value === 'true' || value === 'TRUE') return true;
      return value === 'false' || value === 'FALSE' ? false : undefined;
    default:
      // A long number is never zero: zero fits a double.
      return isLongNumber(value) ? true : undefined;
  }
}

/**
 * The truth of an operand of `!`, `&&`, `||` and of a condition. `null` is false; what cannot be coerced counts as false
 * with a warning (decisions.md 7).
 */
export function truthOf(scope: EvaluationScope, value: JsonValue, what: string): boolean {
  if (typeof value === 'boolean') return value;
  if (value === null) return false;
  const truth = booleanOf(value);
  if (truth !== undefined) return truth;
  scope.warn(`${what} is neither true nor false and counts as false: ${preview(value)}`);
  return false;
}

const NUMERIC = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;

/** The number that a value is or that its text writes: a double, or the text of one that a double cannot hold. */
export function numericOf(value: JsonValue): number | string | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return looksNumeric(value) ? numericText(value) : undefined;
  return isLongNumber(value) ? value.rawJSON : undefined;
}

/** Settles most texts by their first character. */
function looksNumeric(text: string): boolean {
  const c = text.charCodeAt(0);
  return (c >= 0x30 && c <= 0x39) || c === 0x2d || c === 0x2b || c === 0x2e;
}

function numericText(text: string): number | string | undefined {
  if (!NUMERIC.test(text)) return undefined;
  const number = Number(text);
  return Number.isFinite(number) && Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : text;
}

/** The value's JSON text, paid for before it is made. @throws {EvaluationError} */
export function jsonText(scope: EvaluationScope, value: JsonValue): string {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  checkDepth(scope, value, 0);
  // Counting stops at what the fuel can pay for, so that shared parts that unfold to gigabytes cost no more.
  const bytes = jsonBytes(value, scope.fuel * 16);
  spend(scope, 1 + (bytes >> 4));
  return stringifyJson(value);
}

/** `JSON.stringify` recurses, so a value that grew deeper than any input may be is refused. */
function checkDepth(scope: EvaluationScope, value: JsonValue, depth: number): void {
  if (typeof value !== 'object' || value === null || isLongNumber(value)) return;
  refuseDeeper(depth);
  if (isJsonArray(value)) {
    spend(scope, value.length);
    for (const item of value) checkDepth(scope, item, depth + 1);
    return;
  }
  for (const key in value) {
    spend(scope, 1);
    checkDepth(scope, value[key] as JsonValue, depth + 1);
  }
}

/** @throws {EvaluationError} when `depth` passes what any input may have. */
export function refuseDeeper(depth: number): void {
  if (depth >= MAX_DEPTH) throw new EvaluationError(`the value is nested deeper than ${MAX_DEPTH} levels`);
}

/** The text of a value as `format` and the ordering of texts see it: texts bare, all else as JSON. */
export function textOf(scope: EvaluationScope, value: JsonValue): string {
  return typeof value === 'string' ? value : jsonText(scope, value);
}
