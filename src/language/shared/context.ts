/** The working data of one compilation, which both front ends fill. */
import type { CompileOptions } from '../compilation.ts';
import type { Report } from '../text/report.ts';
import type { FieldReader } from './field-reader.ts';
import type { PlanDraft, ScopeDraft, StateDraft } from './recipe.ts';

export interface CompileContext {
  readonly report: Report;
  readonly options: CompileOptions;
  /** Every state met so far, by its index. */
  readonly states: StateDraft[];
  /** Compiles the list of states in the mapping of `fields`. Null when the list has no state to begin with. */
  compileScope(fields: FieldReader): ScopeDraft | null;
  /** The same compilation for states that run in another mode than those around them. */
  inMode(mode: CompileOptions['mode']): CompileContext;
}

/** Compiles the states of a whole definition, in the mapping of `fields`. Null when it has no state to begin with. */
export function compileScopes(
  fields: FieldReader,
  options: CompileOptions,
  compile: (context: CompileContext, fields: FieldReader) => ScopeDraft | null,
): Pick<PlanDraft, 'root' | 'states'> | null {
  const states: StateDraft[] = [];
  const contextOf = (own: CompileOptions): CompileContext => {
    const context: CompileContext = {
      ...{ report: fields.report, options: own, states },
      compileScope: (list) => compile(context, list),
      inMode: (mode) => (mode === own.mode ? context : contextOf({ ...own, mode })),
    };
    return context;
  };
  const context = contextOf(options);
  const root = context.compileScope(fields);
  return root === null ? null : { root, states: context.states };
}
