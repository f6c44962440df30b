/** Reads values that several actions accept in their `Parameters`. Pure. */
import { isJsonObject, isLongNumber, memberOf, parseJsonObject } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';

/** A text, number or boolean as text; null for any other value. */
export function scalarText(value: JsonValue): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return isLongNumber(value) ? value.rawJSON : null;
}

/** An object, or the JSON text of an object. Absent, null and `""` mean `{}`. Null for any other value. */
export function inputOrText(given: JsonValue | undefined): JsonObject | null {
  if (given === undefined || given === null || given === '') return {};
  if (typeof given === 'string') return parseJsonObject(given);
  return isJsonObject(given) ? given : null;
}

/** A member by either of its names: integrations use lower camel case, the API of the same service begins with a capital. */
export function eitherOf(parameters: JsonObject, name: string, apiName: string): JsonValue | undefined {
  return memberOf(parameters, name) ?? memberOf(parameters, apiName);
}
