/** Slow, large and deep texts and values. Each ends soon in a fault or an EvaluationError, without much memory. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonValue } from '../../src/base/json.ts';
import { parseJson } from '../../src/base/json.ts';
import { compileExpression } from '../../src/expression/compile.ts';
import { EvaluationError } from '../../src/expression/evaluation.ts';
import { MAX_CHARACTERS, MAX_PARTS } from '../../src/expression/token-reader.ts';
import { unfoldedSize } from '../../src/expression/functions/pattern-size.ts';
import { OPTIONS, outcomeOf, scopeOf } from './evaluating.ts';

/** The longest text of an expression. */
const LONGEST = MAX_CHARACTERS;

/** Evaluates with an input that JSON text cannot have: shared parts, or more depth than JSON allows. */
function errorOf(text: string, input: JsonValue): string {
  const { evaluate, faults } = compileExpression(text, OPTIONS);
  assert(evaluate !== null, faults[0]?.message);
  try {
    evaluate(scopeOf(input));
  } catch (error) {
    assert(error instanceof EvaluationError, String(error));
    assert(error.message.length < 700 && (error.source?.length ?? 0) < 300);
    return error.message;
  }
  return '';
}

/** A hundred arrays that contain 2^100 values. */
function unfolding(leaf: JsonValue): JsonValue {
  let value = leaf;
  for (let i = 0; i < 100; i++) value = [value, value];
  return value;
}

function nested(depth: number, wrap: (value: JsonValue) => JsonValue): JsonValue {
  let value: JsonValue = 1;
  for (let i = 0; i < depth; i++) value = wrap(value);
  return value;
}

function timesOver(inner: string, depth: number, outer: (inner: string) => string): string {
  let text = inner;
  for (let i = 0; i < depth; i++) text = outer(text);
  return text;
}

const TOO_MUCH = /^the expression needs more work than one state may do$/;
const TOO_DEEP = /^the value is nested deeper than 256 levels$/;

describe('hostile texts', () => {
  it('with any repeated part compile or have faults', () => {
    const repeated: readonly [unit: string, fault: string | null][] = [
      ['(', 'expression-depth'],
      ['[', 'expression-depth'],
      ['{"a":', 'expression-depth'],
      ['!', 'expression-depth'],
      ['-', 'expression-depth'],
      ['length(', 'expression-depth'],
      ['$Input[', 'expression-path'],
      ['$Input.', 'expression-path'],
      ['.', 'expression-syntax'],
      ['"', 'expression-syntax'],
      ['\\', 'expression-syntax'],
      ['1 + ', 'expression-operator'],
      ['1 < ', 'expression-chain'],
      ['$Foo || ', 'expression-syntax'],
      ['x', 'expression-syntax'],
      ['9', null],
      ['$Input[$Input', 'expression-path'],
      ['$Input.a-', 'expression-operator'],
      ['“', 'expression-character'],
      ['\ud800', 'expression-character'],
      ['"\\ud800" || ', 'expression-text'],
      ['1.', 'expression-number'],
      [' ', 'expression-empty'],
    ];
    for (const [unit, fault] of repeated) {
      const { faults } = compileExpression(unit.repeat(LONGEST / unit.length), OPTIONS);
      assert.equal(faults[0]?.code ?? null, fault, unit);
      for (const { message } of faults) assert(message.length < 400, message);
    }
  });

  it('as large as expressions may be are evaluated', () => {
    const input = '{"a": true}';
    for (const [text, value] of [
      [Array(3_000).fill('$Input.b').join('||'), 'false'],
      [`"${'x'.repeat(LONGEST - 9)}" == "x"`, 'false'],
      [
        `[${Array(MAX_PARTS - 2)
          .fill('1')
          .join(',')}][-1]`,
        '1',
      ],
      [`$Input${'.a'.repeat(MAX_PARTS - 1)}`, 'null'],
      [`${'!('.repeat(49)}$Input.a${')'.repeat(49)}`, 'false'],
    ] as const) {
      const result = outcomeOf(text, input);
      assert.equal('value' in result && result.value, value, text.slice(0, 40));
    }
  });

  it('that are too long or have too many parts are refused', () => {
    for (const text of [
      `"${'x'.repeat(LONGEST)}"`,
      `[${Array(MAX_PARTS).fill('1').join(',')}]`,
      `$Input${'.a'.repeat(MAX_PARTS)}`,
      `{${Array.from({ length: MAX_PARTS / 2 }, (_, i) => `"${i}":1`).join(',')}}`,
      Array(MAX_PARTS).fill('!1').join('||'),
    ]) {
      const { faults } = compileExpression(text, OPTIONS);
      assert.deepEqual(
        faults.map(({ code }) => code),
        ['expression-size'],
        text.slice(0, 40),
      );
    }
  });

  it('evaluate constants within a limit', () => {
    // Each encoding doubles the quotation marks.
    const text = timesOver(`'${'"'.repeat(1000)}'`, 10, (inner) => `toJSON(${inner})`);
    const { evaluate, constant } = compileExpression(text, OPTIONS);
    assert(evaluate !== null && !constant);
    assert((evaluate(scopeOf({})) as string).length > 1_000_000);
  });

  it('share the work of checking', () => {
    const work = { fuel: 100_000 };
    const check = (pattern: string) =>
      compileExpression(`regexMatchString($Input, "${pattern}")`, { ...OPTIONS, work }).faults;
    assert.equal(check('(').length, 1);
    let patterns = 0;
    for (; work.fuel > 0; patterns++) assert.equal(check(`a{500}${patterns}`).length, 0);
    assert(patterns < 20);
    assert.equal(check('(').length, 0, 'left for running');
    const { evaluate } = compileExpression('regexMatchString($Input, "(")', { ...OPTIONS, work });
    assert.throws(() => evaluate?.(scopeOf('text')), /regular expression/);
  });
});

