/**
 * Text of an expression → a function. Everything that does not depend on data is decided here: names, numbers of arguments,
 * types of literals, constant parts, patterns, paths. The resulting closure looks up nothing by name.
 */
import { beginning } from '../base/text.ts';
import type { JsonValue } from '../base/json.ts';
import type { ExpressionNode } from './ast.ts';
import type { Code } from './code.ts';
import { NodeCompiler } from './compile-node.ts';
import type { Compiled, ExpressionOptions } from './compiled.ts';
import type { Evaluate, EvaluationScope } from './evaluation.ts';
import { EvaluationError, spend } from './evaluation.ts';
import type { ExpressionFault } from './fault.ts';
import { ReadingStopped } from './fault-list.ts';
import { parseExpression } from './parse.ts';
import { booleanOf, truthOf } from './value.ts';

/** Compiles an expression with a value of any type. Never throws. */
export function compileExpression<S extends EvaluationScope>(
  text: string,
  options: ExpressionOptions<S>,
): Compiled<S, JsonValue> {
  const result = compile(text, options);
  if (result.code === null) return failed(result);
  const { faults, warnings } = result;
  const { constant, type, evaluate } = result.code;
  return {
    faults,
    warnings,
    evaluate: guarded(evaluate, result.fuel, text, options.place),
    constant: constant !== undefined,
    type,
    nodes: result.nodes,
  };
}

/**
 * Compiles a condition. A value that cannot become a boolean is false, with a warning to the scope (rules.md 9.5).
 * Never throws.
 */
export function compileCondition<S extends EvaluationScope>(
  text: string,
  options: ExpressionOptions<S>,
): Compiled<S, boolean> {
  const result = compile(text, options);
  const { ast, code, faults } = result;
  if (ast === null || code === null) return failed(result);
  const warnings = [...result.warnings, ...neverMet(ast, code)];
  return {
    faults,
    warnings,
    evaluate: guarded(testing(code, text), result.fuel, text, options.place),
    constant: code.constant !== undefined,
    type: 'boolean',
    nodes: result.nodes,
  };
}

interface Compilation<S extends EvaluationScope> {
  readonly ast: ExpressionNode | null;
  readonly code: Code<S> | null;
  /** Taken by each evaluation. */
  readonly fuel: number;
  readonly faults: readonly ExpressionFault[];
  readonly warnings: readonly ExpressionFault[];
  readonly nodes: number;
}

function compile<S extends EvaluationScope>(text: string, options: ExpressionOptions<S>): Compilation<S> {
  const { ast, faults } = parseExpression(text, options);
  if (ast === null) return { ast, code: null, fuel: 0, faults: inOrder(faults), warnings: [], nodes: 0 };
  const compiler = new NodeCompiler<S>(text, options, faults);
  let code: Code<S> | null = null;
  try {
    code = compiler.compile(ast);
  } catch (error) {
    if (!(error instanceof ReadingStopped)) throw error;
  }
  const found = inOrder(compiler.faults.faults);
  const usable = found.length === 0 ? code : null;
  const { fuel, parts: nodes } = compiler;
  return { ast, code: usable, fuel, faults: found, warnings: inOrder(compiler.warnings), nodes };
}

function inOrder(faults: readonly ExpressionFault[]): ExpressionFault[] {
  return faults.toSorted((a, b) => a.offset - b.offset);
}

function failed<S extends EvaluationScope, R>({ faults, warnings, nodes }: Compilation<S>): Compiled<S, R> {
  return { evaluate: null, faults, warnings, constant: false, type: 'any', nodes };
}

/**
 * Takes the fuel for the parts of the expression, and sets the scope's place, for warnings. Adds the expression and its place to
 * an error that it throws.
 */
function guarded<S extends EvaluationScope, R>(
  evaluate: (scope: S) => R,
  fuel: number,
  text: string,
  place: string,
): (scope: S) => R {
  return (scope) => {
    try {
      spend(scope, fuel);
      scope.place = place;
      return evaluate(scope);
    } catch (error) {
      if (error instanceof EvaluationError) error.source ??= `${place} (${beginning(text, 200)})`;
      throw error;
    }
  };
}

function testing<S extends EvaluationScope>({ evaluate, type }: Code<S>, text: string): (scope: S) => boolean {
  if (type === 'boolean') return evaluate as Evaluate<S> as (scope: S) => boolean;
  const what = `the condition ${beginning(text, 200)}`;
  return (scope) => {
    const value = evaluate(scope);
    return typeof value === 'boolean' ? value : truthOf(scope, value, what);
  };
}

function neverMet<S extends EvaluationScope>(ast: ExpressionNode, { constant, type }: Code<S>): ExpressionFault[] {
  const isNeverMet =
    constant === undefined ? type === 'array' || type === 'map' || type === 'null' : booleanOf(constant) === undefined;
  if (!isNeverMet) return [];
  const message = 'the condition is never met: its value is neither true nor false';
  return [{ code: 'odd-operand', message, offset: ast.offset, length: ast.length }];
}
