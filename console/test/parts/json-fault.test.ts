/** The place where a text stops being JSON, which an editor of JSON has to show. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findJsonFault } from '../../src/parts/json.ts';

test('a text that is not JSON has a place', () => {
  for (const [text, line, column] of [
    ['{\n  "a": 1,\n  b: 2\n}', 3, 3],
    ['{"a": 1', 1, 8],
    ['[1, 2,]', 1, 7],
    ['1 2', 1, 3],
    ['{"a" 1}', 1, 6],
    ['', 1, 1],
    ['nul', 1, 1],
  ] as const) {
    assert.deepEqual(findJsonFault(text), { line, column }, text);
  }
});

test('JSON has none', () => {
  for (const text of ['{}', ' [1, "a\\n", 12345678901234567890] ', 'null']) assert.equal(findJsonFault(text), null);
});
