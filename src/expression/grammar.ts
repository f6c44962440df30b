/** What differs between the dialects in how an expression is read: data for the one parser. */
export interface Grammar {
  /** Allows `[*]` in paths, with flattening (the classic dialect, fdl-classic.md 3.3). */
  readonly wildcard?: boolean;
  /** False where functions do not exist (the classic dialect, fdl-classic.md 4); they do unless it says so. */
  readonly functions?: boolean;
  /** Only a variable or a path from one can stand here, no operators and no literals (mappings, fdl-classic.md 3.2). */
  readonly pathOnly?: boolean;
}
