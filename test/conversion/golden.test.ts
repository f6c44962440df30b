/**
 * What is written for each construct: `golden/NAME.in.yaml` (or `.json`) is converted to `golden/NAME.out.yaml`, comments
 * included. After a change that is meant, `MILLRACE_WRITE_GOLDEN=1` writes the files anew; the difference is then read.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { converted, planOfText } from './support.ts';

const FOLDER = new URL('golden/', import.meta.url);
const inputs = readdirSync(FOLDER).filter((name) => /\.in\.(?:yaml|json)$/.test(name));

for (const name of inputs) {
  test(`${name.replace(/\.in\..*$/, '')} is written as expected`, () => {
    const written = converted(readFileSync(new URL(name, FOLDER), 'utf8'));
    const expected = new URL(name.replace(/\.in\..*$/, '.out.yaml'), FOLDER);
    if (process.env['MILLRACE_WRITE_GOLDEN'] === '1') writeFileSync(expected, written);
    assert.equal(written, readFileSync(expected, 'utf8'));
    planOfText(written);
  });
}

test('there are examples of both languages', () => {
  assert.ok(inputs.filter((name) => name.startsWith('classic-')).length >= 10);
  assert.ok(inputs.filter((name) => name.startsWith('asl-')).length >= 7);
});
