/** The messages between the main thread and the compile thread. */
import type { Diagnostic } from '../base/diagnostic.ts';
import type { CompileOptions } from '../language/compilation.ts';

export interface CompileRequest {
  readonly text: string;
  readonly options: CompileOptions;
  /** False: only the diagnostics are wanted. */
  readonly wantsPlan: boolean;
}

export interface CompileAnswer {
  readonly diagnostics: readonly Diagnostic[];
  /** True when no diagnostic is an error. */
  readonly isSound: boolean;
  /** Of the plan, for `PieceLinker`; empty when the plan is not wanted or the definition has errors. */
  readonly pieces: readonly string[];
}
