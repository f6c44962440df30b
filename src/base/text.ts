/**
 * Texts for messages: of a length that fits, and the reason of an error. No cut splits a surrogate pair, because UTF-8 has no
 * half of one.
 */

/** The first `limit` UTF-16 units of a text, or one fewer. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit);
}

/** The same, followed by `…` when the text is longer. */
export function beginning(text: string, limit = 256): string {
  return text.length <= limit ? text : `${cut(text, limit)}…`;
}

/** The message of an error; of any other thrown value, the value as text. */
export function reasonOf(error: unknown): string {
  return String(error instanceof Error ? error.message : error);
}

/** V8 copies shorter slices; a slice of this length or more refers to the whole text. */
const SLICED_UNITS = 13;

/** A copy of a text that may be a slice: V8 holds the whole text in memory as long as a slice of it. */
export function detached(text: string): string {
  return text.length < SLICED_UNITS ? text : ` ${text}`.slice(1);
}

/** The length of a text in code points, as people count characters. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
