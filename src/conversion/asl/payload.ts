/** Converts the event of a function. */
import { stringifyJson } from '../../base/json.ts';
import type { Term } from '../terms.ts';
import { call, literal } from '../terms.ts';

/** Functions whose result is never a text. */
const NO_TEXT = new Set(['jsonMerge', 'split', 'arrayUnique', 'arrayContains', 'length', 'intAdd', 'randomInt']);

/**
 * Returns the body for an event. The original sends JSON, but here a text is sent unchanged, and `null` as nothing, so a value
 * that may be one of them is sent as its JSON text.
 */
export function eventOf(value: Term): Term {
  switch (value.kind) {
    case 'object':
    case 'array':
      return value;
    case 'literal':
      return typeof value.value === 'string' || value.value === null ? literal(stringifyJson(value.value)) : value;
    case 'call':
      return NO_TEXT.has(value.name) ? value : call('jsonToString', value);
    default:
      return call('jsonToString', value);
  }
}
