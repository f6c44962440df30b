/**
 * The parser of expressions (rules.md 9.1, 9.2). It never throws. For a wrong text it returns faults, the
 * first of them with its exact place. If the intention is clear (`=` for `==`, arithmetic, a wildcard), it continues, to
 * report several faults at once. Its time is linear in the text, and `MAX_NESTING` bounds its recursion.
 *
 *     or         = and { "||" and }
 *     and        = comparison { "&&" comparison }
 *     comparison = unary [ ( "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" ) unary ]
 *     unary      = ( "!" | "-" ) unary | postfix
 *     postfix    = primary { "." name | "[" integer "]" | "[" text "]" }
 *     primary    = text | number | "true" | "false" | "null" | variable | call | array | object | "(" or ")"
 */
import { beginning } from '../base/text.ts';
import { isLongNumber, longNumber } from '../base/json.ts';
import type { ComparisonOperator, ExpressionNode, LiteralNode } from './ast.ts';
import type { ExpressionFault } from './fault.ts';
import { FaultList, ReadingStopped } from './fault-list.ts';
import * as foreign from './foreign-words.ts';
import type { Grammar } from './grammar.ts';
import type { Token } from './lexer.ts';
import { parseSegments } from './parse-path.ts';
import { MAX_CALL_DEPTH, MAX_CHARACTERS, TokenReader } from './token-reader.ts';

export interface Parsed {
  /** Null if the text has no tree. With faults, the tree is a guess at the author's intention. */
  readonly ast: ExpressionNode | null;
  /** In the order in which the parser found them. */
  readonly faults: readonly ExpressionFault[];
}

/** Parses the text of an expression. Never throws. */
export function parseExpression(text: string, grammar: Grammar = {}): Parsed {
  const list = new FaultList();
  try {
    if (text.length > MAX_CHARACTERS) {
      const message = `an expression has at most ${MAX_CHARACTERS} characters, but this one has ${text.length}`;
      list.stop('expression-size', `${message}: put the data of it into a constructor`, 0, text.length);
    }
    const reader = new TokenReader(text, grammar, list);
    if (reader.atEnd()) {
      list.add('expression-empty', 'the expression is empty', 0, text.length);
      return { ast: null, faults: list.faults };
    }
    const ast = grammar.pathOnly === true ? parsePathAlone(reader) : parseOr(reader);
    if (!reader.atEnd()) refuseTrailing(reader);
    return { ast, faults: list.faults };
  } catch (error) {
    if (!(error instanceof ReadingStopped)) throw error;
    return { ast: null, faults: list.faults };
  }
}

function parsePathAlone(reader: TokenReader): ExpressionNode {
  if (reader.token.kind !== 'variable') {
    reader.stop('expression-syntax', `a path that begins with $ is expected here, not ${reader.describe()}`);
  }
  const path = parsePostfix(reader);
  if (!reader.atEnd()) {
    reader.stop('expression-syntax', `only a path is allowed here: remove the text from ${reader.describe()}`);
  }
  return path;
}

function refuseTrailing(reader: TokenReader): never {
  const { token } = reader;
  if (token.kind === 'mark' && foreign.TERNARY.has(token.text)) {
    const branching = reader.functions ? 'a Choice state' : 'a choice step';
    reader.stop('expression-operator', `\`${token.text}\` is not in the language: branch with ${branching}`);
  }
  if (token.kind === 'mark' && (token.text === ')' || token.text === ']' || token.text === '}')) {
    reader.stop('expression-syntax', `this "${token.text}" has no opening bracket`);
  }
  reader.stop('expression-syntax', `an operator is missing before ${reader.describe()}`);
}

function parseOr(reader: TokenReader): ExpressionNode {
  return parseLogic(reader, 'or', '||', foreign.OR_SUBSTITUTES, parseAnd);
}

function parseAnd(reader: TokenReader): ExpressionNode {
  return parseLogic(reader, 'and', '&&', foreign.AND_SUBSTITUTES, parseComparison);
}

function parseLogic(
  reader: TokenReader,
  kind: 'and' | 'or',
  mark: string,
  substitutes: ReadonlySet<string>,
  parseOperand: (reader: TokenReader) => ExpressionNode,
): ExpressionNode {
  const first = parseOperand(reader);
  let operands: ExpressionNode[] | null = null;
  for (;;) {
    const { token } = reader;
    if (!reader.isMark(mark)) {
      if ((token.kind !== 'mark' && token.kind !== 'word') || !substitutes.has(token.text)) break;
      reader.fault('expression-operator', `\`${token.text}\` is not in the language: write ${mark}`);
    }
    reader.advance();
    operands ??= [first];
    operands.push(parseOperand(reader));
  }
  if (operands === null) return first;
  return { kind, operands, offset: first.offset, length: reader.consumedEnd - first.offset };
}

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);

