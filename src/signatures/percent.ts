/**
 * The percent-encoding of all signatures of the service (rules.md 3.1): UTF-8 in which letters, digits and `-_.~` are not
 * escaped, and every other byte is `%XX` in upper case.
 */

/** Characters that `encodeURIComponent` does not escape. */
const NOT_ESCAPED = /[!'()*]/g;

/** Encodes a text. Half of a surrogate pair becomes U+FFFD, because UTF-8 cannot represent it. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text.isWellFormed() ? text : text.toWellFormed()).replace(
    NOT_ESCAPED,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Returns the canonical query of rules.md 3.1: `name=value`, sorted by name and joined with `&`. */
export function canonicalQuery(parameters: ReadonlyMap<string, string>): string {
  return [...parameters.keys()]
    .sort()
    .map((name) => `${percentEncode(name)}=${percentEncode(parameters.get(name) ?? '')}`)
    .join('&');
}
