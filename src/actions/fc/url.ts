/**
 * A function behind a URL, called as Function Compute calls a custom runtime: `POST`, the event as body, common
 * headers `x-fc-*`. The reply's `x-fc-status` says whether the function failed; without it the HTTP status does.
 */
import type { TaskResult } from '../action.ts';
import { functionAnswer, functionError } from './result.ts';
import type { Invocation } from './result.ts';
import { headerOf, shownHeaders } from '../../outbound/header-fields.ts';
import { shownUrl } from '../../outbound/shown-url.ts';
import { failed } from '../results.ts';
import type { Transport } from '../../outbound/transport.ts';

/** Calls the function at `target`, a URL of the settings. */
export async function invokeUrl(
  transport: Transport,
  target: string,
  invocation: Invocation,
  maxBodyBytes: number,
  signal: AbortSignal,
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
  const outcome = await transport.exchange(
    { url, method: 'POST', headers, body: invocation.event, maxBodyBytes, trusted: true, repeatable: false },
    signal,
  );
  const where = `function ${invocation.mapped} at ${shownUrl(url)}`;
  if (outcome.kind === 'failure') {
    return failed(outcome.reason === 'too-large' ? 'FC.ResponseTooLarge' : 'FC.Unknown', `${where}: ${outcome.detail}`);
  }
  const status = Number(headerOf(outcome.headers, 'x-fc-status') ?? outcome.status);
  if (!(status < 300)) return functionError(outcome.body, `${where} answered ${status}`);
  return functionAnswer(outcome.status, shownHeaders(outcome.headers), invocation.requestId, outcome.body);
}
