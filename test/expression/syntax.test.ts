/** Faults in the text of expressions, with their exact place and advice (rules.md 6.3, 9.1, 9.2). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileExpression } from '../../src/expression/compile.ts';
import { MAX_FAULTS } from '../../src/expression/compiled.ts';
import { EXPRESSION_FAULTS } from '../../src/expression/fault.ts';
import { parseExpression } from '../../src/expression/parse.ts';
import { printExpression } from '../../src/expression/print.ts';
import { CLASSIC, CLASSIC_PATH, OPTIONS } from './evaluating.ts';

/** Guillemets mark the place of the fault: `a «+» b`. */
const FAULTS: readonly (readonly [marked: string, code: string, message: RegExp])[] = [
  ['«»', 'expression-empty', /empty/],
  ['«  »', 'expression-empty', /empty/],
  ['$Input.a «+» 1', 'expression-operator', /arithmetic \(`\+`\).*intAdd.*format/],
  ['"a" «+» "b"', 'expression-operator', /format\("\{\}\{\}", a, b\)/],
  ['$Input.a «-» 1', 'expression-operator', /intAdd\(a, -b\)/],
  ['$Input.a «*» 2', 'expression-operator', /arithmetic/],
  ['$Input.a «/» 2', 'expression-operator', /arithmetic/],
  ['$Input.a «%» 2', 'expression-operator', /arithmetic/],
  ['$Input.a «?» 1 : 2', 'expression-operator', /Choice state/],
  ['$Input.a «??» 1', 'expression-operator', /Choice state/],
  ['$Input.a «=» 1', 'expression-operator', /write ==$/],
  ['$Input.a «===» 1', 'expression-operator', /write ==$/],
  ['$Input.a «!==» 1', 'expression-operator', /write !=$/],
  ['$Input.a «<>» 1', 'expression-operator', /write !=$/],
  ['$Input.a «=>» 1', 'expression-operator', /write >=$/],
  ['$Input.a «eq» 1', 'expression-operator', /write ==$/],
  ['$Input.a «=~» "x"', 'expression-operator', /regexMatchString\(text, pattern\)/],
  ['$Input.a «matches» "x"', 'expression-operator', /regexMatchString/],
  ['$Input.a «&» $Input.b', 'expression-operator', /write &&$/],
  ['$Input.a «|» $Input.b', 'expression-operator', /write \|\|$/],
  ['$Input.a «and» $Input.b', 'expression-operator', /write &&$/],
  ['$Input.a «or» $Input.b', 'expression-operator', /write \|\|$/],
  ['«not» $Input.a', 'expression-operator', /write !$/],
  ['$Input.a «not» in [1]', 'expression-operator', /!\(item in list\)/],
  ['1 < 2 «<» 3', 'expression-chain', /do not chain/],
  ['1 == 1 «==» 1', 'expression-chain', /&&/],
  ['1 in [1] «in» [true]', 'expression-chain', /parentheses/],
  ['$Input.a«[$Input.b]»', 'expression-path', /write get\(\$Input\.a, \$Input\.b\)$/],
  ['$Input.a«[[1][0]]»', 'expression-path', /write get\(\$Input\.a, \[1\]\[0\]\)$/],
  ['$Input.a[«*»]', 'expression-path', /wildcards are not in this dialect/],
  ['$Input.«*»', 'expression-path', /wildcards/],
  ['$Input.a«[0:2]»', 'expression-path', /slices/],
  ['$Input.a«[:2]»', 'expression-path', /slices/],
  ['$Input.a«[0, 1]»', 'expression-path', /one at a time/],
  ['$Input.a«["b", "c"]»', 'expression-path', /one at a time/],
  ['$Input.a«[?(@.b > 1)]»', 'expression-path', /filters/],
  ['$Input«..»a', 'expression-path', /search at any depth/],
  ['$Input.a«[]»', 'expression-path', /missing between the brackets/],
  ['$Input.a«[»1', 'expression-path', /not closed/],
  ['$Input.a[«1.5»]', 'expression-path', /an index is an integer/],
  ['$Input.a[«99999999999999999999»]', 'expression-path', /an index is an integer/],
  ['$Input.«my-key»', 'expression-path', /\["my-key"\]/],
  ['$Input.«2fa»', 'expression-path', /\["2fa"\]/],
  ['$Input.«"a b"»', 'expression-path', /\["a b"\]/],
  ['$Input.a«?.»b', 'expression-path', /is null/],
  ['$Input«.»', 'expression-path', /a name is missing/],
  ['$Input«.[»0]', 'expression-path', /remove the point before the bracket/],
  ['$Input.a.length«(»)', 'expression-path', /length\(\$Input\.a\)/],
  ['«"abc»', 'expression-text', /does not end: " is missing/],
  ['1 == «\'abc"»', 'expression-text', /' is missing/],
  ['«`abc»', 'expression-text', /` is missing/],
  ['"a«\\d»"', 'expression-text', /write \\\\d, or put the text between back-quotes/],
  ['"«\\u»12g4"', 'expression-text', /four hexadecimal digits/],
  ['«“»abc”', 'expression-character', /typographic/],
  ['$Input.a == «‘»abc’', 'expression-character', /typographic/],
  ['$Input.a «＝»= 1', 'expression-character', /full-width character: write =/],
  ['1 «§» 2', 'expression-character', /§/],
  ['1 «\u0007» 2', 'expression-character', /U\+0007/],
  ['«01»', 'expression-number', /written as in JSON/],
  ['«1.»', 'expression-number', /written as in JSON/],
  ['«0x1F»', 'expression-number', /written as in JSON/],
  ['«1_000»', 'expression-number', /written as in JSON/],
  ['«.»5', 'expression-syntax', /a value is expected/],
  ['«+»1', 'expression-syntax', /a value is expected/],
  ['(1«»', 'expression-syntax', /"\)" is missing before the end: the "\(" at character 1 is not closed/],
  ['[1«»', 'expression-syntax', /"\]" is missing/],
  ['length([1«)»', 'expression-syntax', /"\]" is missing/],
  ['1«)»', 'expression-syntax', /has no opening bracket/],
  ['[1,«]»', 'expression-syntax', /a value is expected/],
  ['1 «2»', 'expression-syntax', /an operator is missing before 2$/],
  ['1 ==«»', 'expression-syntax', /the expression ends where a value is expected/],
  ['== 1'.replace('==', '«==»'), 'expression-syntax', /a value is expected/],
  ['«hello»', 'expression-syntax', /put quotes around text \("hello"\)/],
  ['«Input».a', 'expression-syntax', /or \$ before the name of a variable/],
  ['$Input.a == «True»', 'expression-syntax', /write true$/],
  ['$Input.a == «None»', 'expression-syntax', /write null$/],
  ['«${»Input.a}', 'expression-syntax', /write the variable alone/],
  ['«$$».Execution', 'expression-syntax', /one \$ begins a variable/],
  ['{«a»: 1}', 'expression-key', /"a"/],
  ['{"a": 1, «"a"»: 2}', 'expression-key', /twice/],
  ['{«}»'.replace('«}»', '«[»'), 'expression-key', /a key in quotes is expected/],
  ['{"a" «1»}', 'expression-syntax', /":" is missing/],
  ['«$input».a', 'unknown-variable', /did you mean \$Input\?/],
  ['«$».a', 'unknown-variable', /use one of \$Input, \$Context/],
  ['«$Foo»', 'unknown-variable', /use one of \$Input, \$Context/],
  ['«$Output».a', 'unavailable-variable', /\$Output cannot be read here: nothing has been put out yet/],
  ['«lenght»($Input.a)', 'unknown-function', /did you mean length\?/],
];

/** Texts and their canonical form. */
const CANONICAL: readonly (readonly [text: string, canonical: string])[] = [
  ["$Input [ 'a' ] . b[ - 1 ]", '$Input.a.b[-1]'],
  ['$Input["a b"]["\\u00e9"]', '$Input["a b"].é'],
  ['((1))==(2)', '1 == 2'],
  ['!( ! true)', '!!true'],
  ['-(5)', '-(5)'],
  ['- 5', '-5'],
  ['-(-5)', '--5'],
  ['(1==2)==(3 in[4])', '(1 == 2) == (3 in [4])'],
  ['(true||false)&&true', '(true || false) && true'],
  ['true||(false&&true)', 'true || false && true'],
  ['(true||false)||true', '(true || false) || true'],
  ['!($Input.a==1)', '!($Input.a == 1)'],
  ["format ( 'x' ,{ 'a':[ ] } )", 'format("x", {"a": []})'],
  ['($Input.a).b', '($Input.a).b'],
  ['1.50', '1.5'],
  ['9007199254740993', '9007199254740993'],
];

describe('syntax', () => {
  it('has faults at the exact place, with advice', () => {
    for (const [marked, code, message] of FAULTS) {
      const offset = marked.indexOf('«');
      const length = marked.indexOf('»') - offset - 1;
      const text = marked.replace('«', '').replace('»', '');
      const { evaluate, faults } = compileExpression(text, OPTIONS);
      assert.equal(evaluate, null, text);
      const [first] = faults;
      assert.deepEqual(
        [first?.code, first?.offset, first?.length],
        [code, offset, length],
        `${text}: ${first?.message}`,
      );
      assert.match(first?.message ?? '', message);
    }
  });

  it('has a test for every fault code', () => {
    const elsewhere = [
      'function-arguments',
      'function-type',
      'expression-value',
      'expression-depth',
      'expression-size',
    ];
    const tested = new Set([...FAULTS.map(([, code]) => code), ...elsewhere]);
    for (const code of Object.keys(EXPRESSION_FAULTS)) assert(code.startsWith('odd-') || tested.has(code), code);
  });

  it('reports several faults at once', () => {
    const text = 'lenght($Foo) = 1 + 2 && $Output.x[*] == concat()';
    const { faults } = compileExpression(text, OPTIONS);
    assert.deepEqual(
      faults.map(({ code, offset }) => [code, text.slice(offset).split(/[^\w$*=+]/)[0]]),
      [
        ['unknown-function', 'lenght'],
        ['unknown-variable', '$Foo'],
        ['expression-operator', '='],
        ['expression-operator', '+'],
        ['unavailable-variable', '$Output'],
        ['expression-path', '*'],
        ['unknown-function', 'concat'],
      ],
    );
  });

  it('limits the number of faults', () => {
    for (const text of [
      Array(1000).fill('1').join(' + '),
      Array(1000).fill('foo()').join(' && '),
      `${'\\q'.repeat(1000)}`,
    ]) {
      const { faults } = compileExpression(`[${text}]`, OPTIONS);
      assert(faults.length >= 1 && faults.length <= MAX_FAULTS);
    }
  });

  it('allows wildcards only in the classic dialect', () => {
    assert.deepEqual(compileExpression('$.a[*].b', CLASSIC).faults, []);
    const [fault] = compileExpression('$.a.*', CLASSIC).faults;
    assert.match(fault?.message ?? '', /write \[\*\]/);
  });

  it('has no functions in the classic dialect, and does not suggest any', () => {
    for (const [text, pattern] of [
      ['length($.a) == 1', /no functions.*length is a function of the state-machine language$/],
      ['len($.a) == 1', /no functions in this language: compute the value in a Task$/],
      ['$.a + 1', /compute it in a Task$/],
      ['"a" + "b"', /compute it in a Task$/],
      ['$.a - 1', /compute it in a Task; a name with a dash is written \["a-b"\]$/],
      ['$.a =~ "x"', /match the text in a task$/],
      ['$.a[$.b]', /read it in a task$/],
      ['$.a ? 1 : 2', /branch with a choice step$/],
      ['$.a.size()', /is a path and cannot be called$/],
    ] as const) {
      const [fault] = compileExpression(text, CLASSIC).faults;
      assert.match(fault?.message ?? '', pattern, text);
    }
    const { faults } = compileExpression('f($.a, g($b))', CLASSIC);
    assert.deepEqual(
      faults.map(({ code, offset, length }) => [code, offset, length]),
      [
        ['unknown-function', 0, 1],
        ['unknown-function', 7, 1],
        ['unknown-variable', 9, 2],
      ],
    );
  });

  it('allows only a path with pathOnly', () => {
    for (const text of ['$', '$.a', "$['a'][0]", '$.a[*].b', ' $.a ']) {
      assert.deepEqual(compileExpression(text, CLASSIC_PATH).faults, [], text);
    }
    for (const [text, offset] of [
      ['$.a == 1', 4],
      ['$.a $.b', 4],
      ['$.a + 1', 4],
      ['!$.a', 0],
      ['($.a)', 0],
      ['"$.a"', 0],
      ['1', 0],
      ['f($.a)', 0],
      ['', 0],
    ] as const) {
      const [fault] = compileExpression(text, CLASSIC_PATH).faults;
      assert.equal(fault?.offset, offset, text);
    }
  });

  it('has a canonical form', () => {
    for (const [text, canonical] of CANONICAL) {
      const { ast, faults } = parseExpression(text);
      assert.deepEqual(faults, [], text);
      assert(ast !== null);
      assert.equal(printExpression(ast), canonical);
    }
  });
});
