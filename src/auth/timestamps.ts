/**
 * Times of requests: `2026-01-02T03:04:05Z`, or with milliseconds as one client sends them (wire.md 5.1). Anything
 * else is refused, an offset other than `Z` included.
 */
const FORM = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{3})?Z$/;

/** Milliseconds since 1970, or null for a text that is no such time (February 30th is none). */
export function parseTimestamp(text: string): number | null {
  if (!FORM.test(text)) return null;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return null;
  return new Date(ms).toISOString().startsWith(text.slice(0, 19)) ? ms : null;
}