describe('hostile values', () => {
  it('with gigabytes of text cost no more than the fuel', () => {
    const [one, other] = [unfolding(1), unfolding(1)];
    for (const text of [
      'jsonToString($Input[0])',
      'format("{}", $Input[0])',
      '$Input[0] == $Input[1]',
      '$Input[0] < $Input[1]',
      '$Input[0] in toArray(2, $Input[1])',
      'arrayUnique($Input)',
      'arrayContains([$Input[0]], $Input[1])',
    ]) {
      assert.match(errorOf(text, [one, other]), TOO_MUCH, text);
    }
  });

  it('that expressions make larger cost no more than the fuel', () => {
    const long = 'x'.repeat(60_000);
    for (const [text, input] of [
      [timesOver('$Input', 10, (inner) => `format("{}{}", ${inner}, ${inner})`), long],
      [`format("${'{}'.repeat(5000)}", ${Array(5000).fill('$Input').join(', ')})`, 'x'.repeat(5_000_000)],
      [timesOver('$Input', 10, (inner) => `toJSON(${inner})`), '"\\'.repeat(30_000)],
      [`toJSON(${timesOver('$Input', 12, (inner) => `[${inner}, ${inner}]`)})`, long],
      [`[${Array(1000).fill('hash($Input, "SHA-512")').join(', ')}]`, long],
      [`[${Array(1000).fill('toBase64($Input)').join(', ')}]`, long],
      [`[${Array(1000).fill('length($Input)').join(', ')}]`, long],
      [`[${Array(100).fill('split($Input, "")').join(', ')}]`, long],
      ['stringToJson($Input)', `[${'[],'.repeat(1_000_000)}1]`],
      [Array(1000).fill('$Input[0] == $Input[1]').join(' || '), [`${long}${long}a`, `${long}${long}b`]],
      [Array(1000).fill('$Input[0] < $Input[1]').join(' && '), [`${long}${long}a`, `${long}${long}b`]],
      [
        Array(1000).fill('jsonMerge($Input, $Input) == 1').join(' || '),
        Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i])),
      ],
      [Array(1000).fill('"q" in $Input').join(' || '), Array.from({ length: 20_000 }, (_, i) => `k${i}`)],
    ] as const) {
      assert.match(errorOf(text, input), TOO_MUCH, text.slice(0, 60));
    }
  });

  it('that are deeper than JSON allows are refused without recursion', () => {
    for (const wrap of [(value: JsonValue) => [value], (value: JsonValue) => ({ a: value })]) {
      const input = [nested(100_000, wrap), nested(100_000, wrap)];
      for (const text of [
        'toJSON($Input[0])',
        '$Input[0] == $Input[1]',
        '$Input[0] < $Input[1]',
        'arrayUnique($Input)',
        'format("{}", $Input[1])',
      ]) {
        assert.match(errorOf(text, input), TOO_DEEP, text);
      }
      assert.match(
        errorOf('split($Input[0], ",")', input),
        /^split needs a text as its first argument \(text\), but met .{50,110}$/,
      );
    }
    assert.match(errorOf('stringToJson($Input)', '['.repeat(100_000)), /nested deeper than 256/);
  });

  it('with a hundred thousand digits can be compared but not added', () => {
    const digits = '1'.repeat(100_000);
    const input = parseJson(`[${digits}, ${digits.slice(1)}2, 1e${'9'.repeat(1000)}]`);
    assert.equal(errorOf('$Input[0] < $Input[1] && $Input[0] == $Input[0]', input), '');
    assert.equal(errorOf('$Input[2] > $Input[0]', input), '');
    assert.match(errorOf('intAdd($Input[0], 1)', input), /^intAdd cannot add a number as long as 1{90,100}/);
    assert.match(errorOf('-format("{}", $Input[0])', input), /shorter number/);
    assert.match(errorOf(Array(1000).fill('$Input[0] == $Input[1]').join(' || '), input), TOO_MUCH);
  });
});

