/** All functions: rules.md 9.7–9.9. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stringifyJson } from '../../src/base/json.ts';
import { compileExpression } from '../../src/expression/compile.ts';
import { FUNCTIONS } from '../../src/expression/functions/table.ts';
import { OPTIONS, outcomeOf, scopeOf, valueOf } from './evaluating.ts';

const INPUT = `{
  "text": "a😀b", "list": [1, "1", 1.0, {"a": 1, "b": [2]}, {"b": [2], "a": 1.0}, null, null], "map": {"z": 1, "a": 2},
  "number": 5, "half": 0.5, "id": 9007199254740993, "ids": [9007199254740993, 9007199254740994, 9007199254740993],
  "nothing": null, "odd": {"__proto__": {"x": 1}}, "json": "{\\"id\\": 9007199254740993}", "bad": "("
}`;

const VALUES: readonly (readonly [expression: string, value: string])[] = [
  ['format("{}{}", $Input.id, $Input.half)', '"90071992547409930.5"'],
  ['format("{} {} {} {}", null, true, $Input.map, [1])', '"null true {\\"z\\":1,\\"a\\":2} [1]"'],
  ['format("{}", "{}")', '"{}"'],
  ['format("{} {}", $Input.number)', '"5 {}"'],
  ['format("x", $Input.number)', '"x"'],
  ['format($Input.text)', '"a😀b"'],
  ['format("{", "a")', '"{"'],
  ['length($Input.text)', '3'],
  ['length("")', '0'],
  ['length($Input.list)', '7'],
  ['length($Input.odd)', '1'],
  ['length({})', '0'],
  ['split("", "")', '[]'],
  ['split($Input.text, "")', '["a","😀","b"]'],
  ['split(",a,", ",")', '["","a",""]'],
  ['split("aaa", "aa")', '["","a"]'],
  ['split("abc", "x")', '["abc"]'],
  ['regexMatchString("", "")', 'true'],
  ['regexMatchString("b", "^a")', 'false'],
  ['regexMatchString("xay", "a")', 'true'],
  ['regexMatchString($Input.text, `^.{3}$`)', 'true'],
  ['regexMatchString("A", "(?i)a")', 'true'],
  ['regexMatchString("a1", `\\d$`)', 'true'],
  ['regexMatchString("订单-7", `\\p{Han}+-\\d`)', 'true'],
  ['get([1, 2], 0)', '1'],
  ['get([1, 2], 2)', 'null'],
  ['get([1, 2], -3)', 'null'],
  ['get([1, 2], $Input.id)', 'null'],
  ['get($Input.odd, "__proto__")', '{"x":1}'],
  ['get($Input.map, "__proto__")', 'null'],
  ['intAdd(1, 2)', '3'],
  ['intAdd(1.0, 1e2)', '101'],
  ['intAdd(9007199254740991, 1)', '9007199254740992'],
  ['intAdd(9007199254740991, 2)', '9007199254740993'],
  ['intAdd($Input.id, -2)', '9007199254740991'],
  ['intAdd($Input.id, $Input.id)', '18014398509481986'],
  ['intAdd(-$Input.id, $Input.id)', '0'],
  ['intAdd(1e23, 1)', '100000000000000000000001'],
  ['randomInt(-1, -1)', '-1'],
  ['arrayContains($Input.list, 1)', 'true'],
  ['arrayContains($Input.list, {"b": [2], "a": 1})', 'true'],
  ['arrayContains($Input.list, null)', 'true'],
  ['arrayContains($Input.list, true)', 'false'],
  ['arrayContains($Input.ids, 9007199254740992)', 'false'],
  ['arrayContains($Input.ids, 9007199254740994)', 'true'],
  ['arrayContains([], 1)', 'false'],
  ['arrayUnique($Input.list)', '[1,"1",{"a":1,"b":[2]},null]'],
  ['arrayUnique($Input.ids)', '[9007199254740993,9007199254740994]'],
  ['arrayUnique([1e23, 100000000000000000000000, "1e24", 1e24])', '[1e+23,"1e24",1e+24]'],
  ['arrayUnique([[1], [1, 1], ["1"], [[1]], {"a": 1}, "[1]", [1]])', '[[1],[1,1],["1"],[[1]],{"a":1},"[1]"]'],
  ['arrayUnique([true, "true", null, "null"])', '[true,"true",null,"null"]'],
  ['toArray()', '[]'],
  ['toArray($Input.number, [2])', '[5,[2]]'],
  ['mapKeys($Input.map)', '["z","a"]'],
  ['mapKeys($Input.odd)', '["__proto__"]'],
  ['mapValues($Input.map)', '[1,2]'],
  ['mapValues($Input.odd)', '[{"x":1}]'],
  ['jsonMerge($Input.map, {"a": 3, "b": {"c": 1}})', '{"z":1,"a":3,"b":{"c":1}}'],
  ['jsonMerge({"a": {"x": 1}}, {"a": {"y": 2}})', '{"a":{"y":2}}'],
  ['jsonMerge({}, $Input.odd)', '{"__proto__":{"x":1}}'],
  ['jsonMerge($Input.odd, {"__proto__": 2})', '{"__proto__":2}'],
  ['toBase64("")', '""'],
  ['toBase64("é😀")', '"w6nwn5iA"'],
  ['fromBase64("w6nwn5iA")', '"é😀"'],
  ['fromBase64("Rm5GLg==")', '"FnF."'],
  ['fromBase64("Rm5GLg")', '"FnF."'],
  ['fromBase64("Rm5G\\nRm5G")', '"FnFFnF"'],
  ['stringToJson($Input.json).id', '9007199254740993'],
  ['stringToJson(" [1, null] ")', '[1,null]'],
  ['stringToJson("{\\"__proto__\\": 1}")', '{"__proto__":1}'],
  ['fromJSON("1e400")', '1e400'],
  ['jsonToString($Input.ids)', '"[9007199254740993,9007199254740994,9007199254740993]"'],
  ['jsonToString("a")', '"\\"a\\""'],
  ['jsonToString(null)', '"null"'],
  ['toJSON($Input.odd)', '"{\\"__proto__\\":{\\"x\\":1}}"'],
  ['hash("", "MD5")', '"d41d8cd98f00b204e9800998ecf8427e"'],
  ['hash("é", "SHA-1")', '"bf15be717ac1b080b4f1c456692825891ff5073d"'],
  ['hash("abc", "SHA-256")', '"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"'],
  ['length(hash("abc", "SHA-512"))', '128'],
];

const ERRORS: readonly (readonly [expression: string, error: RegExp])[] = [
  ['length($Input.number)', /^length needs an array, a map or a text as its first argument \(value\), but met 5$/],
  ['length($Input.nothing)', /but met null$/],
  ['length($Input.missing)', /but met null$/],
  ['split($Input.text, $Input.number)', /^split needs a text as its second argument \(delimiter\), but met 5$/],
  ['split($Input.list, ",")', /^split needs a text as its first/],
  ['get($Input.text, 0)', /^get needs an array or a map as its first/],
  ['get($Input.list, $Input.text)', /^get needs an integer to look into an array, but met "a😀b"$/],
  ['get($Input.map, $Input.number)', /^get needs a text to look into a map, but met 5$/],
  ['get($Input.list, $Input.half)', /^get needs a text or an integer as its second/],
  ['intAdd($Input.half, 1)', /^intAdd needs an integer as its first argument \(a\), but met 0\.5$/],
  ['randomInt($Input.number, 1)', /^randomInt needs min to be at most max, but met 5 to 1$/],
  ['randomInt(0, $Input.id)', /range of at most/],
  ['regexMatchString("a", $Input.bad)', /regular expression/],
  ['regexMatchString($Input.list, "a")', /^regexMatchString needs a text as its first/],
  ['format($Input.number)', /^format needs a text/],
  ['hash($Input.text, $Input.text)', /^hash has no algorithm "a😀b": MD5, SHA-1, SHA-256, SHA-512$/],
  ['fromBase64($Input.text)', /^fromBase64 needs a Base64 text, but met "a😀b"$/],
  ['stringToJson($Input.text)', /^stringToJson needs a JSON text, but met "a😀b" \(/],
  ['fromJSON($Input.text)', /^stringToJson needs a JSON text/],
  ['mapKeys($Input.list)', /^mapKeys needs a map as its first argument \(map\), but met \[1,"1",1,/],
  ['mapValues($Input.id)', /^mapValues needs a map as its first argument \(map\), but met 9007199254740993$/],
  ['jsonMerge($Input.map, $Input.list)', /^jsonMerge needs a map as its second/],
  ['arrayUnique($Input.map)', /^arrayUnique needs an array/],
  ['arrayContains($Input.map, 1)', /^arrayContains needs an array/],
  ['toBase64($Input.number)', /^toBase64 needs a text/],
];

/** Calls that fail for any input, which the compiler refuses. */
const FAULTS: readonly (readonly [expression: string, code: string, message: RegExp, offset: number])[] = [
  ['length(5)', 'function-type', /but met 5$/, 7],
  ['length(null)', 'function-type', /but met null$/, 7],
  ['length(1 == $Input.x)', 'function-type', /but met a value of type boolean$/, 7],
  ['split("a")', 'function-arguments', /^split\(text, delimiter\) takes 2 arguments, but is given 1$/, 0],
  ['uuid(1)', 'function-arguments', /^uuid\(\) takes 0 arguments, but is given 1$/, 0],
  ['length()', 'function-arguments', /takes 1 argument, but is given 0$/, 0],
  ['format()', 'function-arguments', /^format\(template, …\) takes at least 1 argument, but is given 0$/, 0],
  ['mapKeys(split($Input.x, ","))', 'function-type', /but met a value of type array$/, 8],
  ['intAdd(1.5, 2)', 'function-type', /but met 1\.5$/, 7],
  ['intAdd("1", 2)', 'function-type', /but met "1"$/, 7],
  ['intAdd(1e400, 2)', 'function-type', /but met 1e400$/, 7],
  ['randomInt(5, 1)', 'expression-value', /min to be at most max/, 0],
  ['randomInt(-9007199254740991, 9007199254740991)', 'expression-value', /range of at most/, 0],
  [
    'regexMatchString($Input.x, "(")',
    'expression-value',
    /regular expression \(RE2 syntax\), but met "\(": missing closing/,
    0,
  ],
  ['regexMatchString($Input.x, `(a)\\1`)', 'expression-value', /invalid escape sequence/, 0],
  ['regexMatchString($Input.x, "a{1000}{1000}")', 'expression-value', /fewer repetitions/, 0],
  ['regexMatchString($Input.x, "((a{100}){100}){100}")', 'expression-value', /fewer repetitions/, 0],
  ['hash($Input.x, "md5")', 'expression-value', /^hash has no algorithm "md5": did you mean "MD5"\?$/, 0],
  ['fromBase64("é")', 'expression-value', /Base64/, 0],
  ['fromBase64("Rm5G=")', 'expression-value', /Base64/, 0],
  ['fromBase64("A")', 'expression-value', /Base64/, 0],
  ['fromBase64("/w==")', 'expression-value', /not a UTF-8 text/, 0],
  ['stringToJson("{")', 'expression-value', /JSON text/, 0],
  ['stringToJson("")', 'expression-value', /JSON text/, 0],
  ['get([1], "a")', 'expression-value', /integer/, 0],
  ['$Input.x == lenght([])', 'unknown-function', /^there is no function lenght: did you mean length\?$/, 12],
  ['Format("a")', 'unknown-function', /did you mean format\?/, 0],
  ['concat("a", "b")', 'unknown-function', /did you mean format\?/, 0],
  ['frobnicate(1)', 'unknown-function', /docs\/functions\.md/, 0],
];

