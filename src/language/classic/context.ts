/** What the parts of the classic front end share while one definition is compiled. */
import type { CompileOptions } from '../compilation.ts';
import type { FieldReader } from '../shared/field-reader.ts';
import type { Scope, State } from '../plan.ts';
import type { Report } from '../text/report.ts';

export interface CompileContext {
  readonly report: Report;
  readonly options: CompileOptions;
  /** Every step met so far, by its index. */
  readonly states: State[];
  /** Every list of steps met so far, by its index; a hole while the list is being compiled. */
  readonly scopes: Scope[];
  /** The first step of each name in the whole flow. */
  readonly names: Map<string, FieldReader>;
  /** Compiles `steps` of the mapping that a reader stands on. Null when it holds none that can be run. */
  compileSteps(context: CompileContext, fields: FieldReader, label: string): Scope | null;
}

/** Resolves `goto` inside one list, and remembers which step leads to which. */
export interface Ways {
  /** The step that `goto` of `fields` names; null when the field is absent or dangling, which is then reported. */
  goto(fields: FieldReader, required: boolean): State | null;
}
