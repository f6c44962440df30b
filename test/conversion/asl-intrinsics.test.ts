/**
 * Intrinsic functions after conversion: results by the public specification of Amazon States Language and the public page
 * about them. Where the original fails and the converted flow does not, a note says so.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import { planOf } from '../support/flows.ts';
import { converted, notes, refusals, run } from './support.ts';

const asl = (text: string): string =>
  JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', Parameters: { 'r.$': text }, End: true } } });

async function resultOf(text: string, input: JsonObject): Promise<JsonValue> {
  const plan = planOf(converted(asl(text)), 'Standard');
  const { output, error } = await run(plan, input, () => ({ ok: false, error: 'none', cause: '' }));
  return error === null ? ((output as JsonObject)['r'] ?? null) : error;
}

const FAILS = 'FnF.RuntimeError';
const LONG = 'a'.repeat(5000);

/** A call, its input, and its result. */
const RESULTS: readonly (readonly [text: string, input: JsonObject, result: JsonValue])[] = [
  ["States.Format('Hello, my name is {}.', $.name)", { name: 'Arnav' }, 'Hello, my name is Arnav.'],
  ['States.Format($.template, $.name)', { template: 'I am {}.', name: 'Arnav' }, 'I am Arnav.'],
  ["States.Format('{} {} {} {}', $.n, true, null, 'x')", { n: 5.5 }, '5.5 true null x'],
  ["States.Format('a\\{\\}{}\\{b\\}\\\\ it\\'s')".replace('{}\\{b', '\\{b'), {}, "a{}{b}\\ it's"],
  ["States.Format('\\{{}\\}', $.n)", { n: 1 }, '{1}'],
  ["States.Format('{}', '\\{\\}')", {}, '{}'],
  ["States.Format('{}{}', $.a, $.b)", { a: '{}', b: 'x' }, '{}x'],
  ["States.Format('no place')", {}, 'no place'],
  ["States.Format('')", {}, ''],
  ["States.Format('{}', $['a\\'b'])", { "a'b": 1 }, '1'],
  ["States.Format('{}', $['\\u0041\\n'])", { 'A\n': 1 }, '1'],
  ["States.Format('{}', $.o['x.y'][1])", { o: { 'x.y': [0, 'z'] } }, 'z'],

  ['States.Array($.id)', { id: 123456 }, [123456]],
  ['States.Array()', {}, []],
  ["States.Array('a', 1, -1.5e2, true, null, $.x)", { x: [1] }, ['a', 1, -150, true, null, [1]]],
  ['States.ArrayPartition(States.Array(1,2,3,4,5,6,7,8,9), 4)', {}, [[1, 2, 3, 4], [5, 6, 7, 8], [9]]],
  ['States.ArrayPartition(States.Array(1,2,3), 1.6)', {}, [[1, 2], [3]]],
  ['States.ArrayContains($.a, $.x)', { a: [1, 2, 5], x: 5 }, true],
  ['States.ArrayContains($.a, $.x)', { a: [1, 2, 5], x: '5' }, false],
  ['States.ArrayContains($.a, $.x)', { a: [{ k: [1] }], x: { k: [1] } }, true],
  ['States.ArrayContains($.a, null)', { a: [null] }, true],
  ['States.ArrayContains($.a, 1)', { a: 'no array' }, FAILS],
  ['States.ArrayRange(1, 9, 2)', {}, [1, 3, 5, 7, 9]],
  ['States.ArrayRange(9, 1, -3)', {}, [9, 6, 3]],
  ['States.ArrayRange(0.6, 2.4, 1)', {}, [1, 2]],
  ['States.ArrayRange(1, 0, 1)', {}, []],
  ['States.ArrayGetItem($.a, $.i)', { a: [1, 2, 3, 4, 5, 6, 7, 8, 9], i: 5 }, 6],
  ['States.ArrayGetItem($.a, 0)', { a: ['x'] }, 'x'],
  ['States.ArrayLength($.a)', { a: [1, 2, 3] }, 3],
  ['States.ArrayLength($.a)', { a: 5 }, FAILS],
  ['States.ArrayUnique($.a)', { a: [1, 2, 3, 3, 3, 3, 3, 3, 4] }, [1, 2, 3, 4]],
  ['States.ArrayUnique($.a)', { a: [3, '3', 1, { x: 1 }, { x: 1 }, null, null] }, [3, '3', 1, { x: 1 }, null]],

  ['States.Base64Encode($.t)', { t: 'Data to encode' }, 'RGF0YSB0byBlbmNvZGU='],
  ["States.Base64Encode('é😀')", {}, 'w6nwn5iA'],
  ['States.Base64Decode($.t)', { t: 'RGF0YSB0byBlbmNvZGU=' }, 'Data to encode'],
  ["States.Base64Decode('w6nwn5iA')", {}, 'é😀'],
  ['States.Base64Decode($.t)', { t: 'not base64!' }, FAILS],
  ['States.Hash($.t, $.a)', { t: 'input data', a: 'SHA-1' }, 'aaff4a450a104cd177d28d18d74485e8cae074b7'],
  ["States.Hash('abc', 'MD5')", {}, '900150983cd24fb0d6963f7d28e17f72'],
  ["States.Hash('', 'SHA-256')", {}, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],

  [
    'States.JsonMerge($.a, $.b, false)',
    { a: { a: { a1: 1, a2: 2 }, b: 2 }, b: { a: { a3: 1, a4: 2 }, c: 3 } },
    { a: { a3: 1, a4: 2 }, b: 2, c: 3 },
  ],
  ['States.JsonMerge($.a, $.b, false)', { a: {}, b: [1] }, FAILS],
  ['States.StringToJson($.t)', { t: '{"foo": "bar"}' }, { foo: 'bar' }],
  ['States.StringToJson($.t)', { t: '' }, null],
  ['States.StringToJson($.t)', { t: '[1,2]' }, [1, 2]],
  ['States.StringToJson($.t)', { t: '42' }, 42],
  ['States.StringToJson($.t)', { t: '"text"' }, 'text'],
  ['States.StringToJson($.t)', { t: 'null' }, null],
  ['States.StringToJson($.t)', { t: '1,2' }, FAILS],
  ['States.StringToJson($.t)', { t: 5 }, FAILS],
  ["States.StringToJson('')", {}, null],
  ['States.StringToJson(\'\\{"a": 1\\}\')', {}, { a: 1 }],
  ['States.StringToJson(States.StringToJson($.t))', { t: '"{\\"a\\":1}"' }, { a: 1 }],
  ['States.JsonToString($.o)', { o: { name: 'Foo', ids: [1, 2] } }, '{"name":"Foo","ids":[1,2]}'],
  ['States.JsonToString($.o)', { o: 'te"xt' }, '"te\\"xt"'],
  ['States.JsonToString($.o)', { o: null }, 'null'],
  ['States.StringToJson(States.JsonToString($))', { a: [1, { b: '' }] }, { a: [1, { b: '' }] }],

  ['States.MathAdd($.a, $.b)', { a: 111, b: -1 }, 110],
  ['States.MathAdd(1.6, 2.2)', {}, 4],
  ['States.MathAdd($.a, 1)', { a: '1' }, FAILS],
  ['States.MathRandom(7, 8)', {}, 7],
  ['States.MathRandom($.a, $.b)', { a: -3, b: -2 }, -3],
  ['States.MathRandom(6.6, 8.4)', {}, 7],
  ['States.ArrayContains(States.Array(1, 2), States.MathRandom($.a, 3))', { a: 1 }, true],
  ["States.ArrayLength(States.StringSplit(States.UUID(), '-'))", {}, 5],

  ["States.StringSplit($.t, ',')", { t: '1,2,3,4,5' }, ['1', '2', '3', '4', '5']],
  ["States.StringSplit('This.is+a,test=string', '.+,=')", {}, ['This', 'is', 'a', 'test', 'string']],
  ["States.StringSplit(',a,,b,', ',')", {}, ['a', 'b']],
  ["States.StringSplit('😀a😀', '😀')", {}, ['a']],
  [
    "States.Format('{}.{}', States.ArrayGetItem(States.StringSplit(States.ArrayGetItem(States.StringSplit($.arn, '/'), 2), '.'), 0), States.ArrayGetItem(States.StringSplit($.arn, '/'), 1))",
    { arn: 'arn/image/1.2.3' },
    '1.image',
  ],
  ['States.Base64Decode(States.Base64Encode($.t))', { t: LONG }, LONG],
  [' States.Array( 1 ,  2 )', {}, [1, 2]],
];

