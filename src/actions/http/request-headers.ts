/** The headers of a request of `HTTP:Request`. Pure. */
import type { JsonObject } from '../../base/json.ts';
import { isHeaderName } from '../../outbound/header-names.ts';
import { scalarText } from '../parameters.ts';

/** The header with the task token of a callback task (rules.md 11.3). */
export const TASK_TOKEN_HEADER = 'x-fnf-http-callback-task-token';

/** Tab, printable ASCII, and all characters beyond ASCII. */
const VALUE = /^[\t\x20-\x7e\x80-\u{10ffff}]*$/u;

/** Headers of the connection, which the HTTP client sets. They are ignored, so that a flow can copy the headers of a request. */
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

/** The parameter `headers` as lower-case names and encoded values, or a sentence that says which header is wrong. */
export function requestHeaders(given: JsonObject): Map<string, string> | string {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) {
    if (!isHeaderName(name)) return `headers: ${JSON.stringify(name)} is not a header name`;
    if (value === null || CONNECTION_HEADERS.has(name.toLowerCase())) continue;
    const text = scalarText(value);
    if (text === null) return `headers: the value of ${name} is not a text, a number or a boolean`;
    if (!VALUE.test(text)) return `headers: the value of ${name} has a line break or another control character`;
    headers.set(name.toLowerCase(), encodedValue(text));
  }
  return headers;
}

/** The HTTP client writes one byte for each character, so text beyond ASCII is passed as the bytes of its UTF-8. */
function encodedValue(text: string): string {
  return /^[\t\x20-\x7e]*$/.test(text) ? text : Buffer.from(text).toString('latin1');
}
