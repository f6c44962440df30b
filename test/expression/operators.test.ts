/** All operators and coercions: rules.md 9.1, 9.4, 9.5. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLASSIC, conditionOf, outcomeOf, valueOf } from './evaluating.ts';

const INPUT = `{
  "zero": 0, "one": 1, "half": 0.5, "text": "abc", "numeral": "1", "hex": "0x1", "none": "0", "yes": true, "no": false, "yesText": "true",
  "noText": "FALSE", "nothing": null, "empty": "", "list": [1, "a", null, [2], {"k": 1}], "map": {"k": 1, "7": 2},
  "id": 9007199254740993, "sameId": "9007199254740993", "nextId": 9007199254740994, "huge": 1e400, "hugeToo": 10e399
}`;

/** Each `a == b` is true. The test also checks `b == a` and `!=`. */
const EQUAL = [
  ['1', '1.0'],
  ['1', '"1"'],
  ['1', '"1.00"'],
  ['1', '"+1"'],
  ['1', '"1."'],
  ['0.5', '".5"'],
  ['1000', '"1e3"'],
  ['7', '"007"'],
  ['"1.0"', '"1"'],
  ['$Input.one', '$Input.numeral'],
  ['true', '"true"'],
  ['true', '"TRUE"'],
  ['false', '"false"'],
  ['"true"', '"TRUE"'],
  ['true', '1'],
  ['true', '2'],
  ['false', '0'],
  ['true', '$Input.id'],
  ['true', '"1"'],
  ['true', '"-2.50"'],
  ['true', '"9007199254740993"'],
  ['true', '"1e400"'],
  ['"true"', '"1"'],
  ['"TRUE"', '2'],
  ['false', '"0"'],
  ['false', '"-0.00"'],
  ['"FALSE"', '"0e5"'],
  ['$Input.yes', '$Input.numeral'],
  ['$Input.yes', '$Input.yesText'],
  ['$Input.no', '$Input.noText'],
  ['null', 'null'],
  ['null', '$Input.nothing'],
  ['null', '$Input.missing'],
  ['[1, {"a": [null]}]', '[1, {"a": [null]}]'],
  ['{"a": 1, "b": 2}', '{"b": 2, "a": 1.0}'],
  ['$Input.id', '9007199254740993'],
  ['$Input.id', '$Input.sameId'],
  ['$Input.id', '"9007199254740993.0"'],
  ['[$Input.id]', '[9007199254740993]'],
  ['$Input.huge', '$Input.hugeToo'],
  ['-$Input.id', '-9007199254740993'],
  ['"💥"', '"\\ud83d\\udca5"'],
] as const;

const UNEQUAL = [
  ['1', '2'],
  ['1', '"a"'],
  ['1', '" 1"'],
  ['1', '"1a"'],
  ['16', '"0x10"'],
  ['"a"', '"A"'],
  ['"Infinity"', '"inf"'],
  ['true', '"True"'],
  ['true', '"yes"'],
  ['true', '"0"'],
  ['true', '"0x10"'],
  ['true', '"Infinity"'],
  ['true', '" 1 "'],
  ['false', '"1"'],
  ['false', '""'],
  ['false', '"NaN"'],
  ['null', '"0"'],
  ['true', 'false'],
  ['null', 'false'],
  ['null', '0'],
  ['null', '""'],
  ['null', '[]'],
  ['$Input.missing', 'false'],
  ['$Input.missing', '0'],
  ['[1]', '["1"]'],
  ['[1]', '[1, 2]'],
  ['[true]', '[1]'],
  ['[]', '{}'],
  ['{"a": 1}', '{"a": 2}'],
  ['{"a": 1}', '{"b": 1}'],
  ['{"a": null}', '{}'],
  ['{"a": 1}', '{"a": 1, "b": 1}'],
  ['$Input.id', '9007199254740992'],
  ['$Input.id', '$Input.nextId'],
  ['$Input.sameId', '"9007199254740992"'],
  ['[9007199254740993]', '[9007199254740992]'],
  ['$Input.huge', '1e308'],
] as const;

