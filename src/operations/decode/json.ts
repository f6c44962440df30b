/** JSON texts as parameters: the input of an execution, and the output that a task's report brings. */
import { apiError, invalidArgument } from '../../api/error.ts';
import { isJsonObject, JsonFault, parseJson } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import type { Parameters } from '../operation.ts';

const NO_INPUT: JsonObject = Object.freeze({});

/**
 * The parameter `Input`: JSON text of an object; absent or empty means `{}` (decisions.md 4.4).
 * @throws {ApiError} `EntityTooLarge` above `maxBytes`, `InvalidArgument` for anything but an object.
 */
export function inputOf(parameters: Parameters, maxBytes: number): JsonObject {
  const text = parameters.get('Input');
  if (text === undefined || text === '') return NO_INPUT;
  const value = jsonOf(text, 'Input', maxBytes);
  if (!isJsonObject(value)) throw invalidArgument(`Input is not a JSON object but ${kindOf(value)}.`);
  return value;
}

/**
 * The value of a parameter's JSON text.
 * @throws {ApiError} `EntityTooLarge` above `maxBytes` of UTF-8, `InvalidArgument` for a text that is no JSON.
 */
export function jsonOf(text: string, parameter: string, maxBytes: number): JsonValue {
  // Three bytes is the most that a UTF-16 unit becomes, so a short text needs no count.
  if (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes)
    throw apiError('EntityTooLarge', String(maxBytes));
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonFault)
      throw invalidArgument(`${parameter} is not JSON that can be read: ${error.message}.`);
    throw error;
  }
}

function kindOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' || typeof value === 'number' ? 'a number' : `a ${typeof value}`;
}
