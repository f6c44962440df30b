/** Header names and values in both directions: what a flow may send, and how an answer's header is shown to it. */
import { isLongNumber, setMember } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { AnswerHeaders } from './transport.ts';

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Tab, printable ASCII, and anything beyond ASCII. */
const VALUE = /^[\t\x20-\x7e\x80-\u{10ffff}]*$/u;

/** What belongs to the connection and not to the request; a flow that copies a header gets no error for them. */
const CONNECTION_HEADERS = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The header that tells the service of a callback task which token to report with (integrations.md 2). */
export const TASK_TOKEN_HEADER = 'x-fnf-http-callback-task-token';

/** Lower-case names to values, or a sentence that says which header is wrong. */
export function requestHeaders(given: JsonObject): Map<string, string> | string {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) {
    if (!TOKEN.test(name)) return `headers: ${JSON.stringify(name)} is not a header name`;
    if (value === null || CONNECTION_HEADERS.has(name.toLowerCase())) continue;
    const text = scalarText(value);
    if (text === null) return `headers: the value of ${name} is not a text, a number or a boolean`;
    if (!VALUE.test(text)) return `headers: the value of ${name} has a line break or another control character`;
    headers.set(name.toLowerCase(), wireText(text));
  }
  return headers;
}

/** A text, number or boolean as text; null for anything else. */
export function scalarText(value: JsonValue): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return isLongNumber(value) ? value.rawJSON : null;
}

/** Header bytes are written one per character, so text beyond ASCII is given as the bytes of its UTF-8. */
function wireText(text: string): string {
  return /^[\t\x20-\x7e]*$/.test(text) ? text : Buffer.from(text).toString('latin1');
}

/** The reverse: UTF-8 where the bytes are UTF-8, else one character a byte. */
function shownText(text: string): string {
  if (/^[\t\x20-\x7e]*$/.test(text)) return text;
  const decoded = Buffer.from(text, 'latin1').toString();
  return decoded.includes('\ufffd') ? text : decoded;
}

/** `content-type` → `Content-Type` (decisions.md 7), as Go's `CanonicalMIMEHeaderKey` does. */
export function canonicalName(name: string): string {
  return TOKEN.test(name) ? name.toLowerCase().replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase()) : name;
}

/** A header of an answer as one text, repeated values joined; undefined when it is not there. */
export function headerOf(headers: AnswerHeaders, name: string): string | undefined {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (value === undefined) return undefined;
  return shownText(typeof value === 'string' ? value : value.join(', '));
}

/** The whole header for a flow, without the names in `omit`. */
export function shownHeaders(headers: AnswerHeaders, omit: readonly string[] = []): JsonObject {
  const shown: Record<string, JsonValue> = {};
  for (const name of Object.keys(headers)) {
    const value = headerOf(headers, name);
    if (value !== undefined && !omit.includes(name)) setMember(shown, canonicalName(name), value);
  }
  return shown;
}
