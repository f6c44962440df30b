/** The working data of one compilation, which both front ends fill. */
import type { CompileOptions } from '../compilation.ts';
import type { Plan, Scope, State } from '../plan.ts';
import type { Report } from '../text/report.ts';
import type { FieldReader } from './field-reader.ts';

export interface CompileContext {
  readonly report: Report;
  readonly options: CompileOptions;
  /** Every state met so far, by its index. */
  readonly states: State[];
  /** Every scope met so far, by its index; a hole while the scope is being compiled. */
  readonly scopes: Scope[];
  /** Compiles the list of states in the mapping of `fields`. Null when the list has no state to begin with. */
  compileScope(fields: FieldReader, label: string): Scope | null;
}

type ScopesOfPlan = Pick<Plan, 'root' | 'states' | 'scopes'>;

/** Compiles the states of a whole definition, in the mapping of `fields`. Null when it has no state to begin with. */
export function compileScopes(
  fields: FieldReader,
  options: CompileOptions,
  compile: (context: CompileContext, fields: FieldReader, label: string) => Scope | null,
): ScopesOfPlan | null {
  const context: CompileContext = {
    ...{ report: fields.report, options, states: [], scopes: [] },
    compileScope: (list, label) => compile(context, list, label),
  };
  const root = context.compileScope(fields, '');
  return root === null ? null : { root, states: context.states, scopes: context.scopes };
}

/** Takes the next index of a scope, before the scopes inside it take theirs: a plan numbers scopes from the outside in. */
export function reserveScope({ scopes }: CompileContext): number {
  return scopes.push(undefined as unknown as Scope) - 1;
}