/** Each `a < b` is true. The test also checks `a <= b`, `b > a`, `b >= a`, and that their opposites are false. */
const ASCENDING = [
  ['1', '2'],
  ['-1', '0'],
  ['"9"', '"10"'],
  ['9', '"10"'],
  ['"9"', '10'],
  ['"a"', '"b"'],
  ['"a"', '"aa"'],
  ['""', '"a"'],
  ['5', '"abc"'],
  ['false', 'true'],
  ['"abc"', 'true'],
  ['[1]', '[2]'],
  ['9007199254740992', '9007199254740993'],
  ['$Input.id', '$Input.nextId'],
  ['-9007199254740994', '-9007199254740993'],
  ['$Input.id', '1e17'],
  ['-1e17', '$Input.id'],
  ['0', '$Input.id'],
  ['-9007199254740993', '0'],
  ['1e308', '$Input.huge'],
  ['"\\uffee"', '"💥"'],
  ['"\\ud7ff"', '"💥"'],
] as const;

const UNORDERED = [
  ['null', '1'],
  ['null', 'null'],
  ['$Input.missing', '""'],
  ['"a"', 'null'],
] as const;

const VALUES: readonly (readonly [expression: string, value: string])[] = [
  ['1 in [1, 2]', 'true'],
  ['"1" in [1, 2]', 'true'],
  ['3 in $Input.list', 'false'],
  ['null in $Input.list', 'true'],
  ['[2] in $Input.list', 'true'],
  ['{"k": 1} in $Input.list', 'true'],
  ['"k" in $Input.map', 'true'],
  ['7 in $Input.map', 'true'],
  ['1 in $Input.map', 'false'],
  ['"toString" in $Input.map', 'false'],
  ['"__proto__" in {}', 'false'],
  ['"__proto__" in {"__proto__": 1}', 'true'],
  ['!true', 'false'],
  ['!!true', 'true'],
  ['!null', 'true'],
  ['!0', 'true'],
  ['!2', 'false'],
  ['!"FALSE"', 'true'],
  ['!$Input.id', 'false'],
  ['-1', '-1'],
  ['-0', '0'],
  ['-(-5)', '5'],
  ['--5', '5'],
  ['-"5"', '-5'],
  ['-$Input.half', '-0.5'],
  ['-$Input.zero', '0'],
  ['-$Input.id', '-9007199254740993'],
  ['-"09007199254740993"', '-9007199254740993'],
  ['-$Input.huge', '-1e400'],
  ['--$Input.huge', '1e400'],
  ['true && "true"', 'true'],
  ['1 && 2', 'true'],
  ['1 && 0', 'false'],
  ['0 || "true"', 'true'],
  ['null || false', 'false'],
  ['true || $Input.missing.deeper', 'true'],
  ['$Input.yes || -$Input.text == 1', 'true'],
  ['$Input.no && -$Input.text == 1', 'false'],
  ['true || false && false', 'true'],
  ['(true || false) && false', 'false'],
  ['$Input.no || $Input.no || $Input.yes', 'true'],
  ['$Input.yes && $Input.yes && $Input.no', 'false'],
  ['1 == 1 && 2 > 1', 'true'],
  ['!$Input.no == true', 'true'],
  ['!(1 == 2)', 'true'],
  ['-1 < 1', 'true'],
  ['9007199254740993', '9007199254740993'],
  ['$Input.id', '9007199254740993'],
  ['12.5', '12.5'],
  ['1e3', '1000'],
  ['"a\\"b\\u00e9\\n\\/"', '"a\\"bé\\n/"'],
  [`'it\\'s "so"'`, '"it\'s \\"so\\""'],
  [`"it's"`, '"it\'s"'],
  ['`raw \\d "x"`', '"raw \\\\d \\"x\\""'],
  ['[1, $Input.one, [$Input.text]]', '[1,1,["abc"]]'],
  ['{"a": $Input.one, \'b\': {}}', '{"a":1,"b":{}}'],
  ['{"__proto__": $Input.one}', '{"__proto__":1}'],
  [' \t\r\n 1 \u00a0\u3000', '1'],
];

const WARNED: readonly (readonly [expression: string, value: string, warning: RegExp])[] = [
  ['!$Input.text', 'true', /the operand \$Input\.text is neither true nor false and counts as false: "abc"/],
  ['$Input.list && true', 'false', /the operand \$Input\.list is neither/],
  ['$Input.empty || false', 'false', /the operand \$Input\.empty is neither/],
  ['$Input.hex && true', 'false', /the operand \$Input\.hex is neither/],
  ['1 in $Input.one', 'false', /the right side of "in" is neither an array nor an object/],
  ['1 in $Input.missing', 'false', /\$Input has no \.missing/],
  ['"a" in $Input.text', 'false', /neither an array nor an object.*"abc"/],
];

