/**
 * Texts for the database. Its `text` cannot hold U+0000, which a definition, an input or a name may contain. The stored form has
 * U+0001 U+0001 in place of it, and U+0001 U+0002 in place of U+0001, so that stored texts have the same byte order and the same
 * prefixes as the originals. Nearly all texts are stored as they are.
 */

/** The form of a text that the database stores. */
export function stored(text: string): string {
  if (!text.includes('\0') && !text.includes('\u0001')) return text;
  return text.replaceAll('\u0001', '\u0001\u0002').replaceAll('\0', '\u0001\u0001');
}

/** The text of a stored form. */
export function original(text: string): string {
  return text.includes('\u0001')
    ? text.replace(/\u0001(.)/gsu, (_, which: string) => (which === '\u0001' ? '\0' : '\u0001'))
    : text;
}
