/** The differences of the dialects in the syntax of expressions, as options of the parser. */
export interface Grammar {
  /** Allows `[*]` in paths, with flattening (the classic dialect, fdl-classic.md 3.3). */
  readonly wildcard?: boolean;
  /** False if the dialect has no functions (the classic one, fdl-classic.md 4). Default true. */
  readonly functions?: boolean;
  /** Allows only a variable or a path that begins with one, no operators and literals (mappings, fdl-classic.md 3.2). */
  readonly pathOnly?: boolean;
}
