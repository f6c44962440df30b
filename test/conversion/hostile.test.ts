/** Any text is converted or refused, soon and without an exception, and the result compiles. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { DEFECT } from '../../src/conversion/convert.ts';
import { convert, converted, refusals } from './support.ts';

const FOLDER = new URL('golden/', import.meta.url);
const texts = readdirSync(FOLDER)
  .filter((name) => name.includes('.in.'))
  .map((name) => readFileSync(new URL(name, FOLDER), 'utf8'))
  .concat(definitions());

/** Our definitions in the style of public ones. */
function definitions(): string[] {
  const folder = new URL('definitions/', import.meta.url);
  const read = (name: string): unknown => parse(readFileSync(new URL(name, folder), 'utf8'), { merge: true });
  return readdirSync(folder).map((name) => (read(name) as { definition: string }).definition);
}

/** Pieces with a meaning in one of the languages, for places where they are wrong. */
const PIECES = [
  'null',
  '[]',
  '{}',
  '""',
  '-1',
  '1e400',
  '"\\ud800"',
  'x'.repeat(1100),
  '123456789012345678901',
  'true',
  '$',
  '$.',
  '$$',
  '$local',
  '$input[*]',
  '$context.task.token',
  '$.a[*].b[*]',
  '$.a[*].b',
  '$.a[1:]',
  '$x',
  '$$.State.EnteredTime',
  'Assign',
  '${X.Arn}',
  'arn:aws:states:::lambda:invoke',
  'States.Format(',
  "States.Format('{}')",
  'States.ArrayRange(0, 1e9, 1)',
  '__proto__',
  'a.$',
  '*x',
  '&x',
  '<<',
  'FnF.ALL',
  'End',
  'goto',
];

test('changed texts are converted or refused', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...texts),
      fc.array(fc.tuple(fc.nat(), fc.constantFrom(...PIECES), fc.nat(3)), { minLength: 1, maxLength: 4 }),
      (text, changes) => {
        let changed = text;
        for (const [at, piece, kind] of changes) {
          const words = [...changed.matchAll(/[\w$.*[\]-]+/g)];
          const word = words[at % words.length];
          if (word === undefined) continue;
          const end = word.index + word[0].length;
          const other = words[(at >> 4) % words.length]?.[0] ?? '';
          changed = changed.slice(0, word.index) + [piece, '', other, `${word[0]}${piece}`][kind] + changed.slice(end);
        }
        for (const from of [null, 'asl', 'classic'] as const) {
          const { text: written, refusals: found } = convert(changed, { from, stubs: from === 'asl' });
          assert.equal(written === null, found.length > 0);
          for (const { message } of found) assert.ok(!message.startsWith(DEFECT), `${message}\n${changed}`);
        }
      },
    ),
    { numRuns: 1500 },
  );
});

test('a result that would be nested too deeply is refused', () => {
  let nested = '{type: pass, name: p}';
  for (let i = 0; i < 60; i++) {
    nested = `{type: choice, name: c${i}, inputMappings: [{target: a, source: $input}], choices: [{condition: $.a, steps: [${nested}]}]}`;
  }
  const { text, refusals: found } = convert(`version: v1\ntype: flow\nsteps: [${nested}]`);
  assert.equal(text === null, found.length > 0);

  let call = '$.a';
  for (let i = 0; i < 15; i++) call = `States.JsonToString(${call})`;
  const deep = `StartAt: A\nStates: {A: {Type: Pass, Parameters: {a.$: '${call}'}, End: true}}`;
  assert.match(refusals(deep).join('\n'), /calls are nested|nested/);
});

test('a flow with too many steps is refused, and a large one is converted soon', () => {
  const flow = (count: number): string =>
    `version: v1\ntype: flow\nsteps:\n${Array.from({ length: count }, (_, i) => `  - {type: pass, name: p${i}, outputMappings: [{target: k${i}, source: 1}]}\n`).join('')}`;
  assert.deepEqual(refusals(flow(2_001)), ['4: a flow with more than 2000 steps cannot be converted']);
  assert.ok((convert(flow(2_000)).text ?? '').length > 100_000);
});

test('names and constants with a meaning in YAML do not change', () => {
  for (const odd of [
    'yes',
    '- a',
    'a: b',
    '#x',
    '*x',
    '&x',
    '!x',
    '@x',
    '%x',
    "it's",
    '"',
    '\\',
    ' a ',
    '1',
    '0x1',
    '2030-01-01',
    '\u0085',
    '\u2028',
    '😀',
    'é',
    '',
  ]) {
    const text = JSON.stringify({
      StartAt: `A${odd}`,
      States: {
        [`A${odd}`]: { Type: 'Pass', Comment: odd, Result: { k: odd, [`x${odd}`]: [odd, `$Input${odd}`] }, End: true },
      },
    });
    const { text: written, refusals: found } = convert(text);
    assert.ok(written !== null, `${JSON.stringify(odd)}: ${JSON.stringify(found)}`);
  }
});

test('a state machine is refused with any language of --from', () => {
  const machine = 'Type: StateMachine\nSpecVersion: v1\nStartAt: A\nStates: [{Type: Pass, Name: A, End: true}]\n';
  for (const from of [null, 'asl', 'classic'] as const) {
    assert.deepEqual(refusals(machine, { from }), ['1: this is a state machine already']);
  }
});

test('keys of any length are written so that the result can be read, and halves of surrogate pairs are refused', () => {
  const long = 'k'.repeat(2000);
  const steps = `[{type: pass, name: p, outputMappings: [{target: ${long}, source: 1}]}]`;
  assert.match(converted(`version: v1\ntype: flow\nsteps: ${steps}`), /\? k{2000}\n/);
  const machineWith = (key: string): string => {
    const result = { [key]: key, list: [{ [key]: { [key]: 1 } }] };
    const state = { Type: 'Pass', Comment: key.slice(0, 100), Result: result, End: true };
    return JSON.stringify({ StartAt: 'A', States: { A: state } });
  };
  converted(machineWith(long));
  for (const key of ['\ud800', 'x\udc00']) {
    assert.match(refusals(machineWith(key))[0] ?? '', /half of a surrogate pair/);
  }
});

test('a rule with very many parts, or nested very deeply, is converted or refused', () => {
  const choice = (rule: object): string =>
    JSON.stringify({
      StartAt: 'A',
      States: { A: { Type: 'Choice', Choices: [{ ...rule, Next: 'A' }], Default: 'A' } },
    });
  const rules = Array.from({ length: 1000 }, (_, i) => ({ Variable: `$.v${i}`, NumericEquals: 1 }));
  const wide = convert(choice({ And: rules }));
  assert.match(wide.notes[0]?.message ?? '', /^after the first 40 rules, a path without a value/);
  let nested: object = { Variable: '$.a', IsNull: true };
  for (let i = 0; i < 110; i++) nested = { Not: { Or: [{ Variable: `$.v${i}`, NumericEquals: 1 }, nested] } };
  const { text, refusals: found } = convert(choice(nested));
  assert.equal(text === null, found.length > 0);
  assert.match(refusals(choice({ Variable: `$${'.a'.repeat(5000)}`, IsNull: true }))[0] ?? '', /more than 100 parts$/);
});
