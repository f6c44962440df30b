/** Parameters as RPC-style OpenAPI writes them (wire.md 4.2): lists as `A.1`, mappings as `A.K`, all as texts. Pure. */
import { isJsonArray, isJsonObject } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { scalarText } from '../../outbound/header-fields.ts';

/** One text for each leaf; a member that is null is left out. */
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
