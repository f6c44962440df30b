/** Properties of parsing, printing and evaluating expressions. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { JsonValue } from '../../src/base/json.ts';
import { longNumber, parseJson, setMember, stringifyJson } from '../../src/base/json.ts';
import type { ExpressionNode, LiteralNode } from '../../src/expression/ast.ts';
import { canonicalKey, deepEqual, looseEqual, order } from '../../src/expression/compare.ts';
import { compileCondition, compileExpression } from '../../src/expression/compile.ts';
import { EvaluationError } from '../../src/expression/evaluation.ts';
import { FUNCTIONS } from '../../src/expression/functions/table.ts';
import { parseExpression } from '../../src/expression/parse.ts';
import { printExpression } from '../../src/expression/print.ts';
import { CLASSIC, OPTIONS, outcomeOf, scopeOf, valueOf } from './evaluating.ts';

const RUNS = { numRuns: 500 };
const AWKWARD_NAMES = [
  '__proto__',
  'constructor',
  'rawJSON',
  'length',
  'in',
  'a b',
  'a',
  'b',
  '名',
  '',
  '0',
  '\ufffd',
  '"',
];
const LONG = ['9007199254740993', '-9007199254740993', '123456789012345678901234567890', '1e400', '-1e400'];

const name = fc.oneof(fc.constantFrom(...AWKWARD_NAMES), fc.string({ unit: 'binary', maxLength: 6 }));
const scalar: fc.Arbitrary<LiteralNode['value']> = fc.oneof(
  fc.constantFrom(null, true, false, 0, 1, -1, 0.5, 1e21, 'true', 'FALSE', '1', '1.0', '-7', 'abc', ''),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(...LONG).map(longNumber),
);

const value: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(name, tie('value')), { maxLength: 4 }).map((members) => {
      const object: Record<string, JsonValue> = {};
      for (const [key, member] of members) setMember(object, key, member);
      return object;
    }),
  ),
})).value;

const at = { offset: 0, length: 0 };
const segment = fc.oneof(
  name.map((text) => ({ kind: 'name' as const, name: text })),
  fc.integer({ min: -3, max: 3 }).map((index) => ({ kind: 'index' as const, index: index === 0 ? 0 : index })),
);
const definition = fc.constantFrom(...FUNCTIONS);

function treeOf(variables: readonly string[]): fc.Arbitrary<ExpressionNode> {
  return fc.letrec<{ node: ExpressionNode }>((tie) => {
    const list = fc.array(tie('node'), { maxLength: 3 });
    const many = fc.array(tie('node'), { minLength: 2, maxLength: 3 });
    const variable = fc.constantFrom(...variables).map((text) => ({ kind: 'variable' as const, name: text, ...at }));
    const path = fc
      .tuple(
        fc.oneof({ weight: 4, arbitrary: variable }, tie('node')),
        fc.array(segment, { minLength: 1, maxLength: 3 }),
      )
      .map(([target, segments]) => ({ kind: 'path' as const, target, segments, ...at }));
    const call = definition.chain(({ name: text, parameters, rest }) => {
      const extra = rest === undefined ? 0 : 2;
      const args = fc.array(fc.oneof({ weight: 3, arbitrary: path }, variable, tie('node')), {
        minLength: parameters.length,
        maxLength: parameters.length + extra,
      });
      return args.map((nodes) => ({ kind: 'call' as const, name: text, args: nodes, ...at }));
    });
    const operator = fc.constantFrom('==', '!=', '<', '<=', '>', '>=', 'in');
    return {
      node: fc.oneof(
        { maxDepth: 5, depthSize: 'medium' },
        { weight: 3, arbitrary: scalar.map((literal) => ({ kind: 'literal' as const, value: literal, ...at })) },
        { weight: 2, arbitrary: variable },
        { weight: 3, arbitrary: path },
        list.map((items) => ({ kind: 'array' as const, items, ...at })),
        fc.uniqueArray(fc.tuple(name, tie('node')), { maxLength: 3, selector: ([key]) => key }).map((members) => ({
          kind: 'object' as const,
          members: members.map(([key, member]) => ({ key, value: member })),
          ...at,
        })),
        { weight: 4, arbitrary: call },
        fc
          .tuple(fc.constantFrom('not' as const, 'negate' as const), tie('node'))
          .map(([kind, operand]) => ({ kind, operand, ...at })),
        fc
          .tuple(operator, tie('node'), tie('node'))
          .map(([text, left, right]) => ({ kind: 'comparison' as const, operator: text as '==', left, right, ...at })),
        fc
          .tuple(fc.constantFrom('and' as const, 'or' as const), many)
          .map(([kind, operands]) => ({ kind, operands, ...at })),
      ) as fc.Arbitrary<ExpressionNode>,
    };
  }).node;
}

/** A tree without places in the text. */
function shape(node: ExpressionNode | null): string {
  return JSON.stringify(node, (key, member: unknown) => (key === 'offset' || key === 'length' ? undefined : member));
}

const PIECES = [
  '$Input',
  '$',
  '.',
  '..',
  '[',
  ']',
  '(',
  ')',
  '{',
  '}',
  '"',
  "'",
  '`',
  '\\',
  '&&',
  '||',
  '==',
  '!',
  '-',
  '1',
  '9'.repeat(20),
];
const WORDS = [
  ',',
  ':',
  '*',
  '?',
  'in',
  'not',
  'true',
  'null',
  'format',
  'a',
  '名',
  '“',
  '”',
  '，',
  ' ',
  '\n',
  '\u0000',
  '\ud800',
  '😀',
];
const soup = fc.array(fc.constantFrom(...PIECES, ...WORDS), { maxLength: 40 }).map((parts) => parts.join(''));

