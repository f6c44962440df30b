/** JSON texts as parameters: the input of an execution, and the output that a task's report brings. */
import { apiError, invalidArgument } from '../../api/error.ts';
import { isJsonObject, JsonFault, MAX_DEPTH, parseJson } from '../../base/json.ts';
import type { JsonValue } from '../../base/json.ts';
import type { JsonInput } from '../contract-types.ts';

/** The limits of parameters that settings change: JSON texts in UTF-8 bytes, other texts in code points. */
export interface DecodeLimits {
  /** `Error` of a stop or a report: the setting `limits.error`. */
  readonly errorCharacters: number;
  /** `Cause` of a stop or a report: the setting `limits.cause`. */
  readonly causeCharacters: number;
  /** `Input`: the setting `limits.input`. */
  readonly inputBytes: number;
  /** `Output`: the setting `limits.stateData`. */
  readonly stateDataBytes: number;
}

/** An absent or empty Input means `{}` (rules.md 12.2). */
export const NO_INPUT: JsonInput = Object.freeze({ text: '', value: Object.freeze({}) });

/**
 * The JSON object of a parameter.
 * @throws {ApiError} `EntityTooLarge` above `maxBytes` of UTF-8, `InvalidArgument` for a text that is not a JSON object.
 */
export function jsonObjectOf(text: string, parameter: string, maxBytes: number): JsonInput {
  const value = jsonOf(text, parameter, maxBytes);
  if (!isJsonObject(value)) throw invalidArgument(`${parameter} is not a JSON object but ${kindOf(value)}.`);
  return { text, value };
}

/**
 * The JSON value of a parameter.
 * @throws {ApiError} `EntityTooLarge` above `maxBytes` of UTF-8, `InvalidArgument` for a text that is not JSON.
 */
export function jsonOf(text: string, parameter: string, maxBytes: number): JsonValue {
  // A UTF-16 unit is at most three bytes of UTF-8, so a short text needs no count.
  if (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes) {
    throw apiError('EntityTooLarge', String(maxBytes));
  }
  try {
    return parseJson(text, MAX_DEPTH, 'refuse');
  } catch (error) {
    if (error instanceof JsonFault) {
      throw invalidArgument(`${parameter} is not JSON that can be read: ${error.message}.`);
    }
    throw error;
  }
}

function kindOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' || typeof value === 'number' ? 'a number' : `a ${typeof value}`;
}
