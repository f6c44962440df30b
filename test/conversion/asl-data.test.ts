/** How states build their data, by the public specification of Amazon States Language. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import { planOf } from '../support/flows.ts';
import { converted, run } from './support.ts';

const FUNCTION = 'arn:aws:lambda:us-east-1:123456789012:function:f';
const FAILS = 'FnF.RuntimeError';

/** Runs one state. The function returns `result`. */
async function endOf(state: JsonObject, input: JsonObject, result: JsonValue): Promise<JsonValue> {
  const states = { A: { End: true, ...state } };
  const plan = planOf(converted(JSON.stringify({ StartAt: 'A', States: states })), 'Standard');
  const { output, error } = await run(plan, input, () => ({ ok: true, output: { StatusCode: 200, Body: result } }));
  return error ?? output;
}

const TASK = { Type: 'Task', Resource: FUNCTION };
const INPUT = { a: { b: 1 }, t: 'text', n: null, l: [1, 2] };

const CASES: readonly (readonly [string, JsonObject, JsonValue, JsonValue])[] = [
  ['the result replaces the input', TASK, 7, 7],
  ['the result can be null', TASK, null, null],
  ['ResultPath $', { ...TASK, ResultPath: '$' }, 7, 7],
  ['ResultPath null', { ...TASK, ResultPath: null }, 7, INPUT],
  ['ResultPath adds a member', { ...TASK, ResultPath: '$.r' }, 7, { ...INPUT, r: 7 }],
  ['ResultPath replaces a member', { ...TASK, ResultPath: '$.a' }, 7, { ...INPUT, a: 7 }],
  ['ResultPath goes into a member', { ...TASK, ResultPath: '$.a.c' }, 7, { ...INPUT, a: { b: 1, c: 7 } }],
  ['ResultPath makes members', { ...TASK, ResultPath: '$.x.y.z' }, 7, { ...INPUT, x: { y: { z: 7 } } }],
  ['ResultPath into a text', { ...TASK, ResultPath: '$.t.x' }, 7, FAILS],
  ['OutputPath after ResultPath', { ...TASK, ResultPath: '$.a.c', OutputPath: '$.a' }, 7, { b: 1, c: 7 }],
  ['OutputPath null', { ...TASK, OutputPath: null }, 7, {}],
  ['OutputPath and ResultPath null', { ...TASK, ResultPath: null, OutputPath: '$.l' }, 7, [1, 2]],
  ['ResultSelector', { ...TASK, ResultSelector: { 'v.$': '$.x', k: 1 } }, { x: 5 }, { v: 5, k: 1 }],
  [
    'ResultSelector of a text',
    { ...TASK, ResultSelector: { 'v.$': '$' }, ResultPath: '$.a' },
    'r',
    { ...INPUT, a: { v: 'r' } },
  ],
  ['InputPath and ResultPath', { ...TASK, InputPath: '$.a', ResultPath: '$.r' }, 7, { ...INPUT, r: 7 }],
  ['a Pass', { Type: 'Pass' }, 0, INPUT],
  ['InputPath of a Pass', { Type: 'Pass', InputPath: '$.a' }, 0, { b: 1 }],
  ['InputPath null of a Pass', { Type: 'Pass', InputPath: null }, 0, {}],
  ['InputPath null, then ResultPath', { Type: 'Pass', InputPath: null, ResultPath: '$.e' }, 0, { ...INPUT, e: {} }],
  [
    'Parameters after InputPath',
    { Type: 'Pass', InputPath: '$.a', Parameters: { 'x.$': '$.b', 'all.$': '$' } },
    0,
    { x: 1, all: { b: 1 } },
  ],
  ['Result and ResultPath', { Type: 'Pass', Result: [1], ResultPath: '$.a.r' }, 0, { ...INPUT, a: { b: 1, r: [1] } }],
  ['Result null', { Type: 'Pass', Result: null }, 0, null],
  ['Result with a key like that of a path', { Type: 'Pass', Result: { 'x.$': '$.a' } }, 0, { 'x.$': '$.a' }],
  [
    'a null and a list as values',
    { Type: 'Pass', Parameters: { 'n.$': '$.n', 'l.$': '$.l[1]', m: [{ 'k.$': '$.t' }] } },
    0,
    { n: null, l: 2, m: [{ k: 'text' }] },
  ],
  ['a name that begins with a digit', { Type: 'Pass', InputPath: '$.1a' }, 0, null],
  ['SecondsPath after InputPath', { Type: 'Wait', InputPath: '$.a', SecondsPath: '$.b' }, 0, { b: 1 }],
  ['OutputPath of a Wait', { Type: 'Wait', Seconds: 1, InputPath: '$.a', OutputPath: '$.b' }, 0, 1],
  [
    'a Map gives a list, in the order of its items',
    {
      Type: 'Map',
      ItemsPath: '$.l',
      ItemSelector: { 'i.$': '$$.Map.Item.Index', 'v.$': '$$.Map.Item.Value', 't.$': '$.t' },
      ItemProcessor: { StartAt: 'B', States: { B: { Type: 'Pass', End: true } } },
      ResultPath: '$.r',
    },
    0,
    {
      ...INPUT,
      r: [
        { i: 0, v: 1, t: 'text' },
        { i: 1, v: 2, t: 'text' },
      ],
    },
  ],
  [
    'a Map of what is no list',
    { Type: 'Map', ItemsPath: '$.t', ItemProcessor: { StartAt: 'B', States: { B: { Type: 'Pass', End: true } } } },
    0,
    FAILS,
  ],
  [
    'a Parallel gives a list of its branches',
    {
      Type: 'Parallel',
      InputPath: '$.a',
      Branches: [
        { StartAt: 'B', States: { B: { Type: 'Pass', End: true } } },
        { StartAt: 'C', States: { C: { Type: 'Pass', Result: 2, End: true } } },
      ],
      ResultSelector: { 'first.$': '$[0]', 'all.$': '$' },
    },
    0,
    { first: { b: 1 }, all: [{ b: 1 }, 2] },
  ],
];

describe('a state builds its output as the original does', () => {
  for (const [name, state, result, expected] of CASES) {
    it(name, async () => assert.deepEqual(await endOf(state, INPUT, result), expected));
  }

  it('also from an input that is no object', async () => {
    const second = async (state: JsonObject, first: JsonValue): Promise<JsonValue> => {
      const states = { First: { Type: 'Pass', Result: first, Next: 'A' }, A: { End: true, ...state } };
      const plan = planOf(converted(JSON.stringify({ StartAt: 'First', States: states })), 'Standard');
      const { output, error } = await run(plan, {}, () => ({ ok: true, output: { StatusCode: 200, Body: 7 } }));
      return error ?? output;
    };
    for (const first of ['foo', 5, null, true, [1]]) {
      assert.equal(await second({ ...TASK, ResultPath: '$.x' }, first), FAILS, JSON.stringify(first));
      assert.deepEqual(await second({ ...TASK, ResultPath: null }, first), first);
      assert.equal(await second({ ...TASK, ResultPath: '$' }, first), 7);
      assert.deepEqual(await second({ Type: 'Pass', OutputPath: '$' }, first), first);
    }
  });
});