describe('expression properties', () => {
  it('parsing and compiling never throw, and faults are inside the text', () => {
    fc.assert(
      fc.property(fc.oneof(soup, fc.string({ unit: 'binary', maxLength: 100 })), (text) => {
        for (const options of [OPTIONS, CLASSIC]) {
          const { evaluate, faults, warnings } = compileExpression(text, options);
          assert.equal(evaluate === null, faults.length > 0);
          for (const { offset, length, message } of [...faults, ...warnings]) {
            assert(offset >= 0 && length >= 0 && offset + length <= text.length, `${text}: ${message}`);
          }
          assert.deepEqual(compileCondition(text, options).faults, faults);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('parsing a printed tree gives the same tree', () => {
    fc.assert(
      fc.property(treeOf(['$Input', '$x', '$']), (tree) => {
        const printed = printExpression(tree);
        const { ast, faults } = parseExpression(printed);
        fc.pre(!faults.some(({ code }) => code === 'expression-depth'));
        assert.deepEqual(faults, [], printed);
        assert.equal(shape(ast), shape(tree), printed);
      }),
      RUNS,
    );
  });

  it('a compiled expression ends within its fuel with a JSON value or an EvaluationError', () => {
    fc.assert(
      fc.property(treeOf(['$Input', '$Context']), value, fc.constantFrom(0, 50, 100_000), (tree, input, fuel) => {
        const { evaluate } = compileExpression(printExpression(tree), OPTIONS);
        if (evaluate === null) return;
        try {
          const text = stringifyJson(evaluate(scopeOf(input, fuel)));
          assert.equal(typeof text, 'string');
          parseJson(text);
        } catch (error) {
          assert(error instanceof EvaluationError, String(error));
          assert(error.message.length < 700 && error.source !== undefined);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('evaluating constants early changes no value', () => {
    fc.assert(
      fc.property(fc.constantFrom('==', '!=', '<', '>=', 'in'), value, value, (operator, a, b) => {
        const folded = valueOf(`${stringifyJson(a)} ${operator} ${stringifyJson(b)}`);
        assert.equal(valueOf(`$Input[0] ${operator} $Input[1]`, stringifyJson([a, b])), folded);
      }),
      RUNS,
    );
  });

  it('equality is symmetric, orderings are opposites, and both agree', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const scope = scopeOf({});
        assert(looseEqual(scope, a, a) && deepEqual(scope, a, a));
        assert.equal(looseEqual(scope, a, b), looseEqual(scope, b, a));
        assert.equal(deepEqual(scope, a, b), deepEqual(scope, b, a));
        assert.equal(Math.sign(order(scope, a, b)), 0 - Math.sign(order(scope, b, a)));
        if (deepEqual(scope, a, b)) assert(looseEqual(scope, a, b));
        assert.equal(canonicalKey(scope, a) === canonicalKey(scope, b), deepEqual(scope, a, b));
      }),
      RUNS,
    );
  });

  it('long integers compare and add as big integers do', () => {
    const integer = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
    fc.assert(
      fc.property(integer, fc.oneof(integer, fc.bigInt({ min: -3n, max: 3n })), fc.boolean(), (a, other, near) => {
        const b = near ? a + other : other;
        const input = `{"a": ${a}, "b": ${b}}`;
        assert.equal(valueOf('$Input.a == $Input.b', input), String(a === b));
        assert.equal(valueOf('$Input.a < $Input.b', input), String(a < b));
        assert.equal(valueOf('format("{}", $Input.a) >= $Input.b', input), String(a >= b));
        assert.equal(valueOf('intAdd($Input.a, $Input.b)', input), String(a + b));
        assert.equal(valueOf('-$Input.a', input), String(-a));
      }),
      RUNS,
    );
  });

  it('decoding reverses encoding', () => {
    fc.assert(
      fc.property(value, fc.string({ unit: 'grapheme' }), (any, text) => {
        assert.equal(valueOf('fromJSON(toJSON($Input)) == $Input', stringifyJson(any)), 'true');
        assert.equal(valueOf('fromBase64(toBase64($Input))', JSON.stringify(text)), JSON.stringify(text));
        assert.equal(valueOf('length(split($Input, ""))', JSON.stringify(text)), String(Array.from(text).length));
      }),
      RUNS,
    );
  });

  it('a literal pattern is a fault exactly if it fails at run time', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            'a',
            '(',
            ')',
            '[',
            ']',
            '*',
            '+',
            '?',
            '{2}',
            '{999}',
            '\\',
            'd',
            'b',
            '|',
            '^',
            '$',
            '.',
            '(?',
            ':',
            '😀',
          ),
          { maxLength: 12 },
        ),
        (parts) => {
          const pattern = parts.join('');
          const literal = outcomeOf(`regexMatchString($Input.t, ${JSON.stringify(pattern)})`, '{"t": "aab"}');
          const dynamic = outcomeOf('regexMatchString($Input.t, $Input.p)', JSON.stringify({ t: 'aab', p: pattern }));
          assert.equal('fault' in literal, 'error' in dynamic, pattern);
          if ('value' in literal) assert.deepEqual(literal, dynamic);
        },
      ),
      RUNS,
    );
  });
});
