/** Texts cut to a length for a message. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { beginning, cut } from '../../src/base/text.ts';

test('a cut text is well-formed and as long as possible', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.integer({ min: 1, max: 30 }), (text, limit) => {
      const short = cut(text, limit);
      assert.ok(text.startsWith(short));
      assert.ok(short.isWellFormed());
      assert.ok(short.length <= limit && short.length >= Math.min(text.length, limit - 1));
      assert.equal(beginning(text, limit), text.length > limit ? `${short}…` : text);
    }),
  );
});

test('a pair of surrogates remains whole or is left out', () => {
  assert.deepEqual([cut('a😀b', 1), cut('a😀b', 2), cut('a😀b', 3)], ['a', 'a', 'a😀']);
  assert.deepEqual([beginning('a😀', 3), beginning('a😀b', 3), beginning('a😀', 2)], ['a😀', 'a😀…', 'a…']);
});
