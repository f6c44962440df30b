/** Texts of others, cut to a length that a message can hold. */

/** The first `limit` UTF-16 units of a text, with `…` behind them when there are more; never splits a surrogate pair. */
export function beginning(text: string, limit = 256): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit).replace(/[\ud800-\udbff]$/, '')}…`;
}
