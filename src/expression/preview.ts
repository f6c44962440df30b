/** Values in messages: JSON, cut to a readable length. Reads only the part of a value that is shown. */
import { beginning } from '../base/text.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import { isJsonArray, isLongNumber } from '../base/json.ts';

const MAX_SHOWN = 100;

/** Returns the value's JSON text, cut after about 100 characters. */
export function preview(value: JsonValue): string {
  const parts: string[] = [];
  write(value, parts, MAX_SHOWN, 0);
  return beginning(parts.join(''), MAX_SHOWN);
}

/** Appends the text of `value`, and returns the rest of `room`; below zero, the text is cut. */
function write(value: JsonValue, parts: string[], room: number, depth: number): number {
  if (typeof value === 'string') return put(JSON.stringify(beginning(value, MAX_SHOWN)), parts, room);
  if (value === null || typeof value !== 'object') return put(String(value), parts, room);
  if (isLongNumber(value)) return put(beginning(value.rawJSON, MAX_SHOWN), parts, room);
  if (depth > MAX_SHOWN) return -1;
  if (isJsonArray(value)) {
    let left = put('[', parts, room);
    for (let i = 0; i < value.length && left >= 0; i++) {
      if (i > 0) left = put(',', parts, left);
      left = write(value[i] as JsonValue, parts, left, depth + 1);
    }
    return put(']', parts, left);
  }
  return writeObject(value, parts, room, depth);
}

function writeObject(value: JsonObject, parts: string[], room: number, depth: number): number {
  let left = put('{', parts, room);
  let first = true;
  for (const key in value) {
    if (left < 0) break;
    left = put(`${first ? '' : ','}${JSON.stringify(beginning(key, MAX_SHOWN))}:`, parts, left);
    left = write(value[key] as JsonValue, parts, left, depth + 1);
    first = false;
  }
  return put('}', parts, left);
}

function put(text: string, parts: string[], room: number): number {
  if (room >= 0) parts.push(text);
  return room - text.length;
}