function parseComparison(reader: TokenReader): ExpressionNode {
  let left = parseArithmetic(reader);
  for (let count = 0; ; count++) {
    const operator = currentComparison(reader);
    if (operator === null) return left;
    if (count === 1) {
      reader.fault('expression-chain', 'comparisons do not chain: join two of them with &&, or use parentheses');
    }
    reader.advance();
    const right = parseArithmetic(reader);
    // The tree has only the first comparison of a chain, so that a wrong text cannot make a deep tree.
    if (count > 0) continue;
    left = { kind: 'comparison', operator, left, right, offset: left.offset, length: reader.consumedEnd - left.offset };
  }
}

/** Returns the comparison of the current token. Adds a fault for an operator of another language. */
function currentComparison(reader: TokenReader): ComparisonOperator | null {
  const { kind, text } = reader.token;
  if (kind === 'mark' && COMPARISONS.has(text)) return text as ComparisonOperator;
  if (kind === 'word' && text === 'in') return 'in';
  if (kind !== 'mark' && kind !== 'word') return null;
  const substitute = foreign.COMPARISON_SUBSTITUTES.get(text);
  if (substitute !== undefined) {
    reader.fault('expression-operator', `\`${text}\` is not in the language: write ${substitute}`);
    return substitute;
  }
  if (foreign.REGEX_OPERATORS.has(text)) {
    const advice = reader.functions ? 'write regexMatchString(text, pattern)' : 'match the text in a task';
    reader.fault('expression-operator', `\`${text}\` is not in the language: ${advice}`);
    return '==';
  }
  if (kind === 'word' && text === 'not') {
    reader.fault('expression-operator', '`not in` is not in the language: write !(item in list)');
    reader.advance();
    return currentComparison(reader);
  }
  return null;
}

function parseArithmetic(reader: TokenReader): ExpressionNode {
  const left = parseUnary(reader);
  while (reader.token.kind === 'mark' && foreign.ARITHMETIC.has(reader.token.text)) {
    refuseArithmetic(reader, left);
    reader.advance();
    parseUnary(reader);
  }
  return left;
}

function refuseArithmetic(reader: TokenReader, left: ExpressionNode): void {
  const operator = reader.token.text;
  const advice = reader.functions ? arithmeticAdvice(operator, left) : 'compute it in a Task';
  const dash = operator === '-' ? '; a name with a dash is written ["a-b"]' : '';
  reader.fault('expression-operator', `arithmetic (\`${operator}\`) is not in the language: ${advice}${dash}`);
}

function arithmeticAdvice(operator: string, left: ExpressionNode): string {
  if (operator === '+' && left.kind === 'literal' && typeof left.value === 'string') {
    return 'join texts with format("{}{}", a, b)';
  }
  if (operator === '+') return 'add integers with intAdd(a, b), join texts with format("{}{}", a, b)';
  return operator === '-' ? 'subtract integers with intAdd(a, -b)' : 'compute it in a Task';
}

function parseUnary(reader: TokenReader): ExpressionNode {
  const { token } = reader;
  if (token.kind === 'word' && token.text === 'not') {
    reader.fault('expression-operator', '`not` is not in the language: write !');
  } else if (token.kind !== 'mark' || (token.text !== '!' && token.text !== '-')) {
    return parsePostfix(reader);
  }
  reader.advance();
  const signsNumber = token.text === '-' && reader.token.kind === 'number';
  const operand = reader.nested(() => parseUnary(reader));
  const span = { offset: token.start, length: reader.consumedEnd - token.start };
  if (signsNumber && operand.kind === 'literal') return { kind: 'literal', value: negated(operand), ...span };
  return { kind: token.text === '-' ? 'negate' : 'not', operand, ...span };
}

function negated(literal: LiteralNode): LiteralNode['value'] {
  const { value } = literal;
  // -value alone would be -0 for 0, and values of flows have no negative zero.
  if (typeof value === 'number') return value === 0 ? 0 : -value;
  return isLongNumber(value) ? longNumber(`-${value.rawJSON}`) : value;
}

function parsePostfix(reader: TokenReader): ExpressionNode {
  const { start } = reader.token;
  const target = parsePrimary(reader);
  const segments = parseSegments(reader, start);
  if (segments.length === 0) return target;
  return { kind: 'path', target, segments, offset: start, length: reader.consumedEnd - start };
}

