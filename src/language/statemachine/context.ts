/** What the parts of the state-machine front end share while one definition is compiled. */
import type { CompileOptions } from '../compilation.ts';
import type { FieldReader } from '../shared/field-reader.ts';
import type { Scope, State } from '../plan.ts';
import type { Report } from '../text/report.ts';

export interface CompileContext {
  readonly report: Report;
  readonly options: CompileOptions;
  /** Every state met so far, by its index. */
  readonly states: State[];
  /** Every scope met so far, by its index; a hole while the scope is being compiled. */
  readonly scopes: Scope[];
  /** Compiles `StartAt` and `States` of the mapping that a reader stands on. Null when it has no usable start. */
  compileScope(context: CompileContext, fields: FieldReader, label: string): Scope | null;
}

/** Resolves names of states inside one scope, and remembers which state leads to which. */
export interface Transitions {
  /** The state that a field of `fields` names; null when the field is absent or dangling, which is then reported. */
  target(fields: FieldReader, key: string, required: boolean): State | null;
}
