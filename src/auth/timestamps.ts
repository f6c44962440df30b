/**
 * Times of requests. RPC and ACS3 requests have `2026-01-02T03:04:05Z`, or the same with milliseconds, which one client
 * sends (rules.md 3.6). Other forms are refused, for example an offset other than `Z`. Requests with the old ROA signature
 * have an HTTP date in the header `Date`.
 */
const FORM = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{3})?Z$/;

const HTTP_FORM = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Returns milliseconds since 1970, or null for other text. February 30th is refused. */
export function parseTimestamp(text: string): number | null {
  if (!FORM.test(text)) return null;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return null;
  return new Date(ms).toISOString().startsWith(text.slice(0, 19)) ? ms : null;
}

/** Parses `Fri, 02 Jan 2026 03:04:05 GMT`. Returns milliseconds since 1970, or null for other text. */
export function parseHttpDate(text: string): number | null {
  if (!HTTP_FORM.test(text)) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) || new Date(ms).toUTCString() !== text ? null : ms;
}
