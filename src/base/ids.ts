/** Identifiers and randomness, handed over like time so that a seed can replay a run. */
export interface Ids {
  /** A lower-case UUID v4. */
  uuid(): string;
  /** A number in [0, 1). */
  random(): number;
}

export const systemIds: Ids = {
  uuid: () => crypto.randomUUID(),
  random: () => Math.random(),
};
