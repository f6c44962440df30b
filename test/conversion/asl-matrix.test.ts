/**
 * Every comparison of Amazon States Language, with values of every type on both sides: the converted Choice decides as the
 * specification says (`asl-oracle.ts`), or a note names the line of the rule.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import { parseJson, stringifyJson } from '../../src/base/json.ts';
import { verdictOf } from './asl-oracle.ts';
import type { Verdict } from './asl-oracle.ts';
import { convert } from './support.ts';
import { standInActions } from '../../src/testing/stand-ins.ts';
import { planOf, startOf } from '../support/flows.ts';
import { runExpress } from '../support/run-express.ts';

const TEXTS = [
  ...['', ' ', 'a', 'b', 'A', 'ab', 'abc', 'a*c', 'a\\c', 'a.c', 'a\nc', 'é', '\uffff', '😀', '*'],
  ...['5', '05', '5.0', ' 5', '250', '1e400', '-0', '0x10', '.5', 'NaN', 'Infinity', 'N/A', '9007199254740993'],
  ...['true', 'TRUE', 'false', 'null', '[1]', '{}', '"a"', 'States.Timeout'],
];
const TIMES = [
  ...['2016-03-14T01:59:00Z', '2016-03-14T01:59:00.000Z', '2016-03-14T01:59:00.5Z', '2016-03-14T01:59:00.500Z'],
  ...['2016-03-14T01:59:00.49Z', '2016-03-14T02:00:00Z', '2016-03-14T03:59:00+02:00', '2016-03-13T23:59:00-02:00'],
  ...['2016-03-14T01:59:00', '2016-03-14t01:59:00z', '2016-02-30T00:00:00Z', '2016-02-29T00:00:00Z'],
  ...['2015-02-29T00:00:00Z', '2016-13-01T00:00:00Z', '2016-12-31T23:59:60Z', '2016-03-14T24:00:00Z', '2016-03-14'],
];
const NUMBERS = [
  '0',
  '-0',
  '1',
  '5',
  '5.0',
  '-7.25',
  '250',
  '1e3',
  '9007199254740993',
  '9007199254740992',
  '1e400',
  '-1e400',
];
const OTHERS = ['null', 'true', 'false', '[]', '[1]', '["a"]', '[5]', '{}', '{"a":1}'];
const VALUES: readonly JsonValue[] = [...TEXTS, ...TIMES, ...[...NUMBERS, ...OTHERS].map((text) => parseJson(text))];

/** Fewer values for the other side of a comparison of two paths. */
const SECOND_VALUES = VALUES.filter((_, i) => i % 3 === 0);

const NO_TASKS = standInActions(async () => ({ ok: false, error: 'none', cause: '' }));
const ORDERS = ['Equals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'];

/** Rules with a constant: the comparisons with each of these values. */
const CONSTANTS: Readonly<Record<string, readonly JsonValue[]>> = {
  ...Object.fromEntries(ORDERS.map((order) => [`String${order}`, [...TEXTS, ...TIMES.slice(0, 2)]])),
  ...Object.fromEntries(ORDERS.map((order) => [`Numeric${order}`, NUMBERS.map((text) => parseJson(text))])),
  ...Object.fromEntries(
    ORDERS.map((order) => [
      `Timestamp${order}`,
      TIMES.filter((text) => verdictOf({ Variable: '$', IsTimestamp: true }, text) === true),
    ]),
  ),
  BooleanEquals: [true, false],
  StringMatches: [
    '*',
    '',
    'a*',
    '*c',
    'a*c',
    'a\\*c',
    'a\\\\c',
    'a.c',
    '5',
    '*5*',
    'true',
    '**',
    '*\\*',
    '(*',
    'States.*',
    '😀*',
  ],
  ...Object.fromEntries(
    ['IsNull', 'IsString', 'IsNumeric', 'IsBoolean', 'IsTimestamp', 'IsPresent'].map((name) => [name, [true, false]]),
  ),
};
const PATHS = [
  ...ORDERS.flatMap((order) => [`String${order}`, `Numeric${order}`, `Timestamp${order}`]),
  'BooleanEquals',
];

/** Runs the rule for each input, in a Map. The rule is on line 13. */
async function decisions(
  rule: JsonObject,
  inputs: readonly JsonValue[],
): Promise<{ noted: boolean; results: JsonValue }> {
  const text = `{
"StartAt": "Each",
"States": {
"Each": {
"Type": "Map", "ItemsPath": "$.items", "End": true,
"ItemProcessor": {
"StartAt": "Decide",
"States": {
"Decide": {
"Type": "Choice",
"Default": "No",
"Choices": [
${stringifyJson({ ...rule, Next: 'Yes' })}
]
},
"Yes": {"Type": "Pass", "Result": true, "End": true},
"No": {"Type": "Pass", "Result": false, "End": true}
}}}}}`;
  const { text: converted, notes, refusals } = convert(text);
  assert.ok(converted !== null, `${stringifyJson(rule)}: ${JSON.stringify(refusals)}`);
  const start = { ...startOf(planOf(converted, 'Express'), { items: inputs }) };
  const { result } = await runExpress(start, { actions: NO_TASKS });
  const noted = notes.some(({ line }) => line === 13);
  if (result.status === 'Succeeded') return { noted, results: parseJson(result.output) };
  return { noted, results: result.errorCode };
}

