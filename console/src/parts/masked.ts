/** Values that the server masks before they reach the browser: task tokens and Authorization headers. */
import { MASKED_HEADER, MASKED_TOKEN } from '../../../src/console/protocol.ts';
import type { JsonValue } from './json.ts';

/** Whether a value of a JSON text has a mask in it. */
export function isMasked(value: JsonValue): boolean {
  return typeof value === 'string' && hasMask(value);
}

/** Whether any text has a mask in it. */
export function hasMask(text: string): boolean {
  return text.includes(MASKED_TOKEN) || text.includes(MASKED_HEADER);
}
