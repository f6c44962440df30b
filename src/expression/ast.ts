/**
 * The syntax tree of an expression. Nodes are immutable data with their place in the text. A chain of `&&` or `||` is one
 * node with a list of operands, so that the parser's limit on nesting also bounds the depth of a tree.
 */
import type { LongNumber } from '../base/json.ts';

interface Span {
  /** UTF-16 units from the beginning of the expression's text. */
  readonly offset: number;
  readonly length: number;
}

export interface LiteralNode extends Span {
  readonly kind: 'literal';
  readonly value: null | boolean | number | string | LongNumber;
}
/** `name` includes the dollar sign: `$Input`. */
export interface VariableNode extends Span {
  readonly kind: 'variable';
  readonly name: string;
}
export type Segment =
  | { readonly kind: 'name'; readonly name: string }
  /** A negative index counts from the end. */
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'all' };
/** `target.name["other name"][0]`, with at least one segment. */
export interface PathNode extends Span {
  readonly kind: 'path';
  readonly target: ExpressionNode;
  readonly segments: readonly Segment[];
}
export interface ArrayNode extends Span {
  readonly kind: 'array';
  readonly items: readonly ExpressionNode[];
}
export interface ObjectNode extends Span {
  readonly kind: 'object';
  readonly members: readonly { readonly key: string; readonly value: ExpressionNode }[];
}
export interface CallNode extends Span {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly ExpressionNode[];
}
/** `!` or the sign `-`. The sign of a number literal is part of the literal instead. */
export interface PrefixNode extends Span {
  readonly kind: 'not' | 'negate';
  readonly operand: ExpressionNode;
}
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in';
export interface ComparisonNode extends Span {
  readonly kind: 'comparison';
  readonly operator: ComparisonOperator;
  readonly left: ExpressionNode;
  readonly right: ExpressionNode;
}
/** At least two operands. */
export interface LogicNode extends Span {
  readonly kind: 'and' | 'or';
  readonly operands: readonly ExpressionNode[];
}

export type ExpressionNode =
  | LiteralNode
  | VariableNode
  | PathNode
  | ArrayNode
  | ObjectNode
  | CallNode
  | PrefixNode
  | ComparisonNode
  | LogicNode;
