/**
 * The subset of XML that Message Service and Object Storage use: flat elements that hold text. A reader finds an element by
 * its first tag, which is enough because the answers of these services never nest elements of the same name.
 */
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };
const ILLEGAL = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** False for a text with a character that XML 1.0 cannot hold, not even escaped. */
export function isXmlText(text: string): boolean {
  return !ILLEGAL.test(text);
}

/** `<name>text</name>`. `name` must be an XML name, and {@link isXmlText} must hold for `text`. */
export function xmlElement(name: string, text: string): string {
  return `<${name}>${text.replace(/[&<>\r]/g, (character) => ESCAPES[character] ?? character)}</${name}>`;
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The text of the first element of that name; null when there is no such element or it has no end tag. */
export function xmlTextOf(xml: string, name: string): string | null {
  const begins = new RegExp(`<${name}(?:\\s[^<>]*)?>`).exec(xml);
  if (begins === null) return null;
  const start = begins.index + begins[0].length;
  const end = xml.indexOf(`</${name}>`, start);
  if (end < 0) return null;
  const content = xml.slice(start, end);
  if (content.startsWith('<![CDATA[') && content.endsWith(']]>')) return content.slice(9, -3);
  return content.replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w{2,4}));/gi, (whole, hex, decimal, named) => {
    if (named !== undefined) return NAMED[named] ?? whole;
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point).toWellFormed() : whole;
  });
}