describe('operators', () => {
  it('compares for equality', () => {
    for (const [a, b] of EQUAL) {
      for (const [left, right] of [
        [a, b],
        [b, a],
      ]) {
        assert.equal(valueOf(`${left} == ${right}`, INPUT), 'true', `${left} == ${right}`);
        assert.equal(valueOf(`${left} != ${right}`, INPUT), 'false', `${left} != ${right}`);
      }
    }
    for (const [a, b] of UNEQUAL) {
      for (const [left, right] of [
        [a, b],
        [b, a],
      ]) {
        assert.equal(valueOf(`${left} == ${right}`, INPUT), 'false', `${left} == ${right}`);
        assert.equal(valueOf(`${left} != ${right}`, INPUT), 'true', `${left} != ${right}`);
      }
    }
  });

  it('gives the same for constants and for variables', () => {
    for (const [expected, pairs] of [
      ['true', EQUAL],
      ['false', UNEQUAL],
    ] as const) {
      for (const [a, b] of pairs) {
        if (`${a}${b}`.includes('$')) continue;
        const input = `{"a": ${valueOf(a)}, "b": ${valueOf(b)}}`;
        for (const text of ['$Input.a == $Input.b', `$Input.a == ${b}`, `${a} == $Input.b`]) {
          assert.equal(valueOf(text, input), expected, `${text} with ${input}`);
        }
      }
    }
  });

  it('orders', () => {
    for (const [a, b] of ASCENDING) {
      for (const [text, expected] of [
        [`${a} < ${b}`, 'true'],
        [`${a} <= ${b}`, 'true'],
        [`${b} > ${a}`, 'true'],
        [`${b} >= ${a}`, 'true'],
        [`${b} < ${a}`, 'false'],
        [`${b} <= ${a}`, 'false'],
        [`${a} > ${b}`, 'false'],
        [`${a} >= ${b}`, 'false'],
        [`${a} <= ${a}`, 'true'],
        [`${a} < ${a}`, 'false'],
      ] as const) {
        assert.equal(valueOf(text, INPUT), expected, text);
      }
    }
    for (const [a, b] of UNORDERED) {
      for (const operator of ['<', '<=', '>', '>=']) {
        assert.equal(valueOf(`${a} ${operator} ${b}`, INPUT), 'false');
        assert.equal(valueOf(`${b} ${operator} ${a}`, INPUT), 'false');
      }
    }
  });

  it('evaluates the other operators', () => {
    for (const [text, expected] of VALUES) assert.equal(valueOf(text, INPUT), expected, text);
  });

  it('warns about operands that are neither true nor false', () => {
    for (const [text, expected, warning] of WARNED) {
      const result = outcomeOf(text, INPUT);
      assert('value' in result, text);
      assert.equal(result.value, expected, text);
      assert.match(result.warnings.join('\n'), warning, text);
    }
  });

  it('fails for a sign before a value that is not a number', () => {
    for (const text of ['-$Input.text', '-$Input.nothing', '-$Input.list', '-$Input.yes']) {
      const result = outcomeOf(text, INPUT);
      assert('error' in result, text);
      assert.match(result.error, /^the sign - needs a number, but met /);
      assert.equal(result.source, `States[0].x (${text})`);
    }
  });
});

describe('conditions', () => {
  it('become booleans, and are false if they cannot', () => {
    for (const [text, expected, warns] of [
      ['$Input.yes', 'true', false],
      ['$Input.yesText', 'true', false],
      ['$Input.noText', 'false', false],
      ['$Input.one', 'true', false],
      ['$Input.zero', 'false', false],
      ['$Input.nothing', 'false', false],
      ['$Input.text', 'false', true],
      ['$Input.list', 'false', true],
      ['$Input.missing', 'false', true],
      ['$Input.numeral', 'true', false],
      ['$Input.none', 'false', false],
      ['$Input.hex', 'false', true],
      ['$Input.one == 1', 'true', false],
    ] as const) {
      const result = conditionOf(text, INPUT);
      assert('value' in result);
      assert.equal(result.value, expected, text);
      assert.equal(result.warnings.length > 0, warns, text);
    }
  });

  it('behave as published classic flows need', () => {
    assert.equal(valueOf('$.end == "true"', '{"end": true}', CLASSIC), 'true');
    assert.equal(
      valueOf('$.has_more && ($.n >= 4000 || $.n >= $.max)', '{"has_more": true, "n": 7, "max": 5}', CLASSIC),
      'true',
    );
    assert.equal(valueOf('$.status == "ready"', '{}', CLASSIC), 'false');
  });
});
