/** Identifiers and randomness, a port like the clock, so that a test can replay a run from its seed. */
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
