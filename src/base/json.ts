/**
 * JSON as flows see it.
 *
 * It differs from `JSON.parse` in two ways. An integer that a double cannot represent becomes a {@link LongNumber}, which has
 * all its digits (rules.md 9.6). Every key is data: `__proto__`, `constructor` and `toString` are read and written through
 * {@link memberOf} and {@link setMember} and never reach a prototype.
 *
 * Values are immutable by convention: once another part of the program can see a value, no code changes it. Values are
 * therefore shared and never copied.
 */
import { readLongJson, surveyJson } from './long-json.ts';
import { reasonOf } from './text.ts';
import { halfPairAt, withoutHalfPairs } from './unicode.ts';

/** A number as its source text: made by `JSON.rawJSON`, written back unchanged by `JSON.stringify`. */
export interface LongNumber {
  readonly rawJSON: string;
}
export type JsonPrimitive = null | boolean | number | string;
export type JsonArray = readonly JsonValue[];
export interface JsonObject {
  readonly [key: string]: JsonValue;
}
export type JsonValue = JsonPrimitive | LongNumber | JsonArray | JsonObject;

interface RawJson {
  rawJSON(text: string): LongNumber;
  isRawJSON(value: unknown): value is LongNumber;
}
const rawJson = JSON as unknown as RawJson;

/** Deepest accepted nesting of arrays and objects. `JSON.stringify` recurses; this limit bounds its stack. */
export const MAX_DEPTH = 256;

/** Why a text is not accepted as JSON. */
export class JsonFault extends Error {
  override readonly name = 'JsonFault';
}

export function isLongNumber(value: unknown): value is LongNumber {
  return rawJson.isRawJSON(value);
}

/** A long number from its digits. `digits` must be a JSON number. */
export function longNumber(digits: string): LongNumber {
  return rawJson.rawJSON(digits);
}

export function isJsonArray(value: JsonValue): value is JsonArray {
  return Array.isArray(value);
}

/** True for a JSON object; false for `null`, arrays and long numbers. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !rawJson.isRawJSON(value);
}

/** The object's own member `key`; undefined when there is none. */
export function memberOf(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Sets a member of an object under construction; `__proto__` becomes an ordinary key. */
export function setMember(target: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    target[key] = value;
  }
}

/** A digit run or an exponent without which no number is long. Also found in texts, where it means nothing. */
const LONG_DIGITS = /\d{16}|[eE][+-]?\d{3}/;

/** How a parse treats an escape that is half of a surrogate pair (rules.md 4.8): as U+FFFD, as a fault, or as it is. */
export type HalfPairs = 'replace' | 'refuse' | 'accept';

/**
 * Parses JSON text.
 *
 * Integers outside ±(2^53−1), and numbers that overflow a double, become a {@link LongNumber}. The texts of the value are
 * well-formed Unicode, unless `halfPairs` is `accept`. The time is linear in the text.
 * @throws {JsonFault} for a text that is not JSON or is nested deeper than `maxDepth`.
 */
export function parseJson(given: string, maxDepth = MAX_DEPTH, halfPairs: HalfPairs = 'replace'): JsonValue {
  // Few texts have such escapes, and this search takes no noticeable time.
  const text = halfPairs !== 'accept' && given.includes('\\u') ? wellFormed(given, halfPairs) : given;
  try {
    const isShallow = text.length <= maxDepth * 2;
    if (isShallow && !LONG_DIGITS.test(text)) return JSON.parse(text) as JsonValue;
    const survey = surveyJson(text);
    if (survey.deepest > maxDepth) throw new JsonFault(`nested deeper than ${maxDepth} levels`);
    return survey.mayHaveLong ? parseWithLong(text) : (JSON.parse(text) as JsonValue);
  } catch (error) {
    throw error instanceof JsonFault ? error : new JsonFault(reasonOf(error));
  }
}

function wellFormed(text: string, halfPairs: 'replace' | 'refuse'): string {
  if (halfPairs === 'replace') return withoutHalfPairs(text);
  const at = halfPairAt(text);
  if (at === -1) return text;
  throw new JsonFault(
    `the escape ${text.slice(at, at + 6)} at position ${at} is half of a surrogate pair, so no character`,
  );
}

