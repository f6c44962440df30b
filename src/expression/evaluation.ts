/**
 * What an expression is given when it runs, and how it fails.
 *
 * The room `expression` knows neither dialect. A dialect says which variables exist (a {@link VariableReader} for
 * each name) and extends {@link EvaluationScope} with what those readers need. Everything here is pure and
 * synchronous: randomness arrives in the scope, and work is paid for from `fuel`.
 */
import type { JsonValue } from '../base/json.ts';

/** Work that one state may spend on its expressions, in units of roughly one value visited or 16 bytes built. */
export const FUEL_PER_STATE = 1_000_000;

export interface EvaluationScope {
  /** Units left; an expression that needs more fails. See {@link spend}. */
  fuel: number;
  /** A number in [0, 1), for `uuid()` and `randomInt()`. */
  random(): number;
  /** Notes something odd that is no error, for the execution's trace (decisions.md 2.2, 2.3). */
  warn(message: string): void;
}

export type VariableReader<S extends EvaluationScope = EvaluationScope> = (scope: S) => JsonValue;

/** A compiled expression. @throws {EvaluationError} and nothing else. */
export type Evaluate<S extends EvaluationScope = EvaluationScope> = (scope: S) => JsonValue;

/** A failing expression; the interpreter turns it into the error `FnF.RuntimeError` of the state (decisions.md 2.7). */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
  /** The expression and its place in the definition, put on by the outermost compiled expression. */
  source: string | undefined;
}

/** Pays `units` of work. @throws {EvaluationError} when the scope's fuel is used up. */
export function spend(scope: EvaluationScope, units: number): void {
  scope.fuel -= units;
  if (scope.fuel < 0) throw new EvaluationError('the expression needs more work than one state may do');
}
