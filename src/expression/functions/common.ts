/** Functions for texts, numbers and values of any type (rules.md 9.7, 9.8). */
import type { JsonArray, JsonObject, JsonValue } from '../../base/json.ts';
import { isJsonArray, isLongNumber, longNumber, memberOf } from '../../base/json.ts';
import type { ExpressionNode } from '../ast.ts';
import { detached } from '../../base/text.ts';
import { integerOf } from '../decimal.ts';
import type { EvaluationScope } from '../evaluation.ts';
import { EvaluationError, FUEL_PER_MEMBER, spend } from '../evaluation.ts';
import { itemAt } from '../path.ts';
import { preview } from '../preview.ts';
import { textOf } from '../value.ts';
import type { FunctionDefinition } from './definition.ts';
import { byLength, flat } from './definition.ts';
import { checkPattern, matchesPattern } from './pattern.ts';

export const COMMON_FUNCTIONS: readonly FunctionDefinition[] = [
  {
    name: 'format',
    parameters: [{ name: 'template', types: ['text'] }],
    rest: { name: 'values', types: ['any'] },
    result: 'text',
    fuel: byLength(8, 1 / 4),
    summary:
      'The template with each `{}` replaced by a value, in order: text as it is, other values as JSON. A `{}` without a value is not replaced.',
    examples: [
      { expression: 'format("hello {}", "world")', value: 'hello world' },
      { expression: 'format("{} of {} in {}", 1, [2, "a"])', value: '1 of [2,"a"] in {}' },
    ],
    call: (scope, args) => format(scope, (args[0] as string).split('{}'), args),
    specialise([template]) {
      if (typeof template !== 'string') return null;
      const pieces = template.split('{}');
      return (scope, args) => format(scope, pieces, args);
    },
    inspect: inspectFormat,
  },
  {
    name: 'length',
    parameters: [{ name: 'value', types: ['array', 'map', 'text'] }],
    result: 'number',
    fuel: flat(0),
    summary: 'The number of items of an array, keys of a map, or characters (Unicode code points) of a text.',
    examples: [
      { expression: 'length([1, 2, 3])', value: 3 },
      { expression: 'length({"a": 1, "b": 2})', value: 2 },
      { expression: 'length("name")', value: 4 },
    ],
    call: (scope, [value]) => length(scope, value as string | JsonArray | JsonObject),
  },
  {
    name: 'split',
    parameters: [
      { name: 'text', types: ['text'] },
      { name: 'delimiter', types: ['text'] },
    ],
    result: 'array',
    fuel: splitFuel,
    summary:
      'The parts of a text between delimiters, including empty parts. With an empty delimiter: the single characters.',
    examples: [
      { expression: 'split("a,b,,c", ",")', value: ['a', 'b', '', 'c'] },
      { expression: 'split("", ",")', value: [''] },
    ],
    call: (scope, [text, delimiter]) => split(scope, text as string, delimiter as string),
  },
  {
    name: 'regexMatchString',
    parameters: [
      { name: 'text', types: ['text'] },
      { name: 'pattern', types: ['text'] },
    ],
    result: 'boolean',
    fuel: flat(0),
    summary:
      'Whether the regular expression (RE2 syntax) matches anywhere in the text. `^` and `$` match at the ends of the text.',
    examples: [
      { expression: 'regexMatchString("order-17", "[0-9]+")', value: true },
      { expression: 'regexMatchString("order-17", "^[0-9]+$")', value: false },
    ],
    call: (scope, [text, pattern]) => matchesPattern(scope, text as string, pattern as string),
    specialise([, pattern], work) {
      if (typeof pattern === 'string' && work.fuel > 0) checkPattern(pattern, work);
      return null;
    },
    inspect: inspectRegex,
  },
  {
    name: 'get',
    parameters: [
      { name: 'container', types: ['array', 'map'] },
      { name: 'key', types: ['text', 'integer'] },
    ],
    result: 'any',
    fuel: ([, key]) => (typeof key === 'string' ? key.length >> 4 : 0),
    summary:
      'The item of an array at an index (negative counts from the end), or the value of a map at a key. `null` if there is none.',
    examples: [
      { expression: 'get(["a", "b"], -1)', value: 'b' },
      { expression: 'get({"a": 1}, "b")', value: null },
    ],
    call: (_scope, [container, key]) => get(container as JsonArray | JsonObject, key as JsonValue),
  },
  {
    name: 'intAdd',
    parameters: [
      { name: 'a', types: ['integer'] },
      { name: 'b', types: ['integer'] },
    ],
    result: 'number',
    fuel: addFuel,
    summary: 'The sum of two integers, which is exact beyond 2^53 too (up to 1,000 digits).',
    examples: [
      { expression: 'intAdd(1, -2)', value: -1 },
      { expression: 'intAdd(9007199254740993, 1)', value: longNumber('9007199254740994') },
    ],
    call: (_scope, [a, b]) => intAdd(a as JsonValue, b as JsonValue),
  },
  {
    name: 'randomInt',
    parameters: [
      { name: 'min', types: ['integer'] },
      { name: 'max', types: ['integer'] },
    ],
    result: 'number',
    fuel: flat(8),
    summary: 'A random integer from min to max, both included.',
    examples: [{ expression: 'randomInt(3, 3)', value: 3 }],
    random: true,
    call: (scope, [min, max]) => randomInt(scope, min as JsonValue, max as JsonValue),
    specialise([min, max]) {
      if (min !== undefined && max !== undefined) checkRange(min, max);
      return null;
    },
  },
];

