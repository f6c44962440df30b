/** Values that the server masks before they reach the browser: task tokens and Authorization headers. */
import type { JsonValue } from './json.ts';

/** A text of nothing but these replaces a secret in what the server sends. */
const MASK = /^•+$/;

export function isMasked(value: JsonValue): boolean {
  return typeof value === 'string' && MASK.test(value);
}
