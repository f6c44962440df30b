/**
 * Times of requests. Those of the RPC and ACS3 signatures: `2026-01-02T03:04:05Z`, or with milliseconds as one client sends them (wire.md 5.1). Anything
 * else is refused, an offset other than `Z` included. The old ROA signature has HTTP's own form in its header `Date`.
 */
const FORM = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{3})?Z$/;

const HTTP_FORM = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Milliseconds since 1970, or null for a text that is no such time (February 30th is none). */
export function parseTimestamp(text: string): number | null {
  if (!FORM.test(text)) return null;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return null;
  return new Date(ms).toISOString().startsWith(text.slice(0, 19)) ? ms : null;
}

/** Milliseconds since 1970 of `Fri, 02 Jan 2026 03:04:05 GMT`, or null for a text that is no such time. */
export function parseHttpDate(text: string): number | null {
  if (!HTTP_FORM.test(text)) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) || new Date(ms).toUTCString() !== text ? null : ms;
}
