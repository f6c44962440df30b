/**
 * Every function and operator pays for its work. The values count how often an expression looks into them, so that the test
 * depends on no clock; `bench/fuel.ts` measures how long the fuel of a state lasts.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonValue } from '../../src/base/json.ts';
import { isLongNumber } from '../../src/base/json.ts';
import { compileExpression } from '../../src/expression/compile.ts';
import { EvaluationError } from '../../src/expression/evaluation.ts';
import { FUNCTIONS } from '../../src/expression/functions/table.ts';
import type { CostlyCase } from './costly-cases.ts';
import { functionCases, operatorCases } from './costly-cases.ts';
import { CLASSIC, OPTIONS, scopeOf } from './evaluating.ts';

/** As large as a test may be. The prices are in proportion. */
const BYTES = 3_000;
const PLENTY = 1e12;
/** Looks into a value that a unit of fuel may pay for: an item takes several, for its place, its kind and the end of the list. */
const LOOKS_PER_UNIT = 4;
/** Looks that the price of the expression itself pays for. */
const FREE_LOOKS = 64;
/** Looks for a warning, of which a state has a limited number: it shows a hundred characters of a value. */
const LOOKS_PER_WARNING = 500;
/** Characters that a unit of fuel may pay for. */
const CHARACTERS_PER_UNIT = 16;

/** Counts the looks into arrays and maps. */
class Counter {
  looks = 0;

  watch(value: JsonValue): JsonValue {
    if (typeof value !== 'object' || value === null || isLongNumber(value)) return value;
    const watched = Array.isArray(value)
      ? value.map((item) => this.watch(item as JsonValue))
      : Object.fromEntries(Object.entries(value).map(([key, member]) => [key, this.watch(member as JsonValue)]));
    return new Proxy(watched, {
      get: (target, key, receiver) => {
        this.looks++;
        return Reflect.get(target, key, receiver) as unknown;
      },
      has: (target, key) => {
        this.looks++;
        return Reflect.has(target, key);
      },
      getOwnPropertyDescriptor: (target, key) => {
        this.looks++;
        return Reflect.getOwnPropertyDescriptor(target, key);
      },
      ownKeys: (target) => {
        const keys = Reflect.ownKeys(target);
        this.looks += keys.length;
        return keys;
      },
    }) as JsonValue;
  }
}

interface Spent {
  readonly units: number;
  readonly looks: number;
  readonly warnings: number;
  readonly failed: boolean;
}

function evaluateOnce(costly: CostlyCase): Spent {
  const { evaluate, faults } = compileExpression(costly.expression, costly.classic ? CLASSIC : OPTIONS);
  assert(evaluate !== null, `${costly.name}: ${faults[0]?.message}`);
  const counter = new Counter();
  const scope = scopeOf(counter.watch(costly.input), PLENTY);
  counter.looks = 0;
  let failed = false;
  try {
    evaluate(scope);
  } catch (error) {
    assert(error instanceof EvaluationError, `${costly.name}: ${String(error)}`);
    failed = true;
  }
  return { units: PLENTY - scope.fuel, looks: counter.looks, warnings: scope.warnings.length, failed };
}

/** A key or a delimiter costs its own length only as far as the other argument is as long. */
const SOUGHT = new Set(['key', 'delimiter']);

/** Texts of parameters that take texts: a function reads all of them, unless it refuses the call. */
function charactersOf({ name, input }: CostlyCase): number {
  const definition = FUNCTIONS.find((one) => name.startsWith(`${one.name}(`));
  assert(definition !== undefined, name);
  let characters = 0;
  for (const [i, value] of input.entries()) {
    const parameter = definition.parameters[i];
    if (typeof value !== 'string' || parameter === undefined || SOUGHT.has(parameter.name)) continue;
    if (parameter.types.includes('text')) characters += value.length;
  }
  return characters;
}

describe('fuel', () => {
  it('pays for every look of every function and operator into its values', () => {
    for (const costly of [...functionCases(BYTES), ...operatorCases(BYTES)]) {
      const { units, looks, warnings, failed } = evaluateOnce(costly);
      assert(units >= 1, `${costly.name} costs nothing`);
      // A refusal ends the state.
      if (failed) continue;
      const paid = FREE_LOOKS + units * LOOKS_PER_UNIT + warnings * LOOKS_PER_WARNING;
      assert(looks <= paid, `${costly.name}: ${looks} looks for ${units} units`);
    }
  });

  it('pays for the characters of the texts that a function takes', () => {
    for (const costly of functionCases(BYTES)) {
      const { units, failed } = evaluateOnce(costly);
      const characters = charactersOf(costly);
      if (failed) continue;
      assert(units >= characters / CHARACTERS_PER_UNIT, `${costly.name}: ${units} units for ${characters} characters`);
    }
  });

  it('pays for all parts of an expression, also for those that are not reached', () => {
    const many = (part: string, mark: string): string => Array(2_000).fill(part).join(mark);
    for (const text of [
      many('$Input.a', ' || '),
      `$Input${'.a'.repeat(2_000)}`,
      `[${many('$Input', ', ')}]`,
      `{${Array.from({ length: 2_000 }, (_, i) => `"k${i}": $Input`).join(', ')}}`,
    ]) {
      const { evaluate } = compileExpression(text, OPTIONS);
      const scope = scopeOf({ a: true });
      evaluate?.(scope);
      assert(1_000_000 - scope.fuel >= 2_000, text.slice(0, 30));
    }
  });

  it('pays for the search of a long delimiter', () => {
    const text = 'x'.repeat(250_000);
    const { evaluate } = compileExpression('split($Input[0], $Input[1])', OPTIONS);
    assert.throws(() => evaluate?.(scopeOf([text, `y${text.slice(125_000)}`])), /more work/);
    assert.deepEqual(evaluate?.(scopeOf([text, 'a delimiter of some length'])), [text]);
  });
});
