/** Digits → a number of the language. A long number does not lose digits. */
import { parseJson } from '../base/json.ts';
import type { LongNumber } from '../base/json.ts';
import type { Term } from './terms.ts';
import { literal } from './terms.ts';

/** `digits` is a JSON number. */
export function numberLiteral(digits: string): Term {
  return literal(parseJson(digits) as number | LongNumber);
}