function parsePrimary(reader: TokenReader): ExpressionNode {
  const { token } = reader;
  switch (token.kind) {
    case 'text':
      return literal(reader.advance(), token.text);
    case 'number':
      return literal(reader.advance(), token.number);
    case 'variable':
      return parseVariable(reader);
    case 'word':
      return parseWord(reader);
    case 'end':
      return reader.stop('expression-syntax', 'the expression ends where a value is expected');
    case 'mark':
      if (token.text === '(') return parseParentheses(reader);
      if (token.text === '[') return parseArray(reader);
      if (token.text === '{') return parseObject(reader);
      return reader.stop('expression-syntax', `a value is expected here, not \`${token.text}\``);
  }
}

function literal(token: Token, value: LiteralNode['value']): LiteralNode {
  return { kind: 'literal', value, offset: token.start, length: token.end - token.start };
}

function parseVariable(reader: TokenReader): ExpressionNode {
  const token = reader.advance();
  if (token.text === '$' && reader.isMark('{')) {
    const message = '`${…}` is not in the language: write the variable alone';
    reader.faults.stop('expression-syntax', message, token.start, 2);
  }
  if (token.text === '$' && reader.token.kind === 'variable') {
    reader.faults.stop('expression-syntax', '`$$` is not in the language: one $ begins a variable', token.start, 2);
  }
  return { kind: 'variable', name: token.text, offset: token.start, length: token.end - token.start };
}

function parseWord(reader: TokenReader): ExpressionNode {
  const token = reader.advance();
  if (reader.isMark('(')) return parseCall(reader, token);
  if (token.text === 'true') return literal(token, true);
  if (token.text === 'false') return literal(token, false);
  if (token.text === 'null') return literal(token, null);
  const word = beginning(token.text, 60);
  const instead = foreign.WORD_SUBSTITUTES.get(token.text);
  const advice =
    instead === undefined
      ? `put quotes around text ("${word}"), or $ before the name of a variable`
      : `write ${instead}`;
  const isDotted = reader.isMark('.');
  reader.faults.add('expression-syntax', `\`${word}\` is not a value: ${advice}`, token.start, token.end - token.start);
  if (isDotted) throw new ReadingStopped();
  return literal(token, null);
}

function parseCall(reader: TokenReader, name: Token): ExpressionNode {
  if (++reader.callDepth === MAX_CALL_DEPTH + 1) {
    const message = `function calls are nested more than ${MAX_CALL_DEPTH} deep`;
    reader.faults.add('expression-depth', message, name.start, name.end - name.start);
  }
  const args = parseList(reader, ')');
  reader.callDepth--;
  return { kind: 'call', name: name.text, args, offset: name.start, length: reader.consumedEnd - name.start };
}

function parseParentheses(reader: TokenReader): ExpressionNode {
  const opening = reader.advance();
  const inner = reader.nested(() => parseOr(reader));
  reader.close(')', opening);
  return inner;
}

function parseArray(reader: TokenReader): ExpressionNode {
  const { start } = reader.token;
  const items = parseList(reader, ']');
  return { kind: 'array', items, offset: start, length: reader.consumedEnd - start };
}

/** Reads the current mark, which opens the list, and the expressions up to `closing`. */
function parseList(reader: TokenReader, closing: string): ExpressionNode[] {
  const opening = reader.advance();
  const items: ExpressionNode[] = [];
  if (reader.accept(closing)) return items;
  do {
    items.push(reader.nested(() => parseOr(reader)));
  } while (reader.accept(','));
  reader.close(closing, opening);
  return items;
}

function parseObject(reader: TokenReader): ExpressionNode {
  const opening = reader.advance();
  const members: { key: string; value: ExpressionNode }[] = [];
  const seen = new Set<string>();
  if (!reader.isMark('}')) {
    do {
      const key = parseKey(reader, seen);
      if (!reader.accept(':'))
        reader.stop('expression-syntax', `":" is missing after the key, before ${reader.describe()}`);
      members.push({ key, value: reader.nested(() => parseOr(reader)) });
    } while (reader.accept(','));
  }
  reader.close('}', opening);
  return { kind: 'object', members, offset: opening.start, length: reader.consumedEnd - opening.start };
}

function parseKey(reader: TokenReader, seen: Set<string>): string {
  const { kind, text } = reader.token;
  if (kind === 'word' || kind === 'number') {
    reader.fault('expression-key', `put quotes around the key: "${beginning(text, 60)}"`);
  } else if (kind !== 'text') {
    reader.stop('expression-key', `a key in quotes is expected here, not ${reader.describe()}`);
  } else if (seen.has(text)) {
    reader.fault('expression-key', `the key "${beginning(text, 60)}" is used twice`);
  }
  seen.add(text);
  reader.advance();
  return text;
}
