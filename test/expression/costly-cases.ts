/**
 * Expressions that are as expensive as the limits allow: every function of the registry with the largest values of every kind,
 * and every operator. The tests count their fuel, and `bench/fuel.ts` measures what all the fuel of one state takes.
 */
import type { JsonArray, JsonObject, JsonValue } from '../../src/base/json.ts';
import { longNumber, parseJson, stringifyJson } from '../../src/base/json.ts';
import type { FunctionDefinition, Parameter, ParameterType } from '../../src/expression/functions/definition.ts';
import { FUNCTIONS } from '../../src/expression/functions/table.ts';

export interface CostlyCase {
  readonly name: string;
  /** Its variables are `$Input[0]`, `$Input[1]` and so on. */
  readonly expression: string;
  readonly input: JsonArray;
  /** True in the classic dialect, where `$` is the input. */
  readonly classic: boolean;
}

interface Sample {
  readonly name: string;
  readonly value: JsonValue;
}

/** UTF-8 bytes of the largest value: as much as a variable of `$Global` may have. */
export const LARGEST_BYTES = 256 * 1024;

function filled(piece: string, bytes: number): string {
  return piece.repeat(Math.floor(bytes / Buffer.byteLength(piece)));
}

function listed(item: JsonValue, itemBytes: number, bytes: number): JsonArray {
  return Array.from({ length: Math.floor(bytes / (itemBytes + 1)) }, () => item);
}

function keyed(key: (i: number) => string, value: JsonValue, memberBytes: number, bytes: number): JsonObject {
  const count = Math.floor(bytes / memberBytes);
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [key(i), value]));
}

function nested(levels: number, wrap: (value: JsonValue) => JsonValue): JsonValue {
  let value: JsonValue = 1;
  for (let i = 0; i < levels; i++) value = wrap(value);
  return value;
}

function textsOf(bytes: number): readonly Sample[] {
  return [
    { name: 'one letter', value: 'x' },
    { name: 'nothing', value: '' },
    { name: 'letters', value: filled('x', bytes) },
    { name: 'Chinese', value: filled('中', bytes) },
    { name: 'emoji', value: filled('😀', bytes) },
    { name: 'quotes', value: filled('"\\', bytes / 2) },
    { name: 'controls', value: filled('\u0001', bytes / 6) },
    { name: 'digits', value: filled('7', bytes) },
    { name: 'a fraction', value: `0.${filled('0', bytes)}1` },
    { name: 'base64', value: filled('QUFB', bytes) },
    { name: 'lines', value: filled('Q\n', bytes / 2) },
    { name: 'places', value: filled('{}', bytes) },
    { name: 'JSON of ones', value: `[${filled('1,', bytes)}1]` },
    { name: 'JSON of lists', value: `[${filled('[],', bytes)}1]` },
    { name: 'JSON of maps', value: `[${filled('{"a":1},', bytes)}1]` },
    { name: 'JSON of keys', value: JSON.stringify(keyed((i) => `k${i}`, 1, 10, bytes)) },
    { name: 'JSON of long integers', value: `[${filled('1234567890123456789,', bytes)}1]` },
    { name: 'JSON of huge numbers', value: `[${filled('1e400,', bytes)}1]` },
    { name: 'JSON of escapes', value: `[12345678901234567890${filled(',"\\n"', bytes)}]` },
    { name: 'an algorithm', value: 'SHA-512' },
    { name: 'a pattern', value: '(?:a?b?c?d?e?){60}' },
    { name: 'a pattern of letters', value: '[\\pL\\pN]{60}' },
  ];
}

function arraysOf(bytes: number): readonly Sample[] {
  return [
    { name: 'no items', value: [] },
    { name: 'ones', value: listed(1, 1, bytes) },
    { name: 'fractions', value: listed(0.123_456_789_012_345_6, 18, bytes) },
    { name: 'letters', value: listed('x', 3, bytes) },
    { name: 'empty lists', value: listed([], 2, bytes) },
    { name: 'maps', value: listed({ a: 1 }, 7, bytes) },
    { name: 'long integers', value: listed(longNumber('12345678901234567890'), 20, bytes) },
    { name: 'different numbers', value: Array.from({ length: bytes / 7 }, (_, i) => i) },
    { name: 'different texts', value: Array.from({ length: bytes / 9 }, (_, i) => `t${i}`) },
    { name: 'long texts', value: Array.from({ length: 16 }, (_, i) => filled('x', bytes / 16) + i) },
    { name: 'lists in lists', value: listed([[[[1]]]], 9, bytes) },
    { name: 'a deep list', value: nested(250, (value) => [value]) as JsonArray },
    { name: 'many deep lists', value: Array.from({ length: bytes / 600 }, () => nested(250, (value) => [value])) },
  ];
}

