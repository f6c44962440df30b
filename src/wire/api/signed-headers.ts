/**
 * Headers as ACS3 signs them (rules.md 3.3): names in lower case, values trimmed, and the values of one name sorted and joined
 * with a comma.
 */
import { invalidArgument } from '../../api/error.ts';

/** Headers that have one value, beside `x-acs-*`. */
const ONCE: ReadonlySet<string> = new Set(['authorization', 'host', 'content-type', 'content-md5', 'date']);

/** Makes the canonical map from names and values in turn, as in Node's `rawHeaders`. */
export function canonicalHeaders(rawHeaders: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  const repeated = new Map<string, string[]>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    const value = (rawHeaders[i + 1] as string).trim();
    const before = headers.get(name);
    if (before === undefined) {
      headers.set(name, value);
      continue;
    }
    // Two actions or dates would be ambiguous, and their order is not signed.
    if (ONCE.has(name) || name.startsWith('x-acs-')) {
      throw invalidArgument(`The header '${name}' is given twice.`);
    }
    const values = repeated.get(name) ?? [before];
    values.push(value);
    repeated.set(name, values);
  }
  for (const [name, values] of repeated) headers.set(name, values.sort().join(','));
  return headers;
}
