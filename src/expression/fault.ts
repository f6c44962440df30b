/**
 * What is wrong with, or odd about, the text of an expression. A wrong text never throws: it yields a list of these, each
 * with its place in the text, and the language room turns them into diagnostics of the definition.
 */
export type ExpressionFaultCode = keyof typeof EXPRESSION_FAULTS;

/** Every code with the sentence that documents it. Codes that begin with `odd-` are warnings. */
export const EXPRESSION_FAULTS = {
  'expression-empty': 'The expression is empty.',
  'expression-syntax': 'The text cannot be read as an expression at this place.',
  'expression-character': 'A character that the language does not have, such as a typographic quotation mark.',
  'expression-operator': 'An operator that the language does not have; the message names what to write instead.',
  'expression-chain': 'Comparisons do not chain; parentheses or `&&` say what is meant.',
  'expression-text': 'A text literal that does not end, or an escape that does not exist.',
  'expression-number': 'A number that is not written as JSON writes numbers.',
  'expression-path': 'A path with more than `.name`, `["name"]` and `[n]`.',
  'expression-key': 'A key of an object literal is not a text, or is there twice.',
  'expression-depth': 'The expression is nested too deeply, or calls functions more than ten deep.',
  'unknown-variable': 'A variable that does not exist.',
  'unavailable-variable': 'A variable that exists, but not at this place of the definition.',
  'unknown-function': 'A function that does not exist; the classic language has none.',
  'function-arguments': 'A function is called with too few or too many arguments.',
  'function-type': 'A function is given a value that it cannot take.',
  'expression-value': 'A part of the expression that is constant fails whenever it is evaluated.',
  'odd-argument-order': 'The arguments of a function look swapped.',
  'odd-format': 'The number of placeholders of a `format` template differs from the number of arguments.',
  'odd-operand': 'An operand or a condition that can never be true or false.',
  'odd-value': 'A constant part of the expression gives a warning whenever it is evaluated.',
  'odd-precedence': 'An operator binds more tightly than the text suggests.',
} as const;

export interface ExpressionFault {
  readonly code: ExpressionFaultCode;
  /** What is wrong and, where it is known, what would be right; no full stop at the end. */
  readonly message: string;
  /** Where it begins in the text of the expression, in UTF-16 units. */
  readonly offset: number;
  /** UTF-16 units; at least 1 unless the fault is at the end of the text. */
  readonly length: number;
}
