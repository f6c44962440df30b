/** The rules, the cases and docs/compatibility.md agree, and so do the cases and the table of diagnostics. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { allFaults } from '../../src/language/text/faults.ts';
import { expectedDiagnostics, parseCase, readCases, readRules } from './case.ts';
import { COMPATIBILITY_PAGE, renderCompatibility } from './compatibility.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const book = readRules();
const cases = readCases();

/** Diagnostics of definitions that are too large for a file. The tests of the language show them. */
const CODES_WITHOUT_CASE = ['definition-too-large', 'expression-size', 'more-warnings'];

test('docs/compatibility.md is current', () => {
  const current = existsSync(COMPATIBILITY_PAGE) ? readFileSync(COMPATIBILITY_PAGE, 'utf8') : '';
  assert.ok(
    current === renderCompatibility(book, cases),
    'docs/compatibility.md is out of date; run: npx node test/conformance/write-compatibility.ts',
  );
});

test('every rule is complete, has its own id, and belongs to a feature', () => {
  const seen = new Set<string>();
  for (const rule of book.rules) {
    assert.ok(!seen.has(rule.id), `there are two rules ${rule.id}`);
    seen.add(rule.id);
    assert.ok(Object.hasOwn(book.features, rule.feature), `rule ${rule.id} names the feature ${rule.feature}`);
    assert.ok(['documented', 'decision'].includes(rule.kind), `rule ${rule.id} is of the kind ${rule.kind}`);
    assert.ok(rule.sentence.endsWith('.') && rule.source.length > 0, `rule ${rule.id} is incomplete`);
  }
});

test('every rule is shown by a case or by a test that exists', () => {
  const shown = new Set(cases.map((one) => one.rule));
  for (const rule of book.rules) {
    if (rule.shownBy === undefined) assert.ok(shown.has(rule.id), `no case shows the rule ${rule.id}`);
    else assert.ok(existsSync(join(ROOT, rule.shownBy)), `rule ${rule.id} names ${rule.shownBy}, which does not exist`);
  }
});

test('every case names a rule and is in the folder of a feature', () => {
  const rules = new Set(book.rules.map((rule) => rule.id));
  for (const one of cases) {
    assert.ok(rules.has(one.rule), `${one.id} names the rule ${one.rule}`);
    assert.ok(Object.hasOwn(book.features, one.feature), `${one.id} is in a folder that is no feature`);
  }
});

test('every diagnostic is expected by a case, with its code', () => {
  const expected = new Set<string>();
  for (const one of cases) {
    for (const { code } of expectedDiagnostics(one.expect)) {
      assert.ok(code !== undefined, `${one.id} expects a diagnostic without its code`);
      expected.add(code);
    }
  }
  const faults = [...allFaults().keys()];
  for (const code of faults) {
    if (!CODES_WITHOUT_CASE.includes(code)) assert.ok(expected.has(code), `no case expects the diagnostic ${code}`);
  }
  for (const code of expected) assert.ok(faults.includes(code), `a case expects ${code}, which is no diagnostic`);
});

test('a file with a misspelt key or without an expectation is not a case', () => {
  const good = 'title: t\nrule: r\ndefinition: d\nexpect: {status: Succeeded}\n';
  assert.equal(parseCase('f/c', good).title, 't');
  assert.throws(() => parseCase('f/c', `${good}imput: {}\n`), /imput/u);
  assert.throws(() => parseCase('f/c', good.replace('status', 'stauts')), /stauts/u);
  assert.throws(() => parseCase('f/c', good.replace('{status: Succeeded}', '{output: {}}')), /neither/u);
  assert.throws(() => parseCase('f/c', `${good}rule: s\n`), /unique/u);
});
