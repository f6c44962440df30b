/** Parameters in the form of RPC-style OpenAPI (rules.md 2.4): lists as `A.1`, mappings as `A.Key`, all values as texts. Pure. */
import { isJsonArray, isJsonObject } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { scalarText } from '../parameters.ts';

/** One text for each leaf. Members that are null are left out. */
export function flattenParameters(parameters: JsonObject): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [name, value] of Object.entries(parameters)) flatten(flat, name, value);
  return flat;
}

function flatten(flat: Map<string, string>, name: string, value: JsonValue): void {
  if (isJsonArray(value)) value.forEach((item, i) => flatten(flat, `${name}.${i + 1}`, item));
  else if (isJsonObject(value)) for (const [key, item] of Object.entries(value)) flatten(flat, `${name}.${key}`, item);
  else if (value !== null) flat.set(name, scalarText(value) ?? '');
}
