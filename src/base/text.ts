/** Texts for messages: of a length that fits, and the reason of an error. */

/** The first `limit` UTF-16 units of a text, followed by `…` when it is longer; never splits a surrogate pair. */
export function beginning(text: string, limit = 256): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** The message of an error; of any other thrown value, the value as text. */
export function reasonOf(error: unknown): string {
  return String(error instanceof Error ? error.message : error);
}