async function check(rule: JsonObject, inputs: readonly JsonValue[]): Promise<{ same: number; noted: number }> {
  const { noted, results } = await decisions(rule, inputs);
  assert.ok(Array.isArray(results), `${stringifyJson(rule)} gave ${JSON.stringify(results)}`);
  const wrong = inputs.flatMap((input, i) => {
    const wanted: Verdict = verdictOf(rule, input);
    return wanted === 'open' || wanted === results[i]
      ? []
      : [`${stringifyJson(rule)} of ${stringifyJson(input)} is ${results[i]}`];
  });
  const silent = noted ? wrong.filter((line) => !isKnownDifference(line)) : wrong;
  assert.deepEqual(silent, []);
  return { same: inputs.length - wrong.length, noted: wrong.length };
}

/** The differences that the notes are about: times with an offset, and the order of characters beyond U+FFFF. */
function isKnownDifference(line: string): boolean {
  return line.includes('Timestamp') ? /T\d\d:\d\d:\d\d[-+]/.test(line) : line.includes('😀');
}

describe('a converted comparison decides like the original', () => {
  let compared = 0;
  let noted = 0;
  const count = (counts: { same: number; noted: number }): void => {
    compared += counts.same + counts.noted;
    noted += counts.noted;
  };

  for (const [operator, constants] of Object.entries(CONSTANTS)) {
    it(operator, async () => {
      const inputs = VALUES.map((v) => ({ v }));
      for (const constant of constants) count(await check({ Variable: '$.v', [operator]: constant }, inputs));
    });
  }

  for (const operator of PATHS) {
    it(`${operator}Path`, async () => {
      for (const w of SECOND_VALUES) {
        const inputs = VALUES.map((v) => ({ v, w }));
        count(await check({ Variable: '$.v', [`${operator}Path`]: '$.w' }, inputs));
      }
    });
  }

  it('for all of them', () => {
    assert.ok(compared > 10_000, `${compared} comparisons`);
    assert.ok(noted < compared / 50, `${noted} of ${compared} comparisons differ with a note`);
  });
});

describe('nested rules', () => {
  const path = fc.constantFrom('$.a', '$.b', '$.o.c', '$.l[1]', '$.o.l[0]', '$.none', '$.a.none', '$');
  const test = fc.oneof(
    fc.record({ Variable: path, NumericGreaterThan: fc.constantFrom(0, 5) }),
    fc.record({ Variable: path, NumericEquals: fc.constantFrom(0, 5) }),
    fc.record({ Variable: path, StringEquals: fc.constantFrom('a', '5', '') }),
    fc.record({ Variable: path, StringLessThan: fc.constantFrom('b', '5') }),
    fc.record({ Variable: path, StringEqualsPath: path }),
    fc.record({ Variable: path, NumericLessThanEqualsPath: path }),
    fc.record({ Variable: path, BooleanEquals: fc.boolean() }),
    fc.record({ Variable: path, IsPresent: fc.boolean() }),
    fc.record({ Variable: path, IsNumeric: fc.boolean() }),
    fc.record({ Variable: path, IsString: fc.boolean() }),
    fc.record({ Variable: path, IsNull: fc.boolean() }),
    fc.record({ Variable: path, StringMatches: fc.constantFrom('*', 'a*') }),
  );
  const { rule } = fc.letrec<{ rule: JsonObject }>((tie) => ({
    rule: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      test as fc.Arbitrary<JsonObject>,
      fc.record({ Not: tie('rule') }) as fc.Arbitrary<JsonObject>,
      fc.record({ And: fc.array(tie('rule'), { minLength: 1, maxLength: 4 }) }) as fc.Arbitrary<JsonObject>,
      fc.record({ Or: fc.array(tie('rule'), { minLength: 1, maxLength: 4 }) }) as fc.Arbitrary<JsonObject>,
    ),
  }));
  const value = fc.constantFrom<JsonValue[]>('a', '5', '', 'b', 0, 5, 7, true, false, null, [0, 'a'], {});
  const input = fc.record(
    {
      a: value,
      b: value,
      l: fc.array(value, { maxLength: 2 }),
      o: fc.record({ c: value, l: fc.array(value, { maxLength: 1 }) }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<JsonObject>;

  it('decide like the original, and fail where a path has no value', async () => {
    const seen = { yes: 0, no: 0, missing: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(rule, { minLength: 1, maxLength: 3 }), input, async (rules, given) => {
        const wanted = firstOf(rules, given);
        if (wanted === 'missing') seen.missing++;
        else if (wanted === -1) seen.no++;
        else seen.yes++;
        const machine = {
          StartAt: 'Decide',
          States: {
            Decide: {
              Type: 'Choice',
              Choices: rules.map((each, i) => ({ ...each, Next: `Yes${i}` })),
              Default: 'Yes-1',
            },
            ...Object.fromEntries(
              [-1, ...rules.keys()].map((i) => [`Yes${i}`, { Type: 'Pass', Result: { i }, End: true }]),
            ),
          },
        };
        const { text } = convert(JSON.stringify(machine));
        assert.ok(text !== null);
        const { result } = await runExpress(startOf(planOf(text, 'Express'), given), { actions: NO_TASKS });
        const got = result.status === 'Succeeded' ? (JSON.parse(result.output) as { i: number }).i : result.errorCode;
        assert.equal(got, wanted === 'missing' ? 'FnF.RuntimeError' : wanted, text);
      }),
      { numRuns: 300 },
    );
    assert.ok(seen.yes > 50 && seen.no > 20 && seen.missing > 50, JSON.stringify(seen));
  });
});

/** The first rule that holds, -1 for none. */
function firstOf(rules: readonly JsonObject[], input: JsonObject): number | 'missing' {
  for (const [i, rule] of rules.entries()) {
    const verdict = verdictOf(rule, input);
    if (verdict === 'missing') return verdict;
    if (verdict === true) return i;
  }
  return -1;
}
