/** The headers of an answer, as texts that a flow can read. */
import { setMember } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import { canonicalHeaderName } from './header-names.ts';
import type { AnswerHeaders } from './transport.ts';

/** One header of an answer, repeated values joined with `, `; undefined when the answer does not have it. */
export function headerOf(headers: AnswerHeaders, name: string): string | undefined {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (value === undefined) return undefined;
  return decodedValue(typeof value === 'string' ? value : value.join(', '));
}

/** All headers of an answer by their canonical names, except those in `omit` (lower case). */
export function shownHeaders(headers: AnswerHeaders, omit: readonly string[] = []): JsonObject {
  const shown: Record<string, JsonValue> = {};
  for (const name of Object.keys(headers)) {
    const value = headerOf(headers, name);
    if (value !== undefined && !omit.includes(name)) setMember(shown, canonicalHeaderName(name), value);
  }
  return shown;
}

/** The HTTP client gives one character for each byte. Bytes that are valid UTF-8 are decoded, others stay as they are. */
function decodedValue(text: string): string {
  if (/^[\t\x20-\x7e]*$/.test(text)) return text;
  const decoded = Buffer.from(text, 'latin1').toString();
  return decoded.includes('\ufffd') ? text : decoded;
}
