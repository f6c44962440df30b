/** What an expression at one place of a definition can see, and how it is read there. */
import type { VariableReader } from '../../expression/evaluation.ts';
import type { Grammar } from '../../expression/grammar.ts';
import type { StateScope } from '../plan.ts';

export interface Site {
  readonly variables: ReadonlyMap<string, VariableReader<StateScope>>;
  /** Known variables that cannot be read there, each with the reason. */
  readonly refused: ReadonlyMap<string, string>;
  readonly grammar: Grammar;
}
