/** Options and results of compiling, in a file of their own: it loads no YAML. */
import type { Diagnostic } from '../base/diagnostic.ts';
import type { DefinitionLimits } from './limits.ts';
import type { Plan } from './plan.ts';

export interface CompileOptions {
  readonly mode: 'Standard' | 'Express';
  /** The name under which the flow is created, to warn when the definition's own differs; null when it is not known. */
  readonly flowName: string | null;
  /** The limits of the server; `DEFAULT_DEFINITION_LIMITS` where there is none. */
  readonly limits: DefinitionLimits;
  /** The setting `http.errorStatuses`, for a warning about errors that no task raises; absent: none. */
  readonly httpErrorStatuses?: readonly string[];
}

export interface Compilation {
  /** Null when a diagnostic is an error. */
  readonly plan: Plan | null;
  /** In the order of the text; the first 100, then one that counts the rest. */
  readonly diagnostics: readonly Diagnostic[];
}
