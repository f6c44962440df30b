/**
 * Calls Function Compute itself, for functions that the settings do not map. FC 3 is called by its OpenAPI (2023-03-30) with
 * an ACS3 signature. FC 2 (2016-08-15) has a signature of its own, `Authorization: FC id:signature` (help.aliyun.com, FC 2.0
 * developer reference, "Signature authentication").
 */
import { headerOf, shownHeaders } from '../../outbound/answer-headers.ts';
import type { Answer } from '../../outbound/transport.ts';
import type { CloudCredentials } from '../../config/settings.ts';
import { percentEncode } from '../../signatures/percent.ts';
import { signPlainHeader } from '../../signatures/plain-header.ts';
import type { TaskResult } from '../action.ts';
import { acs3Headers } from '../acs3-headers.ts';
import { bodyBeginning, bodyMembers, textOf } from '../answer-body.ts';
import type { CloudOptions } from '../cloud-call.ts';
import { failed } from '../results.ts';
import type { Invocation } from './invocation.ts';
import { functionAnswer, functionError, noFunctionAnswer } from './result.ts';

export interface FunctionComputeOptions extends Pick<CloudOptions, 'transport' | 'clock' | 'ids' | 'maxBodyBytes'> {
  readonly credentials: CloudCredentials;
  /** `https://host[:port]`; null: `https://{account}.{region}.fc.aliyuncs.com`. */
  readonly endpoint: string | null;
}

/** Invokes a function of Function Compute. A refusal is `FC.<code>`, a missing answer `FC.Unknown`. */
export async function invokeFunctionCompute(
  options: FunctionComputeOptions,
  invocation: Invocation,
  signal: AbortSignal,
): Promise<TaskResult> {
  const base = options.endpoint ?? `https://${invocation.account}.${invocation.region}.fc.aliyuncs.com`;
  const { url, headers } =
    invocation.service === null
      ? fc3Request(options, invocation, base)
      : fc2Request(options, invocation, invocation.service, base);
  const { event: body, mapped } = invocation;
  const { maxBodyBytes } = options;
  const outcome = await options.transport.exchange(
    { url, method: 'POST', headers, body, maxBodyBytes, trusted: true, repeatable: false },
    signal,
  );
  return outcome.kind === 'answer'
    ? answerResult(mapped, outcome)
    : noFunctionAnswer(`function ${mapped} at ${base}`, outcome);
}

interface SignedRequest {
  readonly url: URL;
  readonly headers: ReadonlyMap<string, string>;
}

function fc3Request(options: FunctionComputeOptions, invocation: Invocation, base: string): SignedRequest {
  const { name, qualifier, event } = invocation;
  const query = qualifier === null ? '' : `?qualifier=${percentEncode(qualifier)}`;
  const url = new URL(`/2023-03-30/functions/${percentEncode(name)}/invocations${query}`, base);
  const call = {
    url,
    action: 'InvokeFunction',
    version: '2023-03-30',
    headers: [
      ['content-type', 'application/octet-stream'],
      ['x-fc-invocation-type', invocationType(invocation)],
    ],
    body: event,
    nonce: options.ids.uuid(),
    nowMs: options.clock.nowMs(),
  } as const;
  return { url, headers: acs3Headers(call, options.credentials) };
}

function fc2Request(
  { clock, credentials }: FunctionComputeOptions,
  invocation: Invocation,
  service: string,
  base: string,
): SignedRequest {
  const { accessKeyId, accessKeySecret, securityToken } = credentials;
  const qualified = invocation.qualifier === null ? service : `${service}.${invocation.qualifier}`;
  const path = `/2016-08-15/services/${qualified}/functions/${invocation.name}/invocations`;
  const headers = new Map([
    ['accept', 'application/json'],
    ['content-type', 'application/octet-stream'],
    ['date', new Date(clock.nowMs()).toUTCString()],
    ['x-fc-account-id', invocation.account],
    ['x-fc-invocation-type', invocationType(invocation)],
    ['user-agent', 'Millrace'],
  ]);
  if (securityToken !== null) headers.set('x-fc-security-token', securityToken.reveal());
  const request = { method: 'POST', headers, prefix: 'x-fc-', resource: path };
  headers.set('authorization', `FC ${accessKeyId}:${signPlainHeader('sha256', request, accessKeySecret.reveal())}`);
  return { url: new URL(path, base), headers };
}

function invocationType({ isAsync }: Invocation): 'Async' | 'Sync' {
  return isAsync ? 'Async' : 'Sync';
}

function answerResult(mapped: string, { status, headers, body }: Answer): TaskResult {
  const requestId = headerOf(headers, 'x-fc-request-id') ?? headerOf(headers, 'x-acs-request-id') ?? '';
  if (status < 300 && !Object.hasOwn(headers, 'x-fc-error-type')) {
    return functionAnswer(status, shownHeaders(headers), requestId, body);
  }
  const where = `function ${mapped} (request ${requestId})`;
  const members = bodyMembers(body);
  // The error of a function usually comes with status 200. A refusal by the service has a code and no type.
  if (status < 300 || textOf(members, 'errorType') !== null) return functionError(body, `${where} failed`);
  const code = textOf(members, 'Code', 'code', 'ErrorCode', 'errorCode') ?? 'Unknown';
  const message = textOf(members, 'Message', 'message', 'ErrorMessage', 'errorMessage') ?? bodyBeginning(body);
  return failed(`FC.${code}`, `${where} was refused with status ${status}: ${message}`);
}
