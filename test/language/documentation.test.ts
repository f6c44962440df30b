/** docs/language.md agrees with the code: the table of diagnostics, every field, and examples that compile. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as classic from '../../src/language/classic/fields.ts';
import { PATTERNS } from '../../src/language/classic/pattern.ts';
import { VARIABLE_NAMES as CLASSIC_VARIABLE_NAMES } from '../../src/language/classic/variables.ts';
import { allFaults } from '../../src/language/text/faults.ts';
import * as fields from '../../src/language/statemachine/fields.ts';
import { VARIABLE_NAMES } from '../../src/language/statemachine/variables.ts';
import { compile } from './support.ts';

const page = readFileSync(new URL('../../docs/language.md', import.meta.url), 'utf8');

function mention(name: string): RegExp {
  return new RegExp(`[\`{ ]${name.replace(/[.$]/g, '\\$&')}[\`,}: .[]`);
}

test('the table of diagnostics is the table of the code, in its order', () => {
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (error|warning) \| (.+) \|$/gm)].map((row) => row.slice(1, 4));
  const table = [...allFaults()].map(([code, { severity, meaning }]) => [
    code,
    severity,
    meaning.replaceAll('|', '\\|'),
  ]);
  assert.deepEqual(rows, table);
});

test('every field and every variable is described', () => {
  const known = [
    ...fields.FLOW_FIELDS,
    ...fields.ALL_STATE_FIELDS,
    ...fields.RETRY_FIELDS,
    ...fields.CATCH_FIELDS,
    ...fields.ITEM_READER_FIELDS,
    ...fields.READER_CONFIG_FIELDS,
    ...fields.ITEM_BATCHER_FIELDS,
    ...fields.RESULT_WRITER_FIELDS,
    ...fields.ON_ERRORS_RETRY_FIELDS,
    ...VARIABLE_NAMES,
  ];
  for (const name of known) assert.match(page, mention(name), name);
});

test('every field, variable and pattern of the classic language is described in its part', () => {
  const part = /^## The classic language\n(.*?)^## /ms.exec(page)?.[1] ?? '';
  const known = [
    ...classic.FLOW_FIELDS,
    ...classic.ALL_STEP_FIELDS,
    ...classic.STEP_TYPES,
    ...classic.MAPPING_FIELDS,
    ...classic.CHOICE_FIELDS,
    ...classic.ITERATION_FIELDS,
    ...classic.RETRY_FIELDS,
    ...classic.CATCH_FIELDS,
    ...CLASSIC_VARIABLE_NAMES,
    ...PATTERNS,
  ];
  for (const name of known) assert.match(part, mention(name), name);
});

test('the examples compile without a diagnostic', () => {
  const examples = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => text);
  assert.ok(examples.length > 0);
  for (const example of examples) {
    if (!example.startsWith('# A Standard flow')) assert.deepEqual(compile(example).diagnostics, []);
    assert.deepEqual(compile(example, { mode: 'Standard' }).diagnostics, []);
  }
});
