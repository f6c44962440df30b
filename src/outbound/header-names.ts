/** Names of HTTP headers: which texts are names, and the form in which a flow sees them. */

/** The token of RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

export function isHeaderName(text: string): boolean {
  return TOKEN.test(text);
}

/** `content-type` → `Content-Type` (rules.md 11.5), as Go's `CanonicalMIMEHeaderKey` does. */
export function canonicalHeaderName(name: string): string {
  return isHeaderName(name) ? name.toLowerCase().replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase()) : name;
}
