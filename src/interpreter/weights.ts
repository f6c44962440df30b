/** Estimates of the memory that the objects of a running execution take without their values (rules.md 12.17). */

/** A branch or item with its timer. */
export const THREAD_BYTES = 1_280;
/** A call under way, with the objects of its connection. */
export const CALL_BYTES = 4_096;
