/** Tree → text in canonical form. Parsing the text gives the same tree, except for places in the text. */
import { isLongNumber } from '../base/json.ts';
import type { ExpressionNode, LiteralNode, Segment } from './ast.ts';
import { isPlainName } from './lexer.ts';

/** How tightly a node binds. An operand that binds less tightly than its operator needs parentheses. */
const BINDING: Readonly<Record<ExpressionNode['kind'], number>> = {
  or: 1,
  and: 2,
  comparison: 3,
  not: 4,
  negate: 4,
  path: 5,
  literal: 6,
  variable: 6,
  call: 6,
  array: 6,
  object: 6,
};
const UNARY = 4;
const TARGET = 6;

/** Returns the canonical text: double quotes, one space around operators, no unnecessary parentheses. */
export function printExpression(node: ExpressionNode): string {
  switch (node.kind) {
    case 'literal':
      return printLiteral(node.value);
    case 'variable':
      return node.name;
    case 'path':
      return printOperand(node.target, TARGET) + node.segments.map(printSegment).join('');
    case 'call':
      return `${node.name}(${printList(node.args)})`;
    case 'array':
      return `[${printList(node.items)}]`;
    case 'object':
      return `{${node.members.map((member) => `${JSON.stringify(member.key)}: ${printExpression(member.value)}`).join(', ')}}`;
    case 'not':
      return `!${printOperand(node.operand, UNARY)}`;
    case 'negate':
      return `-${printNegated(node.operand)}`;
    case 'comparison':
      return `${printOperand(node.left, UNARY)} ${node.operator} ${printOperand(node.right, UNARY)}`;
    case 'and':
      return node.operands.map((operand) => printOperand(operand, BINDING.and + 1)).join(' && ');
    case 'or':
      return node.operands.map((operand) => printOperand(operand, BINDING.or + 1)).join(' || ');
  }
}

function printOperand(node: ExpressionNode, binding: number): string {
  const text = printExpression(node);
  // A number binds like a prefix, because it can have a sign, and a point after it would be part of it.
  const own = node.kind === 'literal' && /^[-0-9]/.test(text) ? UNARY : BINDING[node.kind];
  return own < binding ? `(${text})` : text;
}

/** Adds parentheses to a number, because `-5` is a literal and `-(5)` is not. */
function printNegated(operand: ExpressionNode): string {
  const text = printOperand(operand, UNARY);
  return operand.kind === 'literal' && /^[0-9]/.test(text) ? `(${text})` : text;
}

function printList(nodes: readonly ExpressionNode[]): string {
  return nodes.map(printExpression).join(', ');
}

function printLiteral(value: LiteralNode['value']): string {
  return isLongNumber(value) ? value.rawJSON : JSON.stringify(value);
}

/** Returns the text of a segment: `.name`, `["a b"]`, `[0]`. */
export function printSegment(segment: Segment): string {
  switch (segment.kind) {
    case 'name':
      return isPlainName(segment.name) ? `.${segment.name}` : `[${JSON.stringify(segment.name)}]`;
    case 'index':
      return `[${segment.index}]`;
    case 'all':
      return '[*]';
  }
}
