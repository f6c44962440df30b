/** The order of names in every store: that of their UTF-8 bytes, which is SQLite's BINARY collation. */
import { firstNotBefore } from './sorted.ts';

/** Differs from the order of JavaScript strings beyond U+FFFF. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Index of the first of the sorted names that is not before `name`. */
export function firstAtOrAfter(names: readonly string[], name: string): number {
  return firstNotBefore(names, (each) => compareBytes(each, name) < 0);
}
