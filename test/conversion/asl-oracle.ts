/**
 * Evaluates rules of a Choice in Amazon States Language. Written from its public specification and from the public page
 * about Choice states. It shares no code with the converter or the interpreter.
 *
 * A comparison is false unless both values have its type. A path without a value fails the execution, except in IsPresent.
 * `And` and `Or` stop at the first rule that decides. Texts compare by UTF-16 units, as in Java. Times are those of RFC 3339
 * with an upper-case `T` and `Z`.
 */
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import { isJsonArray, isJsonObject, isLongNumber } from '../../src/base/json.ts';

/** `missing`: the execution fails with States.Runtime. `open`: the specification does not say. */
export type Verdict = boolean | 'missing' | 'open';

export function verdictOf(rule: JsonObject, input: JsonValue): Verdict {
  const [operator = '', value = null] =
    Object.entries(rule).find(([key]) => !['Variable', 'Next', 'Comment'].includes(key)) ?? [];
  if (operator === 'Not') {
    const inner = verdictOf(value as JsonObject, input);
    return typeof inner === 'boolean' ? !inner : inner;
  }
  if (operator === 'And' || operator === 'Or') {
    for (const each of value as JsonObject[]) {
      const verdict = verdictOf(each, input);
      if (verdict !== (operator === 'And')) return verdict;
    }
    return operator === 'And';
  }
  const subject = read(String(rule['Variable']), input);
  if (operator === 'IsPresent') return (subject !== undefined) === value;
  if (subject === undefined) return 'missing';
  if (operator.startsWith('Is')) return hasType(operator.slice(2), subject) === value;
  const other = operator.endsWith('Path') ? read(String(value), input) : value;
  if (other === undefined) return 'missing';
  return comparisonOf(operator.replace(/Path$/, ''), subject, other);
}

/** Reads `$`, `$.name` and `$.name[0]`. Undefined: there is no value. */
function read(path: string, input: JsonValue): JsonValue | undefined {
  let value: JsonValue | undefined = input;
  for (const [, name, index] of path.matchAll(/\.(\w+)|\[(\d+)\]/g)) {
    if (name !== undefined) value = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
    else value = value !== undefined && isJsonArray(value) ? value[Number(index)] : undefined;
  }
  return value;
}

function hasType(type: string, value: JsonValue): boolean {
  switch (type) {
    case 'Null':
      return value === null;
    case 'String':
      return typeof value === 'string';
    case 'Numeric':
      return typeof value === 'number' || isLongNumber(value);
    case 'Boolean':
      return typeof value === 'boolean';
    case 'Timestamp':
      return typeof value === 'string' && timeOf(value) !== null;
    default:
      throw new Error(`no type ${type}`);
  }
}

function comparisonOf(operator: string, left: JsonValue, right: JsonValue): Verdict {
  const [, type = '', relation = ''] = /^(String|Numeric|Boolean|Timestamp)(\w+)$/.exec(operator) ?? [];
  const is = type === 'Timestamp' ? 'Timestamp' : type;
  if (!hasType(is, left) || !hasType(is, right)) return false;
  if (relation === 'Matches') return matches(left as string, right as string);
  if (type === 'Boolean') return left === right;
  if (type === 'String') return holds(relation, order(left as string, right as string));
  if (type === 'Numeric') {
    const [a, b] = [doubleOf(left), doubleOf(right)];
    // Outside the doubles, the specification promises nothing.
    if (isBeyondDoubles(left) && isBeyondDoubles(right)) return 'open';
    return holds(relation, order(a, b));
  }
  const [a, b] = [timeOf(left as string), timeOf(right as string)] as [Time, Time];
  const padded = Math.max(a.fraction.length, b.fraction.length);
  const fractions = order(a.fraction.padEnd(padded, '0'), b.fraction.padEnd(padded, '0'));
  return holds(relation, order(a.seconds, b.seconds) || fractions);
}

function holds(relation: string, sign: number): boolean {
  switch (relation) {
    case 'Equals':
      return sign === 0;
    case 'LessThan':
      return sign < 0;
    case 'LessThanEquals':
      return sign <= 0;
    case 'GreaterThan':
      return sign > 0;
    case 'GreaterThanEquals':
      return sign >= 0;
    default:
      throw new Error(`no relation ${relation}`);
  }
}

function order<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function doubleOf(value: JsonValue): number {
  return isLongNumber(value) ? Number(value.rawJSON) : (value as number);
}

function isBeyondDoubles(value: JsonValue): boolean {
  return Math.abs(doubleOf(value)) > Number.MAX_SAFE_INTEGER;
}

/** Walks the pattern, and for each `*` tries all rests of the text. */
function matches(text: string, pattern: string): boolean {
  if (pattern === '') return text === '';
  if (pattern.startsWith('*')) {
    for (let i = 0; i <= text.length; i++) if (matches(text.slice(i), pattern.slice(1))) return true;
    return false;
  }
  const escaped = pattern.startsWith('\\');
  const wanted = escaped ? pattern.charAt(1) : pattern.charAt(0);
  return text.startsWith(wanted) && matches(text.slice(1), pattern.slice(escaped ? 2 : 1));
}

interface Time {
  /** Grows with the time. */
  readonly seconds: number;
  readonly fraction: string;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Reads a time; null for a text that is none. */
export function timeOf(text: string): Time | null {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))$/.exec(text);
  if (found === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number);
  const [, , , , , , , fraction = '', sign = '+', offsetHour = '0', offsetMinute = '0'] = found;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const length = month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0);
  if (day < 1 || day > length || hour > 23 || minute > 59 || second > 60) return null;
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return null;
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * (sign === '-' ? -1 : 1);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute);
  // A minute can have 61 seconds.
  return { seconds: (date.getTime() / 60_000 - offset) * 61 + second, fraction };
}
