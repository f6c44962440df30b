/** JSON as flows see it: long numbers, keys that are data, nesting and sizes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  JsonFault,
  MAX_DEPTH,
  fitsJson,
  isJsonObject,
  isLongNumber,
  jsonBytes,
  longNumber,
  memberOf,
  parseJson,
  setMember,
  stringifyJson,
} from '../../src/base/json.ts';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';

const anyJson = fc.jsonValue({ noUnicodeString: false }) as fc.Arbitrary<JsonValue>;

test('integers that a double cannot hold have all their digits, all other numbers are doubles', () => {
  const cases: [string, string][] = [
    ['{"id":1234567890123456789}', '{"id":1234567890123456789}'],
    ['[-9007199254740993]', '[-9007199254740993]'],
    ['9007199254740991', '9007199254740991'],
    ['1e400', '1e400'],
    ['-1e999', '-1e999'],
    ['0.1234567890123456789', '0.12345678901234568'],
    ['12345678901234567890.5', '12345678901234567000'],
    ['1e20', '100000000000000000000'],
    ['"1234567890123456789"', '"1234567890123456789"'],
  ];
  for (const [text, again] of cases) assert.equal(stringifyJson(parseJson(text)), again);
  assert.ok(isLongNumber(parseJson('1234567890123456789')));
  assert.ok(!isJsonObject(parseJson('1234567890123456789')));
});

/** The slow way to read long numbers: a reviver sees the source of every number. */
function parseByReviver(text: string): unknown {
  const revive = (_key: string, value: unknown, context?: { source?: string }): unknown => {
    if (typeof value !== 'number' || context?.source === undefined) return value;
    const isLong =
      !Number.isFinite(value) ||
      (Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/u.test(context.source));
    return isLong ? longNumber(context.source) : value;
  };
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown);
}

/** A JSON text whose members, numbers and texts are chosen to be hard for a reader. */
const hardJson = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(
      ...['0', '-0', '-0.0', '1e400', '-1e999', '1e-400', '1E+0400', '12e3', '0.1234567890123456789', 'null', 'true'],
      ...['9007199254740991', '-9007199254740991', '9007199254740992', '-9007199254740992', '9999999999999999'],
      ...['12345678901234567890.5', '123456789012345678e2', '123456789012345678E-9', '1'.repeat(400), 'false'],
      ...['"12345678901234567890"', '"\\"1e400"', '"\\u007f0"', '"\\ud800"', '"\\\\"', `"${'x\\n'.repeat(40)}"`, '""'],
    ),
    fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }).map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
    fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
    fc.array(tie('value'), { maxLength: 5 }).map((items) => `[ ${items.join(' ,\n')}]`),
    fc
      .array(fc.tuple(fc.constantFrom('a', 'b', '7', '10', '__proto__', 'rawJSON', '\\u0061', ''), tie('value')), {
        maxLength: 5,
      })
      .map((members) => `{${members.map(([key, value]) => `"${key}"\t:${value}`).join(',')} }`),
  ),
})).value;

const parseAll = (text: string): JsonValue => parseJson(text, MAX_DEPTH, 'accept');

test('a text with a long number is read as JSON.parse reads it, with all the digits', () => {
  fc.assert(
    fc.property(hardJson, fc.boolean(), (text, withLong) => {
      const whole = withLong ? `[12345678901234567890,${text}]` : text;
      assert.equal(stringifyJson(parseAll(whole)), JSON.stringify(parseByReviver(whole)));
      assert.deepEqual(parseAll(whole), parseByReviver(whole));
    }),
    { numRuns: 2_000 },
  );
});

test('a faulty text with a long number has the fault that JSON.parse finds', () => {
  fc.assert(
    fc.property(
      hardJson,
      fc.nat(),
      fc.constantFrom('', '"', ',', ':', '[', '}', '0', '-', '.', 'e', '\\', '\n', 'x'),
      (text, at, mark) => {
        const whole = `[12345678901234567890,${text}]`;
        const place = at % whole.length;
        const faulty = whole.slice(0, place) + mark + whole.slice(place + 1);
        let expected: string | null = null;
        try {
          parseByReviver(faulty);
        } catch (error) {
          expected = (error as Error).message;
        }
        if (expected === null) assert.deepEqual(parseAll(faulty), parseByReviver(faulty));
        else assert.throws(() => parseAll(faulty), { name: 'JsonFault', message: expected });
      },
    ),
    { numRuns: 2_000 },
  );
});

