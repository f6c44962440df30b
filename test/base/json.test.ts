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