/** The value of a text that may have long numbers. `JSON.parse` finds the words for a faulty text. */
function parseWithLong(text: string): JsonValue {
  const read = readLongJson<JsonValue>(text, { long: longNumber, setMember });
  return read === null ? (JSON.parse(text) as JsonValue) : read.value;
}

/** The object in a JSON text; null for any other text. */
export function parseJsonObject(text: string): JsonObject | null {
  try {
    const value = parseJson(text);
    return isJsonObject(value) ? value : null;
  } catch (error) {
    if (error instanceof JsonFault) return null;
    throw error;
  }
}

/** JSON text of a value, long numbers with all their digits. */
export function stringifyJson(value: JsonValue): string {
  return JSON.stringify(value);
}

/**
 * Whether the value's JSON text is at most `limit` bytes of UTF-8. Most values are far below their limit, which a bound that
 * reads no characters can show; only the other values are counted.
 */
export function fitsJson(value: JsonValue, limit: number): boolean {
  return boundJson(value, limit) <= limit || jsonBytes(value, limit) <= limit;
}

/**
 * An upper bound of the bytes of the value's JSON text, found without reading any character. Stops as soon as the bound is
 * above `limit`, and then returns a number above `limit`.
 */
export function boundJson(value: JsonValue, limit: number): number {
  return bound(value, 0, limit, 0);
}

/** `sum` plus an upper bound of the value's bytes: a UTF-16 unit takes at most six, as in `\u001f`. */
function bound(value: JsonValue, sum: number, limit: number, depth: number): number {
  if (typeof value === 'string') return sum + value.length * 6 + 2;
  if (typeof value !== 'object' || value === null) return sum + 25;
  if (depth === MAX_DEPTH) return Number.POSITIVE_INFINITY;
  let total = sum + 2;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && total <= limit; i++) total = bound(value[i], total + 1, limit, depth + 1);
    return total;
  }
  // A long number is an object with its digits as a member, so this loop bounds it too.
  for (const key in value) {
    total = bound((value as JsonObject)[key] as JsonValue, total + key.length * 6 + 4, limit, depth + 1);
    if (total > limit) return total;
  }
  return total;
}

/**
 * UTF-8 length of the value's JSON text, counted without building the text. Stops as soon as the count is above `limit`, and
 * then returns a number above `limit`: a small graph of shared values whose text would take gigabytes costs no more than
 * `limit`. Infinity for a value nested deeper than {@link MAX_DEPTH}.
 */
export function jsonBytes(value: JsonValue, limit: number): number {
  return count(value, 0, limit, 0);
}

function count(value: JsonValue, sum: number, limit: number, depth: number): number {
  switch (typeof value) {
    case 'string':
      return sum + stringBytes(value, limit - sum);
    case 'number':
      return sum + numberBytes(value);
    case 'boolean':
      return sum + (value ? 4 : 5);
    default:
  }
  if (value === null) return sum + 4;
  if (rawJson.isRawJSON(value)) return sum + value.rawJSON.length;
  if (depth === MAX_DEPTH) return Number.POSITIVE_INFINITY;
  if (Array.isArray(value)) {
    let total = sum + 2 + Math.max(0, value.length - 1);
    for (const item of value as JsonArray) {
      total = count(item, total, limit, depth + 1);
      if (total > limit) return total;
    }
    return total;
  }
  let total = sum + 2;
  let first = true;
  for (const key in value) {
    if (!Object.hasOwn(value, key)) continue;
    total += stringBytes(key, limit - total) + (first ? 1 : 2);
    first = false;
    total = count((value as JsonObject)[key] as JsonValue, total, limit, depth + 1);
    if (total > limit) return total;
  }
  return total;
}

function numberBytes(value: number): number {
  if (Number.isInteger(value) && value >= 0 && value < 10) return 1;
  return Number.isFinite(value) ? String(value === 0 ? 0 : value).length : 4;
}

const PLAIN = /^[ !#-[\]-~]*$/;

/** Bytes of a string's JSON text, quotes included. For a string with more units than `room` it returns their number only. */
function stringBytes(text: string, room: number): number {
  if (text.length + 2 > room) return text.length + 2;
  if (PLAIN.test(text)) return text.length + 2;
  return Buffer.byteLength(JSON.stringify(text));
}
