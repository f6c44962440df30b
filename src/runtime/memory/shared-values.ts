/**
 * The memory of the JSON values that one execution holds. Values are shared by reference: thousands of items may hold one order.
 * A large array or object therefore counts once, however many hold it and wherever it lies inside their values. Small ones
 * count for each holder, which is cheaper than remembering them.
 *
 * The weights are those of `base/value-weight.ts`, except for long texts: V8 stores a unit of them in one byte when all are ASCII.
 */
import type { JsonArray, JsonObject, JsonValue } from '../../base/json.ts';
import {
  CONTAINER_BYTES,
  ITEM_BYTES,
  MEMBER_BYTES,
  NUMBER_BYTES,
  TEXT_BYTES,
  TEXT_UNIT_BYTES,
} from '../../base/value-weight.ts';

/** Arrays and objects above this weight count once. */
const LARGE_BYTES = 2048;
/** Of the record of one of them. */
const LARGE_RECORD_BYTES = 256;
/** Shorter texts are not looked at. */
const LONG_UNITS = 256;

/** The values of one holder. */
export interface Held {
  /** Of their small parts. */
  bytes: number;
  /** Their large parts. */
  readonly large: object[];
}

interface Large {
  readonly bytes: number;
  /** Large parts directly inside it. */
  readonly inner: readonly object[];
  holders: number;
}

export class SharedValues {
  /** Of all values that are held. */
  bytes = 0;
  readonly #large = new Map<object, Large>();

  /** Adds a value to a holder. The holder must be given back with {@link release}. */
  hold(value: JsonValue, held: Held): void {
    const bytes = this.#weigh(value, held.large);
    held.bytes += bytes;
    this.bytes += bytes;
  }

  /** Gives back all values of a holder, which then holds nothing. */
  release(held: Held): void {
    this.bytes -= held.bytes;
    held.bytes = 0;
    for (const part of held.large.splice(0)) this.#drop(part);
  }

  /** The weight of a value without its large parts, which are added to `found`. No value is nested deeper than `MAX_DEPTH`. */
  #weigh(value: JsonValue, found: object[]): number {
    if (typeof value === 'string') return textBytes(value);
    if (typeof value !== 'object' || value === null) return NUMBER_BYTES;
    const known = this.#large.size === 0 ? undefined : this.#large.get(value);
    if (known !== undefined) {
      known.holders++;
      found.push(value);
      return 0;
    }
    const before = found.length;
    const bytes = Array.isArray(value)
      ? this.#weighItems(value, found)
      : this.#weighMembers(value as JsonObject, found);
    if (bytes <= LARGE_BYTES) return bytes;
    this.#large.set(value, { bytes: bytes + LARGE_RECORD_BYTES, inner: found.splice(before), holders: 1 });
    this.bytes += bytes + LARGE_RECORD_BYTES;
    found.push(value);
    return 0;
  }

  #weighItems(items: JsonArray, found: object[]): number {
    let bytes = CONTAINER_BYTES + items.length * ITEM_BYTES;
    for (let i = 0; i < items.length; i++) bytes += this.#weigh(items[i] as JsonValue, found);
    return bytes;
  }

  #weighMembers(object: JsonObject, found: object[]): number {
    let bytes = CONTAINER_BYTES;
    for (const key in object) {
      bytes += MEMBER_BYTES + key.length * TEXT_UNIT_BYTES + this.#weigh(object[key] as JsonValue, found);
    }
    return bytes;
  }

  #drop(part: object): void {
    const large = this.#large.get(part);
    if (large === undefined) return;
    large.holders--;
    if (large.holders > 0) return;
    this.#large.delete(part);
    this.bytes -= large.bytes;
    for (const inner of large.inner) this.#drop(inner);
  }
}

/** Bytes that a text takes. */
export function textBytes(text: string): number {
  const { length } = text;
  const isAscii = length >= LONG_UNITS && Buffer.byteLength(text) === length;
  return TEXT_BYTES + (isAscii ? length : length * TEXT_UNIT_BYTES);
}

export function nothingHeld(): Held {
  return { bytes: 0, large: [] };
}
