/** Type and coercions of values: to a boolean, a number and text (rules.md 9.4, 9.5). */
import type { JsonValue } from '../base/json.ts';
import { isJsonArray, isLongNumber, MAX_DEPTH, stringifyJson } from '../base/json.ts';
import type { ValueType } from './compiled.ts';
import type { EvaluationScope } from './evaluation.ts';
import { EvaluationError, FUEL_PER_MEMBER, spend } from './evaluation.ts';
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

/**
 * Returns the boolean that a value becomes; undefined for other values, including `null`. A number, also one that a text
 * writes, is false if it is zero.
 */
export function booleanOf(value: JsonValue): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'TRUE') return true;
  if (value === 'false' || value === 'FALSE') return false;
  const number = numericOf(value);
  // A number that is returned as text is not zero, because a double can represent zero.
  return number === undefined ? undefined : number !== 0;
}

/**
 * Returns the boolean of a condition or of an operand of `!`, `&&` and `||`. `null` is false. A value that cannot become a
 * boolean is false, with a warning (rules.md 9.5). `what` is the subject of the warning.
 */
export function truthOf(scope: EvaluationScope, value: JsonValue, what: string): boolean {
  if (typeof value === 'boolean') return value;
  if (value === null) return false;
  payForDigits(scope, value);
  const truth = booleanOf(value);
  if (truth !== undefined) return truth;
  const shown = () => preview(value, (members) => spend(scope, members * FUEL_PER_MEMBER));
  scope.warn(() => `${what} is neither true nor false and counts as false: ${shown()}`);
  return false;
}

const NUMERIC = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;

/** Pays for looking at the digits of a text or of a long number: about a nanosecond for each. @throws {EvaluationError} */
export function payForDigits(scope: EvaluationScope, value: JsonValue): void {
  const text = typeof value === 'string' ? value : isLongNumber(value) ? value.rawJSON : '';
  if (text.length > SHORT_TEXT) spend(scope, text.length >> 2);
}

/** Looking at a text up to this length is part of visiting the value. */
const SHORT_TEXT = 64;

/** Returns the number of a value, also from text: a double, or the text of a number that a double cannot represent. */
export function numericOf(value: JsonValue): number | string | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return looksNumeric(value) ? numericText(value) : undefined;
  return isLongNumber(value) ? value.rawJSON : undefined;
}

/**
 * Returns the number of a field that holds one, or a text that writes one (rules.md 6.6); null for any other value. Infinite for
 * a number beyond all doubles.
 */
export function fieldNumber(value: JsonValue): number | null {
  const number = numericOf(value);
  return number === undefined ? null : Number(number);
}

/** Returns the boolean of a field that holds one, or a text that writes one (rules.md 6.6); null for any other value. */
export function fieldBoolean(value: JsonValue): boolean | null {
  return typeof value === 'boolean' || typeof value === 'string' ? (WRITTEN_BOOLEANS.get(value) ?? null) : null;
}

const WRITTEN_BOOLEANS: ReadonlyMap<boolean | string, boolean> = new Map<boolean | string, boolean>([
  [true, true],
  ['true', true],
  ['TRUE', true],
  [false, false],
  ['false', false],
  ['FALSE', false],
]);

/** Excludes most texts by their first character. */
function looksNumeric(text: string): boolean {
  const c = text.charCodeAt(0);
  return (c >= 0x30 && c <= 0x39) || c === 0x2d || c === 0x2b || c === 0x2e;
}

function numericText(text: string): number | string | undefined {
  if (!NUMERIC.test(text)) return undefined;
  const number = Number(text);
  return Number.isFinite(number) && Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : text;
}

/** Returns the value's JSON text. Takes its fuel before making it. @throws {EvaluationError} */
export function jsonText(scope: EvaluationScope, value: JsonValue): string {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  checkDepth(scope, value, 0);
  return stringifyJson(value);
}

/** Pays for the text of a value. Refuses one that is deeper than inputs can be, because `JSON.stringify` recurses. */
function checkDepth(scope: EvaluationScope, value: JsonValue, depth: number): void {
  if (typeof value === 'string') {
    payForText(scope, value);
  } else if (typeof value !== 'object' || value === null) {
    spend(scope, FUEL_PER_SCALAR);
  } else if (isLongNumber(value)) {
    spend(scope, FUEL_PER_LONG_NUMBER + (value.rawJSON.length >> 4));
  } else {
    refuseDeeper(depth);
    spend(scope, FUEL_PER_CONTAINER);
    if (isJsonArray(value)) {
      for (const item of value) checkDepth(scope, item, depth + 1);
      return;
    }
    for (const key in value) {
      spend(scope, FUEL_PER_MEMBER);
      payForText(scope, key);
      checkDepth(scope, value[key] as JsonValue, depth + 1);
    }
  }
}

/** Pays for writing a text as JSON. Characters that are not plain take up to six, and each of them a look of its own. */
function payForText(scope: EvaluationScope, text: string): void {
  spend(scope, 5 + (text.length >> 3));
  if (NOT_PLAIN.test(text)) spend(scope, text.length >> 1);
}

const NOT_PLAIN = /[^ !#-[\]-~]/;

/** Writing a number takes up to 200 ns, most of it for finding the shortest text of a fraction. */
const FUEL_PER_SCALAR = 8;
const FUEL_PER_LONG_NUMBER = 8;
const FUEL_PER_CONTAINER = 8;

/** @throws {EvaluationError} when `depth` exceeds that of inputs. */
export function refuseDeeper(depth: number): void {
  if (depth >= MAX_DEPTH) throw new EvaluationError(`the value is nested deeper than ${MAX_DEPTH} levels`);
}

/** Returns a text as it is and other values as JSON, for `format` and for the order of texts. */
export function textOf(scope: EvaluationScope, value: JsonValue): string {
  return typeof value === 'string' ? value : jsonText(scope, value);
}
