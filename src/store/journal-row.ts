/** A row of a journal, or of the log of a Map run: what one commit adds to it. */
export interface JournalRow {
  /** Id of the first event, or number of the first entry. */
  readonly first: number;
  readonly count: number;
  /** JSON text of an array of `count` events, as `interpreter/journal.ts` writes them, or of entries. */
  readonly events: string;
}
