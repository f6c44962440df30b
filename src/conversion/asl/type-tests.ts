/** Conditions on the type of a value, and texts that a comparison could take for a value of another type. */
import type { Term } from '../terms.ts';
import { call, compare, list, literal, NULL } from '../terms.ts';

export type ValueKind = 'text' | 'number' | 'boolean' | 'null' | 'array' | 'object' | 'time' | 'utc';

const DAY =
  '(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))';
/** Years that the 29th of February can have. */
const LEAP_DAY = '(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29';
const CLOCK = '(?:[01]\\d|2[0-3]):[0-5]\\d:(?:[0-5]\\d|60)(?:\\.\\d+)?';
const OFFSET = '[-+](?:[01]\\d|2[0-3]):[0-5]\\d';
const LOCAL_TIME = `(?:\\d{4}-${DAY}|${LEAP_DAY})T${CLOCK}`;

/** The beginning of the value's JSON text depends on its type. */
const PATTERNS: Readonly<Record<Exclude<ValueKind, 'boolean' | 'null'>, string>> = {
  text: '^"',
  number: '^[-0-9]',
  array: '^\\[',
  object: '^\\{',
  time: `^"${LOCAL_TIME}(?:Z|${OFFSET})"$`,
  utc: `^"${LOCAL_TIME}Z"$`,
};

/** The condition that the value has this type. `utc` is a time with the offset `Z`. */
export function hasType(kind: ValueKind, subject: Term): Term {
  if (kind === 'null') return compare(subject, '==', NULL);
  if (kind === 'boolean') return call('arrayContains', list([literal(true), literal(false)]), subject);
  return call('regexMatchString', call('jsonToString', subject), literal(PATTERNS[kind]));
}

const TIME = new RegExp(`^${LOCAL_TIME}(?:Z|${OFFSET})$`);

/** True for a time as both specifications write it: RFC 3339 with an upper-case `T` and `Z`. */
export function isTime(text: string): boolean {
  return TIME.test(text);
}

/** False for a text that a comparison may read as a number or as a boolean. */
export function isUnmistakable(text: string): boolean {
  return /^[^-+.\d\s]/.test(text) && !/^(?:true|false|null|nan|inf|infinity|yes|no|on|off)$/i.test(text);
}

/** False for a text that an order may read as a number. */
export function isOrderedAsText(text: string): boolean {
  return /^[^-+.\d\s]/.test(text);
}
