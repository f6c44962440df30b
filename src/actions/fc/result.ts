/** What an invocation came to, in the terms of a task (decisions.md 3.8). */
import type { JsonObject } from '../../base/json.ts';
import type { TaskResult } from '../action.ts';
import { bodyMembers, textOf, untypedValue } from '../answer-body.ts';
import { beginning } from '../../base/text.ts';
import { failed, succeeded } from '../results.ts';

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

/** What an invocation is answered with that is accepted and not waited for. */
export function acceptance(requestId: string): JsonObject {
  return { StatusCode: 202, Headers: {}, RequestId: requestId, Body: '' };
}

/** `{StatusCode, Headers, RequestId, Body}`. */
export function functionAnswer(status: number, headers: JsonObject, requestId: string, body: Buffer): TaskResult {
  return succeeded({ StatusCode: status, Headers: headers, RequestId: requestId, Body: untypedValue(body) });
}

/** The error of a body `{errorMessage, errorType, stackTrace}`: its own type name, else `FC.FunctionError`. */
export function functionError(body: Buffer, otherwise: string): TaskResult {
  const members = bodyMembers(body);
  const message = textOf(members, 'errorMessage') ?? beginning(body.toString('utf8', 0, 4096));
  return failed(textOf(members, 'errorType') ?? 'FC.FunctionError', message === '' ? otherwise : message);
}
