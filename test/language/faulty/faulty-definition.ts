/** A definition with faults, and the diagnostics of it: `line:column severity code path`, in the order of the text. */
export interface FaultyDefinition {
  readonly name: string;
  /** Express by default. */
  readonly mode?: 'Standard';
  readonly text: string;
  readonly faults: readonly string[];
}
