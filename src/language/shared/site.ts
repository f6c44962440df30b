/** A kind of place for an expression in a definition: the variables and the grammar that it has there. */
import type { VariableReader } from '../../expression/evaluation.ts';
import type { Grammar } from '../../expression/grammar.ts';
import type { StateScope } from '../plan.ts';

export interface Site {
  /** Names the site when another thread passes an expression. */
  readonly name: string;
  readonly variables: ReadonlyMap<string, VariableReader<StateScope>>;
  /** Known variables that cannot be read there, with the reasons. */
  readonly refused: ReadonlyMap<string, string>;
  readonly grammar: Grammar;
}
