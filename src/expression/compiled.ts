/** What compiling an expression is given and what it returns: the contract between `compile.ts` and the dialects. */
import type { EvaluationScope, VariableReader } from './evaluation.ts';
import type { ExpressionFault } from './fault.ts';
import type { Grammar } from './grammar.ts';

/** What is known of a value before running; `any` where nothing is. */
export type ValueType = 'null' | 'boolean' | 'number' | 'text' | 'array' | 'map' | 'any';

/** What checking patterns and evaluating constant parts may cost while expressions are compiled, in units of fuel. */
export interface CheckingWork {
  /** Units left; two million are some hundreds of milliseconds. At zero the rest is checked when it runs, where fuel bounds it. */
  fuel: number;
}

export interface ExpressionOptions<S extends EvaluationScope> extends Grammar {
  /** The variables that can be read here, by their names with the dollar sign: `$Input`, or `$` in the classic dialect. */
  readonly variables: ReadonlyMap<string, VariableReader<S>>;
  /** Known variables that cannot be read here, each with the sentence that says why, without a full stop. */
  readonly refused?: ReadonlyMap<string, string>;
  /** Where the expression stands: `States[2].OutputConstructor.x.$`. Goes into {@link EvaluationError.source}. */
  readonly place: string;
  /** Shared by the expressions of one definition, so that many cannot take long together; without it each has its own. */
  readonly work?: CheckingWork;
}

export interface Compiled<S extends EvaluationScope, R> {
  /** Null when there are faults. @throws {EvaluationError} and nothing else. */
  readonly evaluate: ((scope: S) => R) | null;
  /** What makes the text unusable, in the order of the text; at most {@link MAX_FAULTS}. */
  readonly faults: readonly ExpressionFault[];
  /** What is odd and still usable, in the order of the text. */
  readonly warnings: readonly ExpressionFault[];
  /** True when the value is the same in every scope: no variable and no random function is used. */
  readonly constant: boolean;
  readonly type: ValueType;
}

/** Faults reported for one expression; the first is always exact, later ones help to mend all in one go. */
export const MAX_FAULTS = 20;
