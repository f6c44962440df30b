/** The closures of operators and literals. Frequent forms have their own closures, which are faster than the general ones. */
import type { JsonValue } from '../base/json.ts';
import { isLongNumber, longNumber, setMember } from '../base/json.ts';
import type { ComparisonOperator } from './ast.ts';
import type { Code } from './code.ts';
import { isIn, looseEqual, order } from './compare.ts';
import { integerOf } from './decimal.ts';
import type { Evaluate, EvaluationScope } from './evaluation.ts';
import { EvaluationError } from './evaluation.ts';
import { preview } from './preview.ts';
import { booleanOf, numericOf, payForDigits, truthOf } from './value.ts';

export function compileComparison<S extends EvaluationScope>(
  operator: ComparisonOperator,
  left: Code<S>,
  right: Code<S>,
): Evaluate<S> {
  const a = left.evaluate;
  const b = right.evaluate;
  switch (operator) {
    case '==':
      return compileEquality(left, right);
    case '!=': {
      const equal = compileEquality(left, right);
      return (scope) => !equal(scope);
    }
    case '<':
      return (scope) => order(scope, a(scope), b(scope)) < 0;
    case '<=':
      return (scope) => order(scope, a(scope), b(scope)) <= 0;
    case '>':
      return (scope) => order(scope, a(scope), b(scope)) > 0;
    case '>=':
      return (scope) => order(scope, a(scope), b(scope)) >= 0;
    case 'in':
      return (scope) => isIn(scope, a(scope), b(scope));
  }
}

function compileEquality<S extends EvaluationScope>(left: Code<S>, right: Code<S>): (scope: S) => boolean {
  const a = left.evaluate;
  const b = right.evaluate;
  if (right.constant !== undefined && equalsOnlyItself(right.constant)) {
    const { constant } = right;
    return (scope) => a(scope) === constant;
  }
  if (left.constant !== undefined && equalsOnlyItself(left.constant)) {
    const { constant } = left;
    return (scope) => b(scope) === constant;
  }
  return (scope) => looseEqual(scope, a(scope), b(scope));
}

/** True for `null` and for texts that are neither a number nor a boolean: coercion makes no other value equal to them. */
function equalsOnlyItself(value: JsonValue): boolean {
  if (value === null) return true;
  return typeof value === 'string' && numericOf(value) === undefined && booleanOf(value) === undefined;
}

export function compileAnd<S extends EvaluationScope>(
  operands: readonly Code<S>[],
  names: readonly string[],
): Evaluate<S> {
  const tests = operands.map((operand, i) => compileTruth(operand, names[i] ?? ''));
  const [first, second] = tests;
  if (first !== undefined && second !== undefined && tests.length === 2)
    return (scope) => first(scope) && second(scope);
  return (scope) => {
    for (const test of tests) if (!test(scope)) return false;
    return true;
  };
}

export function compileOr<S extends EvaluationScope>(
  operands: readonly Code<S>[],
  names: readonly string[],
): Evaluate<S> {
  const tests = operands.map((operand, i) => compileTruth(operand, names[i] ?? ''));
  const [first, second] = tests;
  if (first !== undefined && second !== undefined && tests.length === 2)
    return (scope) => first(scope) || second(scope);
  return (scope) => {
    for (const test of tests) if (test(scope)) return true;
    return false;
  };
}

export function compileNot<S extends EvaluationScope>(operand: Code<S>, name: string): Evaluate<S> {
  const test = compileTruth(operand, name);
  return (scope) => !test(scope);
}

function compileTruth<S extends EvaluationScope>({ evaluate, type }: Code<S>, name: string): (scope: S) => boolean {
  if (type === 'boolean') return evaluate as (scope: S) => boolean;
  return (scope) => {
    const value = evaluate(scope);
    return typeof value === 'boolean' ? value : truthOf(scope, value, `the operand ${name}`);
  };
}

export function compileNegate<S extends EvaluationScope>({ evaluate }: Code<S>): Evaluate<S> {
  return (scope) => {
    const value = evaluate(scope);
    // -value alone would be -0 for 0, and values of flows have no negative zero.
    if (typeof value === 'number') return value === 0 ? 0 : -value;
    return negateGeneral(scope, value);
  };
}

function negateGeneral(scope: EvaluationScope, value: JsonValue): JsonValue {
  payForDigits(scope, value);
  const number = numericOf(value);
  if (number === undefined) throw new EvaluationError(`the sign - needs a number, but met ${preview(value)}`);
  if (typeof number === 'number') return number === 0 ? 0 : -number;
  if (isLongNumber(value)) return longNumber(number.startsWith('-') ? number.slice(1) : `-${number}`);
  const integer = integerOf(number);
  if (integer === null) throw new EvaluationError(`the sign - needs a shorter number than ${preview(value)}`);
  return longNumber(String(-integer));
}

export function compileArray<S extends EvaluationScope>(items: readonly Code<S>[]): Evaluate<S> {
  const evaluates = items.map((item) => item.evaluate);
  return (scope) => evaluates.map((evaluate) => evaluate(scope));
}

export function compileObject<S extends EvaluationScope>(
  members: readonly { key: string; value: Code<S> }[],
): Evaluate<S> {
  return (scope) => {
    const object: Record<string, JsonValue> = {};
    for (const { key, value } of members) setMember(object, key, value.evaluate(scope));
    return object;
  };
}
