/**
 * The scope in which an expression runs, and its errors.
 *
 * The room `expression` does not depend on a dialect. A dialect defines the variables, with a {@link VariableReader} for each
 * name, and extends {@link EvaluationScope} with the data that these readers need. Expressions are pure and synchronous:
 * the scope has their randomness, and its `fuel` limits their work.
 */
import type { JsonValue } from '../base/json.ts';

/**
 * Fuel of the expressions of one state: some 20 ms of the event loop. A unit is about 20 ns, the time in which an expression
 * visits one value or builds 16 bytes of text. `bench/fuel.ts` measures what all of it takes, function by function.
 */
export const FUEL_PER_STATE = 1_000_000;

/** Looking at one member of an object. One with more than some hundred members is a hash table. */
export const FUEL_PER_MEMBER = 16;

export interface EvaluationScope {
  /** Units left. An expression that needs more fails; see {@link spend}. */
  fuel: number;
  /** Place in the definition of the expression that runs, for its warnings: `States[2].Condition`. The expression sets it. */
  place: string;
  /** A number in [0, 1), for `uuid()` and `randomInt()`. */
  random(): number;
  /** Adds a warning to the trace of the execution (rules.md 9.3, 9.5), which takes a limited number and builds no others. */
  warn(message: () => string): void;
}

export type VariableReader<S extends EvaluationScope = EvaluationScope> = (scope: S) => JsonValue;

/** A compiled expression. @throws {EvaluationError} and no other error. */
export type Evaluate<S extends EvaluationScope = EvaluationScope> = (scope: S) => JsonValue;

/** The error of an expression. The interpreter fails the state with `FnF.RuntimeError` (rules.md 12.5). */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
  /** The expression and its place in the definition. The outermost compiled expression sets it. */
  source: string | undefined;
}

/** Takes `units` from the scope's fuel, before the work that they pay for. @throws {EvaluationError} when there is not enough. */
export function spend(scope: EvaluationScope, units: number): void {
  scope.fuel -= units;
  if (scope.fuel < 0) throw new EvaluationError('the expression needs more work than one state may do');
}
