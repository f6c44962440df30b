/**
 * Our own mistakes. An assertion stays on in production: a wrong state found early loses one execution, a wrong
 * state carried on loses the trust in all of them. A caller's fault is an `ApiError`, a wrong definition a
 * diagnostic and a failing step a value; none of these is ever an assertion.
 */
export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure';
}

/** Throws {@link AssertionFailure} unless `condition` holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message);
}
