/**
 * A function behind a URL, called as Function Compute calls a custom runtime: a `POST` with the event as body and common
 * headers `x-fc-*`. The header `x-fc-status` of the answer says whether the function failed; without it the HTTP status does.
 */
import type { Scheduler } from '../../base/scheduler.ts';
import { headerOf, shownHeaders } from '../../outbound/answer-headers.ts';
import { shownUrl } from '../../outbound/shown-url.ts';
import { withDeadline } from '../../outbound/deadline.ts';
import type { Transport } from '../../outbound/transport.ts';
import type { TaskResult } from '../action.ts';
import { noAnswerWithin } from '../no-answer.ts';
import type { Invocation } from './invocation.ts';
import { functionAnswer, functionError, noFunctionAnswer } from './result.ts';

export interface UrlOptions {
  readonly transport: Transport;
  readonly scheduler: Scheduler;
  /** From the connection to the last byte. */
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
}

/**
 * Calls the function at `target`, a URL of the settings. A function that never ends, or that sends interim answers for ever,
 * would otherwise hold its connection as long as the task, which may have no timeout.
 */
export async function invokeUrl(
  { transport, scheduler, timeoutMs, maxBodyBytes }: UrlOptions,
  target: string,
  invocation: Invocation,
  outer: AbortSignal,
): Promise<TaskResult> {
  const url = new URL(target);
  const headers = new Map([
    ['content-type', 'application/octet-stream'],
    ['x-fc-request-id', invocation.requestId],
    ['x-fc-control-path', '/invoke'],
    ['x-fc-function-name', invocation.name],
    ['x-fc-qualifier', invocation.qualifier ?? 'LATEST'],
    ['x-fc-region', invocation.region],
    ['x-fc-account-id', invocation.account],
    ['idempotency-key', invocation.idempotencyKey],
    ['accept-encoding', 'identity'],
    ['user-agent', 'Millrace'],
  ]);
  if (invocation.service !== null) headers.set('x-fc-service-name', invocation.service);
  const outgoing = {
    url,
    method: 'POST',
    headers,
    body: invocation.event,
    maxBodyBytes,
    trusted: true,
    repeatable: false,
  };
  const { value: outcome, timedOut } = await withDeadline(scheduler, outer, timeoutMs, (signal) =>
    transport.exchange(outgoing, signal),
  );
  const where = `function ${invocation.mapped} at ${shownUrl(url)}`;
  if (outcome.kind === 'failure')
    return noFunctionAnswer(where, timedOut ? { ...outcome, detail: noAnswerWithin(timeoutMs) } : outcome);
  const status = Number(headerOf(outcome.headers, 'x-fc-status') ?? outcome.status);
  if (!(status < 300)) return functionError(outcome.body, `${where} answered ${status}`);
  return functionAnswer(outcome.status, shownHeaders(outcome.headers), invocation.requestId, outcome.body);
}
