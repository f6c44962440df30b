/** What several actions read from `Parameters` in the same way. Pure. */
import { JsonFault, isJsonObject, memberOf, parseJson } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';

/** An object, or the JSON text of one as the API's own parameter is; absent, null and `""` mean `{}`. Null for anything else. */
export function inputOrText(given: JsonValue | undefined): JsonObject | null {
  if (given === undefined || given === null || given === '') return {};
  if (typeof given !== 'string') return isJsonObject(given) ? given : null;
  try {
    const value = parseJson(given);
    return isJsonObject(value) ? value : null;
  } catch (error) {
    if (error instanceof JsonFault) return null;
    throw error;
  }
}

/** Optimised integrations write names in lower camel case, the API's own begin with a capital: both are read. */
export function eitherOf(parameters: JsonObject, name: string, apiName: string): JsonValue | undefined {
  return memberOf(parameters, name) ?? memberOf(parameters, apiName);
}