describe('an intrinsic function', () => {
  for (const [text, input, result] of RESULTS) {
    it(`gives the result of the original: ${text}`.slice(0, 120), async () => {
      assert.deepEqual(await resultOf(text, input), result, text);
    });
  }

  it('gives a note where it does not fail as the original does', async () => {
    const cases: readonly (readonly [string, JsonObject, JsonValue, RegExp])[] = [
      ["States.Format('{}', $.a)", { a: [1] }, '[1]', /^1: States\.Format fails for an array or an object/],
      ['States.Format($.t, 1)', { t: '{} {}' }, '1 {}', /^1: States\.Format fails if the template has not as many/],
      ['States.ArrayGetItem($.a, 5)', { a: [1] }, null, /^1: States\.ArrayGetItem fails if there is no such item/],
      ['States.ArrayLength($.a)', { a: 'text' }, 4, /^1: States\.ArrayLength fails for a text or an object/],
      ['States.MathAdd($.a, 1)', { a: 1.5 }, FAILS, /^1: a number with a fraction fails here/],
      ["States.StringSplit($.t, ',')", { t: ',a' }, ['', 'a'], /^1: split returns empty parts too/],
      ['States.Hash($.t, $.a)', { t: 'x', a: 'SHA-384' }, FAILS, /^1: hash has no algorithm SHA-384/],
      ['States.Array($.none)', {}, [null], /^1: a path without a value fails the original/],
    ];
    for (const [text, input, result, note] of cases) {
      assert.deepEqual(await resultOf(text, input), result, text);
      assert.ok(
        notes(asl(text)).some((each) => note.test(each)),
        `${text}: ${notes(asl(text)).join('\n')}`,
      );
    }
  });

  it('is refused where there is no equivalent, or where the original fails always', () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ["States.Format('a\\n')", /the backslash before n must be before ', \{, \} or/],
      ["States.Format('{} {}', 1)", /fewer values than its template has places/],
      ["States.Format('x', 1)", /more values than its template has places/],
      ['States.ArrayGetItem($.a, -1)', /has no item -1/],
      ['States.ArrayRange(1, 9, 0)', /needs a step that is not 0/],
      ['States.ArrayRange(1, $.n, 1)', /only ranges of constants/],
      ['States.ArrayRange(1, 2)', /States\.ArrayRange needs 3 arguments, but has 2/],
      ['States.ArrayRange(0, 1000, 1)', /1000 items at most/],
      ['States.ArrayPartition($.a, 2)', /only known arrays/],
      ["States.StringSplit($.t, ',;')", /only with one character/],
      ['States.StringSplit($.t, $.s)', /literal characters/],
      ["States.Hash($.t, 'SHA-384')", /no algorithm SHA-384/],
      ['States.JsonMerge($.a, $.b, true)', /two objects and false/],
      ['States.MathRandom(1, 2, 3)', /no seed/],
      ['States.MathRandom(5, 5)', /randomInt/],
      ['States.UUID(1)', /needs 0 arguments/],
      ['States.StringToJson(States.StringToJson(States.StringToJson($.t)))', /nested twice/],
      ['States.Now()', /no intrinsic function States\.Now/],
      ["States.Format('a", /is not an intrinsic function/],
    ];
    for (const [text, expected] of cases) assert.match(refusals(asl(text)).join('\n'), expected, text);
    const twice = { StartAt: 'A', States: { A: { Type: 'Pass', Parameters: { a: 1, 'a.$': '$.x' }, End: true } } };
    assert.match(refusals(JSON.stringify(twice)).join('\n'), /two members have the name "a"/);
  });
});
