/** The limits of a converted definition: those of a server with default settings, because any server should accept it. */
import { DEFAULT_DEFINITION_LIMITS, TASK_TIMEOUT_SECONDS } from '../language/limits.ts';

/** Branches of a Parallel. */
export const BRANCHES_MAX = DEFAULT_DEFINITION_LIMITS.parallelBranches;
/** The longest key of `$Global`, in bytes of UTF-8. */
export const GLOBAL_KEY_BYTES = DEFAULT_DEFINITION_LIMITS.globalKeyBytes;
/** Items of a Map that run at once. */
export const CONCURRENCY_MAX = DEFAULT_DEFINITION_LIMITS.mapConcurrency;

export const TASK_TIMEOUT_REDUCED = `a task can take ${TASK_TIMEOUT_SECONDS} seconds (7 days) at most`;
