/** The messages between the main thread and the compile thread. */
import type { Diagnostic } from '../base/diagnostic.ts';
import type { Conversion, ConvertOptions } from '../conversion/convert.ts';
import type { CompileOptions } from '../language/compilation.ts';

export interface CompileRequest {
  readonly text: string;
  readonly options: CompileOptions;
  /** The result beside the diagnostics. */
  readonly wants: 'nothing' | 'plan' | 'graph';
}

export interface CompileAnswer {
  readonly diagnostics: readonly Diagnostic[];
  /** True when no diagnostic is an error. */
  readonly isSound: boolean;
  /** Of the plan, for `PieceLinker`; empty when the plan is not wanted or the definition has errors. */
  readonly pieces: readonly string[];
  /** JSON text; empty when the graph is not wanted or the definition has errors. */
  readonly graph: string;
}

/** A definition of another language. */
export interface ConversionRequest {
  readonly text: string;
  readonly conversion: ConvertOptions;
}

export type ThreadRequest = CompileRequest | ConversionRequest;
export type ThreadAnswer<R extends ThreadRequest = ThreadRequest> = R extends CompileRequest
  ? CompileAnswer
  : Conversion;
