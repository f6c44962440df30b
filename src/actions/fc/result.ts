/** The result of an invocation as the result of a task (rules.md 11.9). */
import type { JsonObject } from '../../base/json.ts';
import { beginning } from '../../base/text.ts';
import type { Failure } from '../../outbound/transport.ts';
import type { TaskResult } from '../action.ts';
import { bodyMembers, textOf, untypedValue } from '../answer-body.ts';
import { failed, succeeded } from '../results.ts';

/** The output of an asynchronous invocation, which is accepted before the function has run. */
export function acceptance(requestId: string): JsonObject {
  return { StatusCode: 202, Headers: {}, RequestId: requestId, Body: '' };
}

/** The result of a function that answered: `{StatusCode, Headers, RequestId, Body}`. */
export function functionAnswer(status: number, headers: JsonObject, requestId: string, body: Buffer): TaskResult {
  return succeeded({ StatusCode: status, Headers: headers, RequestId: requestId, Body: untypedValue(body) });
}

/**
 * The result of a function that failed, from a body `{errorMessage, errorType, stackTrace}`: the error is `errorType`, or
 * `FC.FunctionError` without one. An empty body has the cause `otherwise`.
 */
export function functionError(body: Buffer, otherwise: string): TaskResult {
  const members = bodyMembers(body);
  const message = textOf(members, 'errorMessage') ?? beginning(body.toString('utf8', 0, 4096));
  return failed(textOf(members, 'errorType') ?? 'FC.FunctionError', message === '' ? otherwise : message);
}

/** The result of a call that got no answer. The cause begins with `where`: the function and its address. */
export function noFunctionAnswer(where: string, { reason, detail }: Failure): TaskResult {
  if (reason === 'memory') return failed('FnF.DataLimitExceeded', `${where}: ${detail}`);
  return failed(reason === 'too-large' ? 'FC.ResponseTooLarge' : 'FC.Unknown', `${where}: ${detail}`);
}
