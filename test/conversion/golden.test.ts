/**
 * The result for each construct: `golden/NAME.in.yaml` (or `.json`) is converted to `golden/NAME.out.yaml`, with comments.
 * After an intended change, `MILLRACE_WRITE_GOLDEN=1` writes the files again; review the difference.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { planOf } from '../support/flows.ts';
import { converted } from './support.ts';

const FOLDER = new URL('golden/', import.meta.url);
const inputs = readdirSync(FOLDER).filter((name) => /\.in\.(?:yaml|json)$/.test(name));

for (const name of inputs) {
  test(`${name.replace(/\.in\..*$/, '')} is converted as expected`, () => {
    const written = converted(readFileSync(new URL(name, FOLDER), 'utf8'));
    const expected = new URL(name.replace(/\.in\..*$/, '.out.yaml'), FOLDER);
    if (process.env['MILLRACE_WRITE_GOLDEN'] === '1') writeFileSync(expected, written);
    assert.equal(written, readFileSync(expected, 'utf8'));
    planOf(written, 'Standard');
  });
}

test('both languages have examples', () => {
  assert.ok(inputs.filter((name) => name.startsWith('classic-')).length >= 10);
  assert.ok(inputs.filter((name) => name.startsWith('asl-')).length >= 7);
});
