/**
 * The idempotency key of a call (rules.md 11.18). A service that gets a key twice may answer the second call with the result of
 * the first, so no other call may ever have it: names can be used again, and a store that was put back from a copy issues the
 * numbers of executions again. Pure.
 */

/** The execution that makes a call. */
export interface KeyedExecution {
  readonly flowName: string;
  /** The whole name. That of an Express execution holds a UUID. */
  readonly name: string;
  /** `ExecutionRecord.identity`; null for an Express execution, whose name is unique. */
  readonly identity: string | null;
}

/**
 * The key of the call that the TaskScheduled event `event` opened, printable ASCII without a blank. It ends in the number of the
 * event, not of the attempt: a loop comes back to the same state and the same attempt.
 */
export function idempotencyKey({ flowName, name, identity }: KeyedExecution, state: string, event: number): string {
  const step = percentEncoded(state);
  if (identity === null) return `${flowName}/${name}/${step}/${event}`;
  // The form of older versions, which encoded the state twice. A repeated call of theirs must have the same key.
  if (identity === '') return `${flowName}/${name}/${encodeURIComponent(step)}/${event}`;
  return `${flowName}/${name}/${identity}/${step}/${event}`;
}

/** Half of a surrogate pair has no bytes in UTF-8, so it becomes U+FFFD. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
