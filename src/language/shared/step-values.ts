/** Values that a classic step computes from others, when it is compiled and when it runs. */
import type { JsonValue } from '../../base/json.ts';
import { parseJsonObject } from '../../base/json.ts';

/** The object in a JSON text. Any other value is passed unchanged, and the action refuses it by name. */
export function objectOfText(value: JsonValue): JsonValue {
  return typeof value === 'string' ? (parseJsonObject(value) ?? value) : value;
}

/** The ARN of a flow by its name. A value that is no text is passed unchanged, and the action refuses it by name. */
export function flowArnOf(value: JsonValue): JsonValue {
  return typeof value === 'string' ? `acs:fnf:::flow/${value}` : value;
}
