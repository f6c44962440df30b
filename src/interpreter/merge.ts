/** Joins two JSON objects. */
import { setMember } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';

/** An object with the members of both; where both have one, that of `changes`. */
export function merge(object: JsonObject, changes: JsonObject): JsonObject {
  const merged: Record<string, JsonValue> = {};
  for (const key of Object.keys(object)) setMember(merged, key, object[key] as JsonValue);
  for (const key of Object.keys(changes)) setMember(merged, key, changes[key] as JsonValue);
  return merged;
}