describe('functions', () => {
  it('return the values in their documentation', () => {
    for (const { examples } of FUNCTIONS) {
      for (const { expression, value } of examples) assert.equal(valueOf(expression), stringifyJson(value), expression);
    }
  });

  it('return the same for variables as for literals', () => {
    for (const [text, value] of VALUES) assert.equal(valueOf(text, INPUT), value, text);
  });

  it('fail with the name of the function and the wrong value', () => {
    for (const [text, error] of ERRORS) {
      const result = outcomeOf(text, INPUT);
      const message = 'error' in result ? result.error : 'fault' in result ? result.message : `gave ${result.value}`;
      assert.match(message, error, text);
      if ('error' in result) assert.equal(result.source, `States[0].x (${text})`);
    }
  });

  it('are refused by the compiler if they fail for any input', () => {
    for (const [text, code, message, offset] of FAULTS) {
      const { evaluate, faults } = compileExpression(text, OPTIONS);
      assert.equal(evaluate, null, text);
      assert.deepEqual([faults[0]?.code, faults[0]?.offset], [code, offset], text);
      assert.match(faults[0]?.message ?? '', message, text);
    }
  });

  it('give warnings about calls that look wrong', () => {
    for (const [text, code] of [
      ['format("{} {}", 1)', 'odd-format'],
      ['format("{}", 1, $Input.x)', 'odd-format'],
      ['regexMatchString("^a+$", $Input.x)', 'odd-argument-order'],
      ['$Input.x || "default"', 'odd-operand'],
      ['split($Input.x, ",") && true', 'odd-operand'],
      ['!$Input.x == 1', 'odd-precedence'],
      ['!$Input.x in [1]', 'odd-precedence'],
      ['[1][5]', 'odd-value'],
      ['1 in 2', 'odd-value'],
    ] as const) {
      const { evaluate, warnings } = compileExpression(text, OPTIONS);
      assert.notEqual(evaluate, null, text);
      assert.deepEqual(
        warnings.map((warning) => warning.code),
        [code],
        text,
      );
    }
    for (const text of [
      '(!$Input.x) == true',
      '!($Input.x == 1)',
      'format("{}", $Input.x)',
      'regexMatchString("a", "a")',
    ]) {
      assert.deepEqual(compileExpression(text, OPTIONS).warnings, [], text);
    }
  });

  it('can be nested ten levels deep', () => {
    const nested = (depth: number) => 'toArray('.repeat(depth) + ')'.repeat(depth);
    assert.equal(valueOf(nested(10)), `${'['.repeat(10)}${']'.repeat(10)}`);
    const { faults } = compileExpression(nested(11), OPTIONS);
    assert.deepEqual(
      faults.map(({ code, offset, length }) => [code, offset, length]),
      [['expression-depth', 80, 7]],
    );
    assert.equal(valueOf(`[${nested(10)}, ${nested(10)}][0] == ${nested(10)}`), 'true');
  });

  it('use only the randomness of the scope', () => {
    for (const text of ['uuid()', 'randomInt(1, 1000000)']) {
      const { evaluate, constant } = compileExpression(text, OPTIONS);
      assert(evaluate !== null && !constant);
      const scope = scopeOf({});
      const first = evaluate(scope);
      assert.notEqual(evaluate(scope), first);
      assert.equal(evaluate(scopeOf({})), first);
    }
    assert.match(valueOf('uuid()'), /^"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"$/);
  });

  it('return integers of randomInt within its bounds, which are included', () => {
    const { evaluate } = compileExpression('randomInt(-1, 1)', OPTIONS);
    assert(evaluate !== null);
    const extremes = [0, 0.34, 0.999_999_999_999_999_9].map((random) =>
      evaluate({ ...scopeOf({}), random: () => random }),
    );
    assert.deepEqual(extremes, [-1, 0, 1]);
  });
});
