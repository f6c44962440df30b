/**
 * Faults and warnings about the text of an expression. A wrong text throws no error; it gives a list of faults, each with
 * its place in the text. The room `language` makes diagnostics of the definition from them.
 */
export type ExpressionFaultCode = keyof typeof EXPRESSION_FAULTS;

/** All codes with their documentation. Codes that begin with `odd-` are warnings. */
export const EXPRESSION_FAULTS = {
  'expression-empty': 'The expression is empty.',
  'expression-syntax': 'The text cannot be read as an expression at this place.',
  'expression-character': 'A character that the language does not have, such as a typographic quotation mark.',
  'expression-operator': 'An operator that the language does not have; the message names the alternative.',
  'expression-chain': 'Comparisons cannot be chained; use `&&` or parentheses.',
  'expression-text': 'A text literal that does not end, or an escape that does not exist.',
  'expression-number': 'A number in a form that JSON does not have.',
  'expression-path': 'A path with more than `.name`, `["name"]` and `[n]`.',
  'expression-key': 'A key of an object literal without quotes, or used twice.',
  'expression-depth': 'The expression is nested too deeply, or calls functions more than ten deep.',
  'expression-size': 'The expression is too long, or has too many parts.',
  'unknown-variable': 'A variable that does not exist.',
  'unavailable-variable': 'A variable that exists, but not at this place of the definition.',
  'unknown-function': 'A function that does not exist; the classic language has none.',
  'function-arguments': 'A function is called with too few or too many arguments.',
  'function-type': 'An argument of a type that the function does not accept.',
  'expression-value': 'A constant part of the expression always fails.',
  'odd-comparison': 'A text literal that is compared as the number that it writes.',
  'odd-argument-order': 'The arguments of a function look swapped.',
  'odd-format': 'The number of placeholders of a `format` template differs from the number of arguments.',
  'odd-operand': 'An operand or a condition that is never true or false.',
  'odd-value': 'A constant part of the expression always gives a warning.',
  'odd-precedence': 'An operator binds more tightly than the text suggests.',
} as const;

export interface ExpressionFault {
  readonly code: ExpressionFaultCode;
  /** Says what is wrong and, if known, what to write instead. No full stop at the end. */
  readonly message: string;
  /** UTF-16 units from the beginning of the expression's text. */
  readonly offset: number;
  /** UTF-16 units; 1 or more, unless the fault is at the end of the text. */
  readonly length: number;
}
