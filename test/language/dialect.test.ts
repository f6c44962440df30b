/** The dialect of a definition by a look at its text, compared with the compiler's choice. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { stringify } from 'yaml';
import { dialectOf } from '../../src/language/dialect.ts';
import { compileDefinition } from '../../src/language/compile.ts';
import { testSettings } from '../../src/testing/test-settings.ts';
import { readCases } from '../conformance/case.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** The definitions of the repository that compile, with their dialects. */
function definitions(): ReadonlyMap<string, string> {
  const { limits } = testSettings();
  const texts = [
    ...readCases().map(({ definition }) => definition),
    ...['examples', 'test/classic/flows'].flatMap((folder) =>
      readdirSync(join(ROOT, folder))
        .filter((name) => /\.(ya?ml|json)$/.test(name))
        .map((name) => readFileSync(join(ROOT, folder, name), 'utf8')),
    ),
  ];
  const found = texts.flatMap((text) => {
    const { plan } = compileDefinition(text, { mode: 'Standard', flowName: null, limits });
    return plan === null ? [] : [[text, plan.dialect] as const];
  });
  return new Map(found);
}

const MACHINE = {
  Type: 'StateMachine',
  SpecVersion: 'v1',
  Name: 'n',
  StartAt: 'A',
  States: [{ Type: 'Pass', Name: 'A', End: true }],
};
const CLASSIC = { version: 'v1', type: 'flow', name: 'StateMachine', steps: [{ type: 'pass', name: 'StateMachine' }] };

describe('dialectOf', () => {
  it('agrees with the compiler about every definition of the repository', () => {
    const all = definitions();
    assert.ok(all.size > 500, `${all.size} definitions`);
    for (const [text, dialect] of all) assert.equal(dialectOf(text), dialect, text);
  });

  it('agrees about every way to write one', () => {
    const { limits } = testSettings();
    const { type: _, ...untyped } = CLASSIC;
    for (const [value, dialect] of [
      [MACHINE, 'statemachine'],
      [CLASSIC, 'classic'],
      [untyped, 'classic'],
      [{ ...CLASSIC, Type: 'flow' }, 'classic'],
      [Object.fromEntries(Object.entries(MACHINE).reverse()), 'statemachine'],
      [Object.fromEntries(Object.entries(CLASSIC).reverse()), 'classic'],
    ] as const) {
      const block = stringify(value);
      const json = JSON.stringify(value);
      for (const text of [
        block,
        json,
        JSON.stringify(value, null, 2),
        stringify(value, { collectionStyle: 'flow' }),
        stringify(value, { defaultStringType: 'QUOTE_SINGLE', defaultKeyType: 'QUOTE_DOUBLE' }),
        `\uFEFF${block}`,
        block.replaceAll('\n', '\r\n'),
        `# Type: StateMachine, type: flow\n\n---\n${block}`,
        block.replace(/^/gm, '  '),
        block.replace(/^(\w+: \w+)$/gm, '$1 # StateMachine'),
        block.replace(/^(Type|type): (\w+)$/gm, '$1: !!str &a $2'),
        block.replace(/^(Type|type): (\w+)$/gm, '"$1" :   \'$2\''),
        `${block}description: |\n  Type: StateMachine\n  steps: []\n`.replace(/^description/m, 'Description'),
        json.replace('{', '{ # {"Type":"StateMachine"}\n'),
        json.replace('{', '{"Comment":"}{\\"\\\\",'),
      ]) {
        assert.equal(dialectOf(text), dialect, text);
        const { plan } = compileDefinition(text, { mode: 'Standard', flowName: null, limits });
        if (plan !== null) assert.equal(plan.dialect, dialect, text);
      }
    }
  });

  it('reads a large text once', () => {
    const large = JSON.stringify({ ...CLASSIC, steps: Array.from({ length: 20_000 }, () => CLASSIC.steps[0]) });
    assert.equal(dialectOf(large), 'classic');
    assert.equal(dialectOf(`${' '.repeat(1_000_000)}StateMachine`), 'statemachine');
    assert.equal(dialectOf(`{${'"'.repeat(1_000_000)}StateMachine`), 'statemachine');
    assert.equal(dialectOf(`{StateMachine${"'".repeat(1_000_001)}`), 'statemachine');
  });
});