/** Finding, cutting or joining a part of a text. */
const FUEL_PER_PIECE = 5;

function format(scope: EvaluationScope, pieces: readonly string[], args: readonly JsonValue[]): string {
  let text = pieces[0] as string;
  for (let i = 1; i < pieces.length; i++) {
    const piece = pieces[i] as string;
    const value = i < args.length ? textOf(scope, args[i] as JsonValue) : '{}';
    // Fuel is taken for each piece, so that many placeholders cannot make a text larger than the memory first.
    spend(scope, FUEL_PER_PIECE + ((value.length + piece.length) >> 4));
    text += value + piece;
  }
  return text;
}

function inspectFormat(args: readonly ExpressionNode[]): ReturnType<NonNullable<FunctionDefinition['inspect']>> {
  const [template] = args;
  if (template?.kind !== 'literal' || typeof template.value !== 'string') return null;
  const places = template.value.split('{}').length - 1;
  const values = args.length - 1;
  if (places === values) return null;
  const effect = places > values ? 'a {} without a value is not replaced' : 'values without a {} have no effect';
  return { code: 'odd-format', message: `the template has ${places} {} for ${values} values: ${effect}` };
}

function inspectRegex(args: readonly ExpressionNode[]): ReturnType<NonNullable<FunctionDefinition['inspect']>> {
  const [text, pattern] = args;
  if (text?.kind !== 'literal' || (pattern?.kind !== 'path' && pattern?.kind !== 'variable')) return null;
  return {
    code: 'odd-argument-order',
    message: 'the text is the first argument and the pattern the second: these look swapped',
  };
}

function length(scope: EvaluationScope, value: string | JsonArray | JsonObject): number {
  if (typeof value === 'string') return codePoints(scope, value);
  if (isJsonArray(value)) return value.length;
  const { length: count } = Object.keys(value);
  spend(scope, count * FUEL_PER_MEMBER);
  return count;
}

function codePoints(scope: EvaluationScope, text: string): number {
  spend(scope, text.length >> 2);
  let count = text.length;
  for (let i = 1; i < text.length; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xdc00 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800) count--;
  }
  return count;
}

/** The search may compare all of a long delimiter at every 250th character. */
function splitFuel([text, delimiter]: readonly JsonValue[]): number {
  const { length } = text as string;
  const compared = Math.min((delimiter as string).length, length);
  return 4 + (length >> 3) + Math.ceil((length * compared) / 4096);
}

/** The parts are copies: a flow that stores a small part must not hold a large text with it. */
function split(scope: EvaluationScope, text: string, delimiter: string): string[] {
  if (delimiter === '') {
    spend(scope, text.length * FUEL_PER_PIECE);
    return Array.from(text);
  }
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    const at = text.indexOf(delimiter, from);
    spend(scope, FUEL_PER_PIECE);
    if (at < 0) break;
    parts.push(detached(text.slice(from, at)));
    from = at + delimiter.length;
  }
  parts.push(detached(text.slice(from)));
  return parts;
}

function get(container: JsonArray | JsonObject, key: JsonValue): JsonValue {
  if (isJsonArray(container)) {
    if (typeof key === 'string')
      throw new EvaluationError(`get needs an integer to look into an array, but met ${preview(key)}`);
    // A long integer is beyond the end of any array.
    return typeof key === 'number' ? (itemAt(container, key) ?? null) : null;
  }
  if (typeof key !== 'string')
    throw new EvaluationError(`get needs a text to look into a map, but met ${preview(key)}`);
  return memberOf(container as JsonObject, key) ?? null;
}

/** Long integers take a time that grows with the square of their digits, of which there are a thousand at most. */
function addFuel(args: readonly JsonValue[]): number {
  let units = 4;
  for (const arg of args) if (isLongNumber(arg)) units += 20 + Math.min(arg.rawJSON.length, 1000);
  return units;
}

function intAdd(a: JsonValue, b: JsonValue): JsonValue {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(a) && Number.isSafeInteger(b) && Number.isSafeInteger(sum)) return sum;
  }
  const sum = bigInteger(a) + bigInteger(b);
  const small = Number(sum);
  return Number.isSafeInteger(small) ? small : longNumber(String(sum));
}

function bigInteger(value: JsonValue): bigint {
  const integer = integerOf(isLongNumber(value) ? value.rawJSON : String(value));
  if (integer === null) throw new EvaluationError(`intAdd cannot add a number as long as ${preview(value)}`);
  return integer;
}

function randomInt(scope: EvaluationScope, min: JsonValue, max: JsonValue): number {
  const [low, high] = checkRange(min, max);
  return low + Math.floor(scope.random() * (high - low + 1));
}

function checkRange(min: JsonValue, max: JsonValue): [number, number] {
  if (typeof min !== 'number' || typeof max !== 'number' || !Number.isSafeInteger(max - min + 1)) {
    throw new EvaluationError(
      `randomInt needs a range of at most 2^53 integers, but met ${preview(min)} to ${preview(max)}`,
    );
  }
  if (min > max) throw new EvaluationError(`randomInt needs min to be at most max, but met ${min} to ${max}`);
  return [min, max];
}
