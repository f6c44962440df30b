/**
 * Assertions, for defects of this program. They stay on in production: a defect ends the execution at hand before a wrong
 * state reaches the store. A caller's fault is an `ApiError`, a fault in a definition a diagnostic, a failed step a value;
 * none of these is an assertion.
 */
export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure';
}

/** Throws {@link AssertionFailure} unless `condition` holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message);
}
