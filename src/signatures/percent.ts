/**
 * The one percent-encoding that every signature of the service uses (wire.md 5): UTF-8, unreserved letters, digits
 * and `-_.~` bare, every other byte as `%XX` in upper case.
 */
const LEFT_BARE_BY_URI = /[!'()*]/g;

/** Encodes a text; half of a surrogate pair becomes U+FFFD, since UTF-8 has no bytes for it. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text.isWellFormed() ? text : text.toWellFormed()).replace(
    LEFT_BARE_BY_URI,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `name=value` joined by `&`, sorted by name: the canonical query of wire.md 5. */
export function canonicalQuery(parameters: ReadonlyMap<string, string>): string {
  return [...parameters.keys()]
    .sort()
    .map((name) => `${percentEncode(name)}=${percentEncode(parameters.get(name) ?? '')}`)
    .join('&');
}
