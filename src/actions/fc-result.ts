/** What an invocation came to, in the terms of a task (decisions.md 3.8). */
import { JsonFault, isJsonObject, memberOf, parseJson } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { TaskResult } from './action.ts';
import { functionValue } from './body.ts';
import { beginning, failed, succeeded } from './results.ts';

export interface Invocation {
  /** The name that the settings map. */
  readonly mapped: string;
  readonly name: string;
  readonly service: string | null;
  readonly qualifier: string | null;
  readonly region: string;
  readonly account: string;
  readonly event: Buffer;
  readonly isAsync: boolean;
  readonly requestId: string;
  /** As a header value. */
  readonly idempotencyKey: string;
}

/** `{StatusCode, Headers, RequestId, Body}`. */
export function functionAnswer(status: number, headers: JsonObject, requestId: string, body: Buffer): TaskResult {
  return succeeded({ StatusCode: status, Headers: headers, RequestId: requestId, Body: functionValue(body) });
}

/** The error of a body `{errorMessage, errorType, stackTrace}`: its own type name, else `FC.FunctionError`. */
export function functionError(body: Buffer, otherwise: string): TaskResult {
  const members = bodyMembers(body);
  const message = textOf(members, 'errorMessage') ?? beginning(body.toString('utf8', 0, 4096));
  return failed(textOf(members, 'errorType') ?? 'FC.FunctionError', message === '' ? otherwise : message);
}

/** The members of a body that is a JSON object; none for any other. */
export function bodyMembers(body: Buffer): JsonObject {
  let value: JsonValue;
  try {
    value = parseJson(body.toString());
  } catch (error) {
    if (error instanceof JsonFault) return {};
    throw error;
  }
  return isJsonObject(value) ? value : {};
}

/** The first of `names` that is a text with something in it. */
export function textOf(members: JsonObject, ...names: readonly string[]): string | null {
  for (const name of names) {
    const value = memberOf(members, name);
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}
