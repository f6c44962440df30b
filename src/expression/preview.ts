/** Values in messages: JSON, cut to a readable length. Reads only the part of a value that is shown. */
import { beginning } from '../base/text.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import { isJsonArray, isLongNumber } from '../base/json.ts';

const MAX_SHOWN = 100;

/** Takes fuel for listing the members of an object. */
type Pay = (members: number) => void;

/**
 * Returns the value's JSON text, cut after about 100 characters. All keys of a map are listed even to show the first, for which
 * `pay` takes fuel; an error that ends the state pays nothing.
 */
export function preview(value: JsonValue, pay: Pay = free): string {
  const parts: string[] = [];
  write(value, parts, MAX_SHOWN, 0, pay);
  return beginning(parts.join(''), MAX_SHOWN);
}

/** Appends the text of `value`, and returns the rest of `room`; below zero, the text is cut. */
function write(value: JsonValue, parts: string[], room: number, depth: number, pay: Pay): number {
  if (typeof value === 'string') return put(JSON.stringify(beginning(value, MAX_SHOWN)), parts, room);
  if (value === null || typeof value !== 'object') return put(String(value), parts, room);
  if (isLongNumber(value)) return put(beginning(value.rawJSON, MAX_SHOWN), parts, room);
  if (depth > MAX_SHOWN) return -1;
  if (isJsonArray(value)) {
    let left = put('[', parts, room);
    for (let i = 0; i < value.length && left >= 0; i++) {
      if (i > 0) left = put(',', parts, left);
      left = write(value[i] as JsonValue, parts, left, depth + 1, pay);
    }
    return put(']', parts, left);
  }
  return writeObject(value, parts, room, depth, pay);
}

function writeObject(value: JsonObject, parts: string[], room: number, depth: number, pay: Pay): number {
  let left = put('{', parts, room);
  let first = true;
  const keys = Object.keys(value);
  pay(keys.length);
  for (const key of keys) {
    if (left < 0) break;
    left = put(`${first ? '' : ','}${JSON.stringify(beginning(key, MAX_SHOWN))}:`, parts, left);
    left = write(value[key] as JsonValue, parts, left, depth + 1, pay);
    first = false;
  }
  return put('}', parts, left);
}

function free(): void {}

function put(text: string, parts: string[], room: number): number {
  if (room >= 0) parts.push(text);
  return room - text.length;
}
