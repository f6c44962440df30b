/** The order of names in every store: that of their UTF-8 bytes, which is that of SQLite's BINARY. */

/** Differs from the order of JavaScript's strings beyond U+FFFF. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Index of the first of the sorted names that is not before `name`. */
export function firstAtOrAfter(names: readonly string[], name: string): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareBytes(names[middle] as string, name) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
