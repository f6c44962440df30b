/** Values that the server masks before they reach the browser: task tokens and Authorization headers. */
import type { JsonValue } from './json.ts';

/** The marks of `src/console/protocol.ts`, which may be a part of a text. */
const MASK = /•••(?:task token|authorization)•••/;

export function isMasked(value: JsonValue): boolean {
  return typeof value === 'string' && MASK.test(value);
}
