/** Options and results of `compile.ts`, in a file of their own so that its parts can import them. */
import type { Diagnostic } from '../base/diagnostic.ts';
import type { DefinitionLimits } from './limits.ts';
import type { Plan } from './plan.ts';

export interface CompileOptions {
  readonly mode: 'Standard' | 'Express';
  /** The name under which the flow is created, to warn when the definition's own differs; null when it is not known. */
  readonly flowName: string | null;
  /** The limits of the server; `DEFAULT_DEFINITION_LIMITS` where there is none. */
  readonly limits: DefinitionLimits;
}

export interface Compilation {
  /** Null when a diagnostic is an error. */
  readonly plan: Plan | null;
  /** In the order of the text; the first 100, then one that counts the rest. */
  readonly diagnostics: readonly Diagnostic[];
}

/** `compileDefinition`, or a compiler that loads it first (`lazy.ts`). */
export type CompileDefinition = (text: string, options: CompileOptions) => Compilation | Promise<Compilation>;
