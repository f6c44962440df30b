/** Parameters and result of compiling an expression: the contract between `compile.ts` and the dialects. */
import type { EvaluationScope, VariableReader } from './evaluation.ts';
import type { ExpressionFault } from './fault.ts';
import type { Grammar } from './grammar.ts';

/** The type of a value before the expression runs; `any` if it is unknown. */
export type ValueType = 'null' | 'boolean' | 'number' | 'text' | 'array' | 'map' | 'any';

/** Limits the work of checking patterns and evaluating constant parts while expressions are compiled. */
export interface CheckingWork {
  /**
   * Units left; two million are some hundreds of milliseconds. Below zero, the remaining checks happen when the expression
   * runs, where the fuel of the state limits them.
   */
  fuel: number;
}

export interface ExpressionOptions<S extends EvaluationScope> extends Grammar {
  /** The variables that can be read here, by their names with the dollar sign: `$Input`, or `$` in the classic dialect. */
  readonly variables: ReadonlyMap<string, VariableReader<S>>;
  /** Known variables that cannot be read here, each with the reason: a sentence without a full stop. */
  readonly refused?: ReadonlyMap<string, string>;
  /** Place of the expression in the definition: `States[2].OutputConstructor.x.$`. Part of {@link EvaluationError.source}. */
  readonly place: string;
  /** Shared by all expressions of a definition, to limit their work together. Without it, the expression has its own. */
  readonly work?: CheckingWork;
}

export interface Compiled<S extends EvaluationScope, R> {
  /** Null if there are faults. @throws {EvaluationError} and no other error. */
  readonly evaluate: ((scope: S) => R) | null;
  /** Faults that make the text unusable, in the order of the text; at most {@link MAX_FAULTS}. */
  readonly faults: readonly ExpressionFault[];
  /** Warnings about a usable text, in the order of the text. */
  readonly warnings: readonly ExpressionFault[];
  /** True if the expression uses no variable and no random function, so that its value is the same in every scope. */
  readonly constant: boolean;
  readonly type: ValueType;
  /** Nodes of the tree, the segments of paths included: the memory of `evaluate` is a multiple of it. */
  readonly nodes: number;
}

/** Most faults of one expression. The first one is exact; the others help to correct all at once. */
export const MAX_FAULTS = 20;
