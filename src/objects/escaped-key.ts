/** Keys that a service has escaped as in a URL: in listings, so that XML can hold them, and in the CSV files of inventories. */

/** The key as it is. Services write a space as `+` or `%20`, and a plus sign as `%2B`. A text that is not escaped is returned unchanged. */
export function unescapedKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}
