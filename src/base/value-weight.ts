/**
 * How much memory a JSON value takes: an estimate that is at least what V8 allocates for the value alone, so that a limit on
 * the sum of estimates limits the memory. It reads no characters and allocates nothing.
 */
import type { JsonObject, JsonValue } from './json.ts';

export const TEXT_BYTES = 32;
export const TEXT_UNIT_BYTES = 2;
export const NUMBER_BYTES = 24;
export const CONTAINER_BYTES = 64;
export const ITEM_BYTES = 16;
/** A slot, and a share of the object's hidden class. */
export const MEMBER_BYTES = 64;

/** Stops as soon as the sum is above `limit`, and then returns a number above it: the cost is bounded for shared values too. */
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
