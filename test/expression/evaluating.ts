/** Evaluates expressions as the dialects do, for the tests in this folder. */
import assert from 'node:assert/strict';
import type { JsonValue } from '../../src/base/json.ts';
import { parseJson, stringifyJson } from '../../src/base/json.ts';
import { compileCondition, compileExpression } from '../../src/expression/compile.ts';
import type { ExpressionOptions } from '../../src/expression/compiled.ts';
import type { EvaluationScope } from '../../src/expression/evaluation.ts';
import { EvaluationError, FUEL_PER_STATE } from '../../src/expression/evaluation.ts';
import { WARNINGS_MAX } from '../../src/interpreter/execution.ts';

export interface TestScope extends EvaluationScope {
  readonly input: JsonValue;
  readonly warnings: string[];
}

export const OPTIONS: ExpressionOptions<TestScope> = {
  variables: new Map([
    ['$Input', (scope: TestScope) => scope.input],
    ['$Context', () => ({ Execution: { Name: 'run' } })],
  ]),
  refused: new Map([['$Output', 'nothing has been put out yet']]),
  place: 'States[0].x',
};

export const CLASSIC: ExpressionOptions<TestScope> = {
  variables: new Map([['$', (scope: TestScope) => scope.input]]),
  place: 'steps[0].condition',
  wildcard: true,
  functions: false,
};

/** Options for the source of a classic mapping. */
export const CLASSIC_PATH: ExpressionOptions<TestScope> = { ...CLASSIC, pathOnly: true };

export function scopeOf(input: JsonValue, fuel: number = FUEL_PER_STATE): TestScope {
  const warnings: string[] = [];
  let seed = 1;
  return {
    input,
    fuel,
    place: '',
    warnings,
    random() {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    },
    warn(message) {
      if (warnings.length < WARNINGS_MAX) warnings.push(message());
    },
  };
}

/** The outcome of an expression: the JSON text of its value, or its faults or error. */
export type Outcome =
  | { readonly value: string; readonly warnings: readonly string[] }
  | { readonly error: string; readonly source: string | undefined }
  | { readonly fault: string; readonly message: string };

/** Compiles and evaluates an expression. `input` is JSON text, so that it can have long numbers and unusual keys. */
export function outcomeOf(text: string, input = '{}', options = OPTIONS, fuel = FUEL_PER_STATE): Outcome {
  return outcome(compileExpression(text, options), input, fuel);
}

/** Compiles and evaluates a condition. */
export function conditionOf(text: string, input = '{}', options = OPTIONS): Outcome {
  return outcome(compileCondition(text, options), input, FUEL_PER_STATE);
}

function outcome(
  compiled: ReturnType<typeof compileExpression<TestScope>> | ReturnType<typeof compileCondition<TestScope>>,
  input: string,
  fuel: number,
): Outcome {
  const { evaluate, faults } = compiled;
  if (evaluate === null) {
    const [first] = faults;
    assert(first !== undefined, 'nothing to evaluate, and no fault that says why');
    return { fault: first.code, message: first.message };
  }
  assert.deepEqual(faults, []);
  const scope = scopeOf(parseJson(input), fuel);
  try {
    return { value: stringifyJson(evaluate(scope)), warnings: scope.warnings };
  } catch (error) {
    assert(error instanceof EvaluationError, `not an EvaluationError: ${String(error)}`);
    return { error: error.message, source: error.source };
  }
}

/** Returns the JSON text of the value. A fault or an error fails the test. */
export function valueOf(text: string, input = '{}', options = OPTIONS): string {
  const result = outcomeOf(text, input, options);
  assert('value' in result, `${text}: ${JSON.stringify(result)}`);
  return result.value;
}
