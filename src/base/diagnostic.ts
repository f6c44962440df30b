/**
 * What is wrong with a definition, said in one go: a wrong text never throws, it yields a list of these
 * (decisions.md 1.3). The table of codes is `language/faults.ts`.
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
  /** Stable, in kebab-case: `dangling-next`. Listed in docs/language.md. */
  readonly code: string;
  /** One sentence: what is wrong and, where it is known, what would be right (`did you mean "Next"?`). */
  readonly message: string;
}

/** `line:column: severity: message [code] (path)`, the form that `millrace validate` and the API print. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const where = diagnostic.path === '' ? '' : ` (${diagnostic.path})`;
  return `${diagnostic.line}:${diagnostic.column}: ${diagnostic.severity}: ${diagnostic.message}${where} [${diagnostic.code}]`;
}
