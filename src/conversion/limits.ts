/** Limits of the state-machine language that the languages it is converted from do not have. */

/** Branches of a Parallel. */
export const BRANCHES_MAX = 50;
/** Seconds between two attempts of a Retry. */
export const INTERVAL_MAX_SECONDS = 86_400;
/** Seconds of a task: 7 days. */
export const TASK_TIMEOUT_MAX_SECONDS = 604_800;

export const TASK_TIMEOUT_REDUCED = `a task can take ${TASK_TIMEOUT_MAX_SECONDS} seconds (7 days) at most`;
