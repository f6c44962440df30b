/** Lines of a text that was edited since its graph was made. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineShift } from '../../src/editor/line-shift.ts';

const text = (...lines: readonly string[]): string => lines.join('\n');

test('lines before an edit stay, and lines behind it move', () => {
  const { toOld, toNew } = lineShift(text('a', 'b', 'c', 'd'), text('a', 'b', 'new', 'new', 'c', 'd'));
  assert.deepEqual([1, 2, 5, 6].map(toOld), [1, 2, 3, 4]);
  assert.deepEqual([1, 2, 3, 4].map(toNew), [1, 2, 5, 6]);
});

test('a new line belongs to the place where it was put', () => {
  const { toOld } = lineShift(text('a', 'b', 'c'), text('a', 'b', 'new', 'c'));
  assert.equal(toOld(3), 2);
});

test('a removed line leads to the one before', () => {
  const { toOld, toNew } = lineShift(text('a', 'b', 'c'), text('a', 'c'));
  assert.equal(toNew(2), 1);
  assert.deepEqual([1, 2].map(toOld), [1, 3]);
});

test('a changed line is itself, and the same text has the same lines', () => {
  const { toOld, toNew } = lineShift(text('a', 'b', 'c'), text('a', 'x', 'c'));
  assert.deepEqual([1, 2, 3].map(toOld), [1, 2, 3]);
  assert.deepEqual([1, 2, 3].map(toNew), [1, 2, 3]);
  assert.equal(lineShift('a', 'a').toOld(7), 7);
});

test('no line leads out of the other text', () => {
  for (const [before, now] of [
    ['', 'a\nb'],
    ['a\nb', ''],
    ['a\na\na', 'a'],
    ['a', 'a\na\na'],
  ] as const) {
    const { toOld, toNew } = lineShift(before, now);
    for (const [i] of now.split('\n').entries())
      assert.ok(toOld(i + 1) >= 1 && toOld(i + 1) <= before.split('\n').length);
    for (const [i] of before.split('\n').entries())
      assert.ok(toNew(i + 1) >= 1 && toNew(i + 1) <= now.split('\n').length);
  }
});