function mapsOf(bytes: number): readonly Sample[] {
  return [
    { name: 'no keys', value: {} },
    { name: 'keys', value: keyed((i) => `k${i}`, 1, 10, bytes) },
    { name: 'keys of digits', value: keyed((i) => String(i), 1, 10, bytes) },
    { name: 'numeric keys', value: keyed((i) => `${i}.5`, 1, 12, bytes) },
    { name: 'a long key', value: { [filled('k', bytes)]: 1 } },
    { name: 'small maps', value: keyed((i) => `k${i}`, { a: 1 }, 16, bytes) },
    { name: 'a deep map', value: nested(250, (value) => ({ a: value })) as JsonObject },
  ];
}

function integersOf(bytes: number): readonly Sample[] {
  return [
    { name: 'one', value: 1 },
    { name: 'a long integer', value: longNumber('12345678901234567890') },
    { name: 'a thousand digits', value: longNumber(filled('7', 1000)) },
    { name: 'many digits', value: longNumber(filled('7', bytes)) },
  ];
}

type Samples = Readonly<Record<ParameterType, readonly Sample[]>>;

function samplesBy(bytes: number): Samples {
  const [text, array, map, integer] = [textsOf(bytes), arraysOf(bytes), mapsOf(bytes), integersOf(bytes)];
  const any = [
    ...text.slice(0, 9),
    ...array,
    ...map,
    ...integer,
    { name: 'true', value: true },
    { name: 'null', value: null },
  ];
  return { text, array, map, integer, any };
}

/** A function that takes any number of arguments takes this many of its last kind. */
const REST = 2;

function combinations(samplesByType: Samples, parameters: readonly Parameter[]): Sample[][] {
  let found: Sample[][] = [[]];
  for (const parameter of parameters) {
    const samples = parameter.types.flatMap((type) => samplesByType[type]);
    found = found.flatMap((before) => samples.map((sample) => [...before, sample]));
  }
  return found;
}

function casesOf(samplesByType: Samples, { name, parameters, rest }: FunctionDefinition): CostlyCase[] {
  // The same sample for each of the further arguments: they are handled alike.
  const last = rest === undefined ? [] : [rest];
  return combinations(samplesByType, [...parameters, ...last]).map((samples) => {
    const further = samples.at(-1);
    const all =
      rest === undefined || further === undefined ? samples : [...samples, ...Array<Sample>(REST - 1).fill(further)];
    const args = all.map((_, i) => `$Input[${i}]`).join(', ');
    return {
      name: `${name}(${samples.map((sample) => sample.name).join(', ')})`,
      expression: `${name}(${args})`,
      input: all.map((sample) => sample.value),
      classic: false,
    };
  });
}

/** Every function with every kind of argument. A new function is here as soon as it is in the table. */
export function functionCases(bytes: number = LARGEST_BYTES): CostlyCase[] {
  const samples = samplesBy(bytes);
  return FUNCTIONS.flatMap((definition) => casesOf(samples, definition));
}

/** The right operands beside a copy of the left one. */
function othersOf(bytes: number): readonly Sample[] {
  return [
    { name: 'one letter', value: 'x' },
    { name: 'digits', value: filled('7', bytes) },
    { name: 'true', value: true },
    { name: 'keys of numbers', value: keyed((i) => `${i}.5`, 1, 12, bytes) },
    { name: 'texts of numbers', value: listed('7.5', 5, bytes) },
  ];
}

/** The same value in other arrays, maps and texts, so that no comparison ends at once. */
function structuredCopy(value: JsonValue): JsonValue {
  return parseJson(stringifyJson(value));
}

const ANY: Parameter = { name: 'value', types: ['any'] };
const BINARY = ['==', '!=', '<', '<=', '>', '>=', 'in', '&&', '||'];

/** Every operator and every form of path and literal with every kind of operand. */
export function operatorCases(bytes: number = LARGEST_BYTES): CostlyCase[] {
  const singles = combinations(samplesBy(bytes), [ANY]);
  const others = othersOf(bytes);
  const pairs = singles.flatMap(([left]) => {
    const sample = left as Sample;
    const copy = { name: 'a copy', value: structuredCopy(sample.value) };
    return [copy, ...others].map((right) => [sample, right]);
  });
  const of = (name: string, expression: string, samples: readonly Sample[], classic = false): CostlyCase => ({
    name: `${name}: ${samples.map((sample) => sample.name).join(', ')}`,
    expression,
    input: samples.map((sample) => sample.value),
    classic,
  });
  return [
    ...BINARY.flatMap((operator) => pairs.map((pair) => of(operator, `$Input[0] ${operator} $Input[1]`, pair))),
    ...singles.flatMap((one) => [
      of('!', '!$Input[0]', one),
      of('-', '-$Input[0]', one),
      of('in itself', '"q" in $Input[0]', one),
      of('a name', '$Input[0].nowhere', one),
      of('names', `$Input[0]${'.a'.repeat(200)}`, one),
      of('an index', '$Input[0][-1][0]', one),
      of('a list', '[$Input[0], $Input[0]]', one),
      of('a map', '{"a": $Input[0], "b": $Input[0]}', one),
      of('a name of each', '$[0][*].a', one, true),
      of('each of each', '$[0][*][*]', one, true),
      of('each twice', '$[*][*]', one, true),
    ]),
  ];
}
