/** The differences of the dialects in the syntax of expressions, as options of the parser. */
export interface Grammar {
  /** Allows `[*]` in paths, with flattening (the classic dialect, rules.md 10.11). */
  readonly wildcard?: boolean;
  /** False if the dialect has no functions (the classic one, rules.md 10.13). Default true. */
  readonly functions?: boolean;
  /** Allows only a variable or a path that begins with one, no operators and literals (mappings, rules.md 10.11). */
  readonly pathOnly?: boolean;
}
