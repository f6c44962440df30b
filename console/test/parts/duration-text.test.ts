/** Durations as people read them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationText } from '../../src/parts/duration-text.ts';

const SHOWN: readonly (readonly [number, string])[] = [
  [-5, '0 ms'],
  [0, '0 ms'],
  [999.4, '999 ms'],
  [999.5, '1.00 s'],
  [9_994, '9.99 s'],
  [9_995, '10.0 s'],
  [59_949, '59.9 s'],
  [59_950, '59 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [245_000, '4 min 5 s'],
  [7_805_000, '2 h 10 min'],
  [273_600_000, '3 d 4 h'],
];

test('a duration is not rounded to a unit that has its own name', () => {
  for (const [ms, text] of SHOWN) assert.equal(durationText(ms), text, `${ms}`);
});
