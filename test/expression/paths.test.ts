/** Paths: rules.md 9.2, 9.3, 10.11. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLASSIC, outcomeOf, valueOf } from './evaluating.ts';

const INPUT = `{
  "a": {"b": {"c": 1}, "n": null, "t": "text", "a b": 2, "sys.query": 3, "in": 4, "null": 5, "长": 6, "": 7},
  "list": [10, {"x": 11}, [12, 13]], "number": 5, "id": 9007199254740993, "deep": {"a": {"b": {"c": {"d": [true]}}}},
  "__proto__": {"polluted": 1}, "constructor": {"name": "c"}, "toString": "s", "rawJSON": "r", "length": 9
}`;

const FOUND: readonly (readonly [path: string, value: string])[] = [
  ['$Input.number', '5'],
  ['$Input.a.b', '{"c":1}'],
  ['$Input.a.b.c', '1'],
  ['$Input.deep.a.b.c.d', '[true]'],
  ['$Input.deep.a.b.c.d[0]', 'true'],
  ['$Input["a"]["b"].c', '1'],
  ["$Input['a'].b", '{"c":1}'],
  ['$Input[`a`].t', '"text"'],
  ['$Input . a [ "t" ]', '"text"'],
  ['$Input.a["a b"]', '2'],
  ['$Input.a["sys.query"]', '3'],
  ['$Input.a.in', '4'],
  ['$Input.a.null', '5'],
  ['$Input.a.长', '6'],
  ['$Input.a[""]', '7'],
  ['$Input.list[0]', '10'],
  ['$Input.list[-1]', '[12,13]'],
  ['$Input.list[-1][-2]', '12'],
  ['$Input.list[1].x', '11'],
  ['$Input.id', '9007199254740993'],
  ['$Input.__proto__', '{"polluted":1}'],
  ['$Input.__proto__.polluted', '1'],
  ['$Input["__proto__"].polluted', '1'],
  ['$Input.constructor.name', '"c"'],
  ['$Input.toString', '"s"'],
  ['$Input.rawJSON', '"r"'],
  ['$Input.length', '9'],
  ['$Input.a.n', 'null'],
  ['$Context.Execution.Name', '"run"'],
  ['(($Input)).number', '5'],
  ['[1, 2, 3][1]', '2'],
  ['{"a": {"b": 5}}.a.b', '5'],
  ['fromJSON("{\\"a\\": [1]}").a[0]', '1'],
  ['get($Input.a, "b").c', '1'],
];

const LOST: readonly (readonly [path: string, missing: string])[] = [
  ['$Input.nothing', '$Input has no .nothing'],
  ['$Input.nothing.deeper', '$Input has no .nothing'],
  ['$Input.a.b.x', '$Input.a.b has no .x'],
  ['$Input.a.n.x', '$Input.a.n is null and has no .x'],
  ['$Input.a.t.length', '$Input.a.t is a text and has no .length'],
  ['$Input.a.t[0]', '$Input.a.t is a text and has no [0]'],
  ['$Input.number.x', '$Input.number is a number and has no .x'],
  ['$Input.id.rawJSON', '$Input.id is a number and has no .rawJSON'],
  ['$Input.id["x"]', '$Input.id is a number and has no .x'],
  ['$Input.list[3]', '$Input.list has no [3]'],
  ['$Input.list[-4]', '$Input.list has no [-4]'],
  ['$Input.list.length', '$Input.list has no .length'],
  ['$Input.list.map', '$Input.list has no .map'],
  ['$Input.list["0"]', '$Input.list has no ["0"]'],
  ['$Input.a[0]', '$Input.a has no [0]'],
  ['$Input.a.__proto__', '$Input.a has no .__proto__'],
  ['$Input.a.constructor', '$Input.a has no .constructor'],
  ['$Input.a.hasOwnProperty', '$Input.a has no .hasOwnProperty'],
  ['$Input.deep.a.x.c.d', '$Input.deep.a has no .x'],
  ['$Input.deep.a.b["c c"].d', '$Input.deep.a.b has no ["c c"]'],
];

describe('paths', () => {
  it('read members and items', () => {
    for (const [path, value] of FOUND) {
      const result = outcomeOf(path, INPUT);
      assert.deepEqual(result, { value, warnings: [] }, path);
    }
  });

  it('are null with one warning if the value is missing', () => {
    for (const [path, missing] of LOST) {
      const written = path.replaceAll(' . ', '.');
      const warnings = [`the path ${written} leads nowhere and is null: ${missing}`];
      const canonical = written.replace('["x"]', '.x');
      assert.deepEqual(
        outcomeOf(path, INPUT),
        { value: 'null', warnings: [warnings[0]?.replace(written, canonical)] },
        path,
      );
    }
  });

  it('read only own members, at any depth and in any form', () => {
    for (const name of Object.getOwnPropertyNames(Object.prototype)) {
      for (const path of [
        `$Input.${name}`,
        `$Input.x.${name}`,
        `$Input.x.y.${name}`,
        `$Input.${name}.${name}`,
        `$Input[0].${name}`,
      ]) {
        assert.equal(valueOf(path, '{"x": {"y": {}}}'), 'null', path);
      }
      assert.equal(valueOf(`get($Input, "${name}")`), 'null');
      assert.equal(valueOf(`"${name}" in $Input`), 'false');
    }
    for (const name of Object.getOwnPropertyNames(Array.prototype)) {
      assert.equal(valueOf(`$Input.${name}`, '[]'), 'null', name);
    }
  });
});

describe('wildcards of the classic dialect', () => {
  const RESULTS =
    '{"local": [{"parts": [1, 2], "r": "a"}, {"parts": [3]}, {"r": null, "parts": 4}, 5], "text": "t", "o": {"k": [1]}}';

  it('give a flat array without missing values', () => {
    for (const [path, value] of [
      ['$.local[*].r', '["a",null]'],
      ['$.local[*].parts', '[[1,2],[3],4]'],
      ['$.local[*].parts[*]', '[1,2,3]'],
      ['$.local[*].parts[0]', '[1,3]'],
      ['$.local[*].parts[-1]', '[2,3]'],
      ['$.local[*].nothing', '[]'],
      ['$["local"][0].parts[*]', '[1,2]'],
      ['$.text[*]', '[]'],
      ['$.nothing[*].x', '[]'],
      ['$.o.k[*]', '[1]'],
    ] as const) {
      assert.equal(valueOf(path, RESULTS, CLASSIC), value, path);
    }
  });

  it('read the whole input as $', () => {
    assert.equal(valueOf('$', '{"a":1}', CLASSIC), '{"a":1}');
  });

  it('cost fuel', () => {
    const input = JSON.stringify(Array.from({ length: 1000 }, () => Array.from({ length: 100 }, () => 0)));
    const result = outcomeOf('$[*][*]', input, CLASSIC, 50_000);
    assert('error' in result);
    assert.match(result.error, /more work than one state may do/);
  });
});
