/**
 * Diagnostics: the faults of a definition. The compiler never throws for a wrong definition; it returns a list of these with
 * every fault (rules.md 6.3). The table of codes is `language/text/faults.ts`.
 */

export interface Place {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in characters as an editor counts them (UTF-16 units). */
  readonly column: number;
  /** Where in the definition: `States[2].Branches[0].Condition`; empty for the whole. */
  readonly path: string;
}

export interface Diagnostic extends Place {
  readonly severity: 'error' | 'warning';
  /** Stable, in kebab-case: `dangling-next`. */
  readonly code: string;
  /** One sentence: the fault and, if known, the correction (`did you mean "Next"?`). */
  readonly message: string;
}

/** `line:column: severity: message (path) [code]`, the form that `millrace validate` and the API print. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const where = diagnostic.path === '' ? '' : ` (${diagnostic.path})`;
  return `${diagnostic.line}:${diagnostic.column}: ${diagnostic.severity}: ${diagnostic.message}${where} [${diagnostic.code}]`;
}
