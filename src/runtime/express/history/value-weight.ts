/**
 * How much memory a JSON value takes: an estimate that is not below what the engine allocates for the value alone, so that
 * what is bounded by it stays within its bound. It looks at no character of a text and makes nothing.
 */
import type { JsonObject, JsonValue } from '../../../base/json.ts';

const TEXT_BYTES = 32;
const TEXT_UNIT_BYTES = 2;
const NUMBER_BYTES = 24;
const CONTAINER_BYTES = 64;
const ITEM_BYTES = 16;
/** A slot, and a share of the description of the object's form. */
const MEMBER_BYTES = 64;

/** Stops and returns a number above `limit` as soon as it is passed, so that a graph which unfolds costs no more than it. */
export function weighValue(value: JsonValue, limit: number): number {
  return weigh(value, 0, limit);
}

export function weighText(text: string): number {
  return TEXT_BYTES + text.length * TEXT_UNIT_BYTES;
}

/** Recursion is bounded: no value is nested deeper than `MAX_DEPTH` of base/json.ts. */
function weigh(value: JsonValue, sum: number, limit: number): number {
  if (typeof value === 'string') return sum + weighText(value);
  if (typeof value !== 'object' || value === null) return sum + NUMBER_BYTES;
  let total = sum + CONTAINER_BYTES;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && total <= limit; i++) total = weigh(value[i], total + ITEM_BYTES, limit);
    return total;
  }
  for (const key in value) {
    total = weigh((value as JsonObject)[key] as JsonValue, total + MEMBER_BYTES + key.length * TEXT_UNIT_BYTES, limit);
    if (total > limit) return total;
  }
  return total;
}
