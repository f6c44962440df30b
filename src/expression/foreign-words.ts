/** Operators and words of other languages, and their equivalents here, for the parser's messages. */
import type { ComparisonOperator } from './ast.ts';

/** Operators and words that are certainly meant as one of our comparisons. */
export const COMPARISON_SUBSTITUTES: ReadonlyMap<string, ComparisonOperator> = new Map<string, ComparisonOperator>([
  ['=', '=='],
  ['===', '=='],
  ['!==', '!='],
  ['<>', '!='],
  ['=>', '>='],
  ['=<', '<='],
  ['eq', '=='],
  ['is', '=='],
  ['ne', '!='],
  ['lt', '<'],
  ['le', '<='],
  ['gt', '>'],
  ['ge', '>='],
]);

export const AND_SUBSTITUTES: ReadonlySet<string> = new Set(['&', 'and', 'AND']);
export const OR_SUBSTITUTES: ReadonlySet<string> = new Set(['|', 'or', 'OR']);
export const REGEX_OPERATORS: ReadonlySet<string> = new Set(['=~', '!~', 'matches', 'like', 'LIKE']);
export const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%', '^', '**']);
export const TERNARY: ReadonlySet<string> = new Set(['?', '??']);

/** Words instead of a value. */
export const WORD_SUBSTITUTES: ReadonlyMap<string, string> = new Map([
  ['True', 'true'],
  ['TRUE', 'true'],
  ['False', 'false'],
  ['FALSE', 'false'],
  ['None', 'null'],
  ['nil', 'null'],
  ['Null', 'null'],
  ['NULL', 'null'],
  ['undefined', 'null'],
]);