describe('hostile patterns', () => {
  it('take linear time, or fail with too much work', () => {
    const text = 'ab'.repeat(30_000);
    for (const pattern of [
      '(x+x+)+y',
      '(a*)*$',
      '(a|b)*a(a|b){20}c',
      '(?:(?:ab)*)*c',
      '.*.*.*.*=.*',
      '^(a|ab|b|ba)*$',
    ]) {
      assert.equal(errorOf(`regexMatchString($Input, "${pattern}")`, text), '', pattern);
    }
    for (const pattern of ['(?:.?){300}$', '(?m)^.*a.{400}$']) {
      assert.match(errorOf(`regexMatchString($Input, "${pattern}")`, text), TOO_MUCH, pattern);
    }
  });

  it('with too many repetitions are refused before they are expanded', () => {
    for (const pattern of [
      'a{1000}'.repeat(140),
      '(?:(?:a?b?c?){99}){10}'.repeat(40),
      '(a?){1000}'.repeat(99),
      '[\\pL\\pN]{900}',
      '(?i)\\pL{1000}',
      'a'.repeat(1001),
    ]) {
      assert.match(
        errorOf('regexMatchString("x", $Input)', pattern),
        /^regexMatchString (?:needs|takes) (a pattern with fewer|patterns of at most)/,
        pattern,
      );
    }
    assert.match(
      errorOf('regexMatchString("x", $Input)', 'a{1000}{1000}'),
      /invalid nested repetition|fewer repetitions/,
    );
    assert.match(errorOf('regexMatchString("x", $Input)', '('.repeat(1000)), /regular expression/);
  });

  it('cost the same fuel with and without the cache', () => {
    const text = `[${Array.from({ length: 500 }, (_, i) => `regexMatchString("x", format("a{}{}", $Input, ${i}))`).join(', ')}]`;
    assert.match(errorOf(text, '{1000}'), TOO_MUCH);
    const same = `[${Array(500).fill('regexMatchString("x", $Input)').join(', ')}]`;
    assert.match(errorOf(same, 'a{1000}'), TOO_MUCH);
    assert.equal(errorOf(same, '^[a-z]+$'), '');
  });

  it('have a size that is estimated from their text', () => {
    for (const [pattern, size] of [
      ['', 0],
      ['abc', 3],
      ['a{30}', 30],
      ['a{2,5}', 5],
      ['a{3,}', 3],
      ['a{,3}', 5],
      ['(a{30}){30}', 960],
      ['[]{9}]{10}', 10],
      ['[[:alpha:]{}]{10}', 10],
      ['\\p{Han}{10}', 10],
      ['\\{10}', 4],
      [')))', 6],
      ['{5}', 0],
    ] as const) {
      assert.equal(unfoldedSize(pattern), size, pattern);
    }
  });
});
