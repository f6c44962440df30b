/** Warns of keys that nothing reads: those of other types of state, and those of other languages. */
import type { FieldReader } from './field-reader.ts';

/**
 * Warns of keys that have an effect on other types of state only, with the message of `noEffect`, and of keys that no type has,
 * with the advice of `foreign` or the nearest key of the type.
 */
export function closeState(
  fields: FieldReader,
  known: ReadonlySet<string>,
  ofAnyType: ReadonlySet<string>,
  noEffect: (key: string) => string,
  foreign: (key: string, known: ReadonlySet<string>) => string | null,
): void {
  for (const key of fields.node.entries.keys()) {
    if (ofAnyType.has(key) && !known.has(key)) fields.faultAt('key-without-effect', key, noEffect(key));
  }
  fields.close(ofAnyType, (key) => foreign(key, known), known);
}

/** The entry of `words` for a key of another language; null when there is none, or the key is one of ours in another case. */
export function foreignEntry(
  words: Readonly<Record<string, string>>,
  key: string,
  known: ReadonlySet<string>,
): string | null {
  const folded = key.replace(/\.\$$/, '').toLowerCase();
  for (const name of known) if (name.toLowerCase() === folded) return null;
  return Object.hasOwn(words, folded) ? (words[folded] ?? null) : null;
}
