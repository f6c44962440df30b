/** Texts from outside, cut to a length that fits into a message. */

/** The first `limit` UTF-16 units of a text, followed by `…` when it is longer; never splits a surrogate pair. */
export function beginning(text: string, limit = 256): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit).replace(/[\ud800-\udbff]$/, '')}…`;
}
