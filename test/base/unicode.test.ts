/** Halves of surrogate pairs in JSON texts and in texts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { JsonFault, MAX_DEPTH, parseJson } from '../../src/base/json.ts';
import type { JsonValue } from '../../src/base/json.ts';
import { halfPairAt, halfPairIn, withoutHalfPairs } from '../../src/base/unicode.ts';

/** The value with every text made well-formed, keys included. */
function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key.toWellFormed(), wellFormed(member)]));
}

/** Pieces of which JSON texts are made, so that backslashes, pairs and halves meet in every way. */
const piece = fc.constantFrom(
  '\\\\',
  '\\n',
  '\\"',
  '\\ud800',
  '\\uDBFF',
  '\\udc00',
  '\\uDfff',
  '\\ud83d\\ude00',
  '\\u0041',
  'u',
  'd800',
  '😀',
  'a',
  '\\u2028',
);

test('parsing replaces halves of pairs, accepts pairs, and changes nothing else', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const inner = pieces.join('');
      const text = `{"a":["${inner}"],"k${inner}":1}`;
      const plain = JSON.parse(text) as JsonValue;
      assert.deepEqual(parseJson(text), wellFormed(plain));
      assert.deepEqual(parseJson(text, MAX_DEPTH, 'accept'), plain);
      const isWellFormed = (JSON.parse(`"${inner}"`) as string).isWellFormed();
      assert.equal(halfPairAt(text) === -1, isWellFormed);
      assert.equal(halfPairAt(withoutHalfPairs(text)), -1);
      if (isWellFormed) assert.deepEqual(parseJson(text, MAX_DEPTH, 'refuse'), plain);
      else assert.throws(() => parseJson(text, MAX_DEPTH, 'refuse'), JsonFault);
    }),
    { numRuns: 500 },
  );
});

test('the fault shows the escape and its position', () => {
  assert.throws(() => parseJson('{"a":"\\\\ \\ud800"}', MAX_DEPTH, 'refuse'), /the escape \\ud800 at position 9 /);
});

test('texts that are not JSON are left to the parser', () => {
  for (const text of ['"\\ud8', '"\\ud80', '\\ud800', '"\\', '\\u', '"\\ud800\\u', '"\\uD8ZZ"']) {
    assert.throws(() => parseJson(text), JsonFault, text);
  }
});

test('a mebibyte of escapes is searched, not copied piece by piece, when it has no half', () => {
  const text = `"${'\\ud83d\\ude00'.repeat(80_000)}"`;
  assert.equal(withoutHalfPairs(text), text);
});

test('the place of a half in a text counts characters', () => {
  assert.equal(halfPairIn('abc 😀'), null);
  assert.equal(halfPairIn('\ud800'), 1);
  assert.equal(halfPairIn('😀\udc00'), 2);
  assert.equal(halfPairIn('a\ud800\ud83d\ude00'), 2);
});
