/** The idempotency key of a call, in the form in which services receive it. Pure. */

/** The key as a header value. State names may hold any character, so all but printable ASCII and `%` are percent-encoded. */
export function idempotencyHeader(idempotencyKey: string): string {
  return idempotencyKey.toWellFormed().replace(/[^\x21-\x24\x26-\x7e]+/gu, encodeURIComponent);
}
