/**
 * The size of a page of any list (rules.md 4.5). It counts every text of the reply: a page of large entries ends early with a token,
 * and an entry that is larger than a page comes alone.
 */
import type { JsonValue } from '../base/json.ts';

/** UTF-16 units of one page, more or less one entry. */
export const PAGE_UNITS = 2 * 1024 * 1024;
/** For the punctuation and the small values around a text. */
const MEMBER_UNITS = 8;

type Entry = { readonly [member: string]: JsonValue | undefined };

/** How many of the entries make a page: all, or the first ones that reach {@link PAGE_UNITS}. */
export function pageLength(entries: readonly Entry[]): number {
  let units = 0;
  for (const [i, entry] of entries.entries()) {
    units += replyUnits(entry);
    if (units > PAGE_UNITS) return i + 1;
  }
  return entries.length;
}

/** The UTF-16 units of an entry's JSON, roughly: its texts and the names of its members. */
export function replyUnits(value: JsonValue | Entry | undefined): number {
  if (typeof value === 'string') return value.length + MEMBER_UNITS;
  if (typeof value !== 'object' || value === null) return MEMBER_UNITS;
  let units = MEMBER_UNITS;
  for (const key in value) units += key.length + replyUnits((value as Entry)[key]);
  return units;
}
