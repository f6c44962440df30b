/**
 * Replies as XML, for calls with `Format=XML` (rules.md 2.8). An object is a sequence of elements, a list one element for each
 * item under the list's name, `null` an empty element. The text has no XML declaration, because a slow answer begins with white
 * space, which may not precede one.
 */
import type { JsonValue } from '../../base/json.ts';
import { isJsonArray, isJsonObject, isLongNumber } from '../../base/json.ts';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };
/** Characters that XML 1.0 forbids, even escaped. */
const ILLEGAL = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const NAME = /^[A-Za-z_][\w.-]*$/;

/** `<name>…</name>`, or for a list one such element for each item. */
export function xmlElement(name: string, value: JsonValue | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'object' && value !== null && !isLongNumber(value) && isJsonArray(value)) {
    return value.map((item) => xmlElement(name, item)).join('');
  }
  const tag = xmlTag(name);
  return `<${tag}>${contentOf(value)}</${tag}>`;
}

/** The name of an element: the name itself, or one that XML allows. */
export function xmlTag(name: string): string {
  return NAME.test(name) ? name : `_${name.replace(/[^\w.-]/g, '_')}`;
}

function contentOf(value: JsonValue): string {
  if (value === null) return '';
  if (isLongNumber(value)) return value.rawJSON;
  if (isJsonObject(value))
    return Object.entries(value)
      .map(([name, member]) => xmlElement(name, member))
      .join('');
  return xmlText(String(value));
}

/** A text as the content of an element. */
export function xmlText(text: string): string {
  return text.replace(ILLEGAL, '\ufffd').replace(/[&<>\r]/g, (character) => ESCAPES[character] ?? character);
}