test('a million digits, and texts that are deep or do not end, are read or refused', () => {
  const digits = '7'.repeat(1 << 20);
  assert.equal(stringifyJson(parseJson(`[${digits}]`)), `[${digits}]`);
  assert.equal(stringifyJson(parseJson(`[1e${digits},-${digits}]`)), `[1e${digits},-${digits}]`);
  const bits = `0.${digits}`;
  assert.equal(parseJson(bits), 0.7777777777777778);
  for (const text of [
    '[',
    '{"a":',
    '["12345678901234567890",',
    '[12345678901234567890,{"',
    '[12345678901234567890,["\\',
  ]) {
    assert.throws(() => parseJson(text), JsonFault, text);
    assert.throws(() => parseJson(text.repeat(100_000)), JsonFault, text);
    assert.throws(() => parseJson(text.repeat(1_000), Number.POSITIVE_INFINITY), JsonFault, text);
  }
});

test('keys with a meaning in JavaScript are data', () => {
  const value = parseJson('{"__proto__":{"polluted":1},"constructor":2}') as JsonObject;
  assert.deepEqual(memberOf(value, '__proto__'), { polluted: 1 });
  assert.equal(memberOf(value, 'toString'), undefined);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  const made: Record<string, JsonValue> = {};
  setMember(made, '__proto__', 7);
  assert.equal(stringifyJson(made), '{"__proto__":7}');
  assert.equal(Object.getPrototypeOf(made), Object.prototype);
});

test('nesting is accepted up to its limit and refused one level deeper', () => {
  const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  assert.ok(parseJson(deep(MAX_DEPTH)));
  assert.throws(() => parseJson(deep(MAX_DEPTH + 1)), JsonFault);
  assert.throws(() => parseJson('{"a":'.repeat(100_000)), JsonFault);
  assert.ok(parseJson(`"${'[{'.repeat(1_000)}"`));
  assert.ok(parseJson(`["\\"${'['.repeat(1_000)}"]`));
  assert.equal(jsonBytes(parseJson(deep(MAX_DEPTH)), 1_000_000), MAX_DEPTH * 2);
  assert.equal(jsonBytes([parseJson(deep(MAX_DEPTH))], 1_000_000), Number.POSITIVE_INFINITY);
  assert.equal(fitsJson([parseJson(deep(MAX_DEPTH))], 1_000_000), false);
});

test('a text that is not JSON is a JsonFault', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json().map((text) => text.slice(1)),
      ),
      (text) => {
        try {
          parseJson(text);
        } catch (error) {
          assert.ok(error instanceof JsonFault);
        }
      },
    ),
  );
});

test('the size of a value is that of its text, and counting stops soon after the limit', () => {
  fc.assert(
    fc.property(anyJson, fc.nat({ max: 200 }), (value, limit) => {
      const bytes = Buffer.byteLength(stringifyJson(value));
      assert.equal(jsonBytes(value, Number.MAX_SAFE_INTEGER), bytes);
      assert.equal(jsonBytes(value, limit) <= limit, bytes <= limit);
      assert.equal(fitsJson(value, limit), bytes <= limit);
    }),
    { numRuns: 500 },
  );
  const controls = '\u0001\u001f"\\\ud800é中😀';
  assert.equal(jsonBytes(controls, 1_000), Buffer.byteLength(JSON.stringify(controls)));
  let bomb: JsonValue = 'x'.repeat(1_000);
  for (let i = 0; i < 60; i++) bomb = [bomb, bomb];
  assert.ok(jsonBytes(bomb, 65_536) > 65_536);
  assert.equal(fitsJson(bomb, 65_536), false);
});
