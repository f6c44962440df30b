/**
 * The limits of the language, for everything that checks, runs or writes definitions. Those that a setting of the server
 * changes are in {@link DefinitionLimits}; the others are fixed by the vendor.
 */

/** Limits that the settings of a server change. */
export interface DefinitionLimits {
  /** Code points of the name of a state or step (rules.md 6.8): every event of the state has it. */
  readonly stateNameCharacters: number;
  /** Branches of one Parallel (rules.md 7.8). A classic parallel may have {@link CLASSIC_PARALLEL_BRANCHES} in any case. */
  readonly parallelBranches: number;
  /** UTF-8 bytes of the name of a global variable (rules.md 8.5). */
  readonly globalKeyBytes: number;
  /** Items of a Map that run at once; `MaxConcurrency` may name the larger of this and the default (rules.md 7.9). */
  readonly mapConcurrency: number;
  /** Seconds after which an Express execution ends (rules.md 12.1). */
  readonly expressTimeoutSeconds: number;
  /** Seconds after which a Standard execution ends. */
  readonly standardTimeoutSeconds: number;
}

/**
 * The limits of the service, and of a server whose settings change none of them. `config/limits-table.ts` has the same numbers as
 * defaults of settings: it is a lower room, so a test compares the two (`test/language/limits.test.ts`).
 */
export const DEFAULT_DEFINITION_LIMITS: DefinitionLimits = {
  stateNameCharacters: 128,
  parallelBranches: 50,
  globalKeyBytes: 128,
  mapConcurrency: 40,
  expressTimeoutSeconds: 300,
  standardTimeoutSeconds: 365 * 86_400,
};

/**
 * For a definition that was accepted before. Limits hold for new definitions: an operator who lowers one must not make running
 * executions and stored flows unusable (rules.md 6.5).
 */
export const ACCEPTED_DEFINITION_LIMITS: DefinitionLimits = {
  stateNameCharacters: Number.POSITIVE_INFINITY,
  parallelBranches: Number.POSITIVE_INFINITY,
  globalKeyBytes: Number.POSITIVE_INFINITY,
  mapConcurrency: Number.POSITIVE_INFINITY,
  expressTimeoutSeconds: Number.POSITIVE_INFINITY,
  standardTimeoutSeconds: Number.POSITIVE_INFINITY,
};

/**
 * Characters of a small definition, which is compiled at once. Reading YAML takes up to two milliseconds for each thousand.
 */
export const SMALL_CHARACTERS = 16 * 1024;

/** Characters of one definition, in UTF-16 units: what fits into one request (rules.md 6.1). */
export const DEFINITION_CHARACTERS = 1024 * 1024;

/** The longest life of a Standard execution in seconds: a year (rules.md 12.1). A setting makes it shorter. */
export const STANDARD_EXECUTION_SECONDS = 365 * 86_400;

/** Longest Wait in seconds, by mode (rules.md 7.6). */
export const WAIT_SECONDS = { Standard: 300, Express: 20 } as const;
/** Longest classic wait in seconds, by mode: two days in a Standard flow (rules.md 10.5). */
export const CLASSIC_WAIT_SECONDS = { Standard: 172_800, Express: 20 } as const;

/** Longest `Timeout` of a Task in seconds: seven days (rules.md 7.5). */
export const TASK_TIMEOUT_SECONDS = 604_800;

/** Longest interval before a retry in seconds: a day (rules.md 7.13, 10.19). */
export const RETRY_INTERVAL_SECONDS = 86_400;

/** Longest delay of a queue message in seconds: seven days (rules.md 11.13). */
export const MESSAGE_DELAY_SECONDS = 604_800;

/** Branches of one classic parallel, unless the settings allow more (rules.md 10.7). */
export const CLASSIC_PARALLEL_BRANCHES = 100;
/** Iterations of one classic foreach that run at once (rules.md 10.8). */
export const CLASSIC_MAP_CONCURRENCY = 100;
