/** The facts about a process that only its server knows: an engine without HTTP has none of them. */
export interface HostFacts {
  /** Why the store cannot be read or written, in a sentence; null when it can. */
  healthReason(): Promise<string | null>;
  /** Log lines that were lost since the start. */
  lostLogLines(): number;
  /** Open connections of callers. */
  connections(): number;
}

/** Of an engine without a server. */
export const NO_HOST: HostFacts = {
  healthReason: () => Promise.resolve(null),
  lostLogLines: () => 0,
  connections: () => 0,
};
