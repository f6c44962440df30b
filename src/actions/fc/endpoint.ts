/**
 * The real Function Compute, for functions that nothing maps. FC 3 is called by its OpenAPI (2023-03-30) with an
 * ACS3 signature, FC 2 (2016-08-15) with the signature of its own.
 */
import type { Clock } from '../../base/clock.ts';
import type { Ids } from '../../base/ids.ts';
import type { CloudCredentials } from '../../config/settings.ts';
import { acs3BodyHash, signAcs3 } from '../../signatures/acs3.ts';
import { percentEncode } from '../../signatures/percent.ts';
import type { TaskResult } from '../action.ts';
import { bodyMembers, textOf } from '../answer-body.ts';
import { functionAnswer, functionError } from './result.ts';
import type { Invocation } from './result.ts';
import { signFc } from './signature.ts';
import { headerOf, shownHeaders } from '../../outbound/header-fields.ts';
import { beginning } from '../../base/text.ts';
import { failed } from '../results.ts';
import type { Answer, Transport } from '../../outbound/transport.ts';

export interface FcEndpointOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly credentials: CloudCredentials;
  /** `https://host[:port]`; null: `https://{account}.{region}.fc.aliyuncs.com`. */
  readonly endpoint: string | null;
  readonly maxBodyBytes: number;
}

/** Invokes a function of Function Compute. A refusal is `FC.<code>`, no answer `FC.Unknown`. */
export async function invokeEndpoint(
  options: FcEndpointOptions,
  invocation: Invocation,
  signal: AbortSignal,
): Promise<TaskResult> {
  const base = options.endpoint ?? `https://${invocation.account}.${invocation.region}.fc.aliyuncs.com`;
  const { path, query, headers } =
    invocation.service === null
      ? fc3Request(options, invocation, base)
      : fc2Request(options, invocation, invocation.service);
  const outcome = await options.transport.exchange(
    {
      url: new URL(path + query, base),
      method: 'POST',
      headers,
      body: invocation.event,
      maxBodyBytes: options.maxBodyBytes,
      trusted: true,
      repeatable: false,
    },
    signal,
  );
  if (outcome.kind === 'answer') return answerResult(invocation, outcome);
  const error = outcome.reason === 'too-large' ? 'FC.ResponseTooLarge' : 'FC.Unknown';
  return failed(error, `function ${invocation.mapped} at ${base}: ${outcome.detail}`);
}

interface Signed {
  readonly path: string;
  readonly query: string;
  readonly headers: ReadonlyMap<string, string>;
}

function fc3Request(options: FcEndpointOptions, invocation: Invocation, base: string): Signed {
  const { accessKeyId, accessKeySecret, securityToken } = options.credentials;
  const path = `/2023-03-30/functions/${percentEncode(invocation.name)}/invocations`;
  const { qualifier } = invocation;
  const bodyHash = acs3BodyHash('ACS3-HMAC-SHA256', invocation.event);
  const headers = new Map([
    ['host', new URL(base).host],
    ['accept', 'application/json'],
    ['content-type', 'application/octet-stream'],
    ['x-acs-action', 'InvokeFunction'],
    ['x-acs-version', '2023-03-30'],
    ['x-acs-date', new Date(options.clock.nowMs()).toISOString().replace(/\.\d+/, '')],
    ['x-acs-signature-nonce', options.ids.uuid()],
    ['x-acs-content-sha256', bodyHash],
    ['x-fc-invocation-type', invocation.isAsync ? 'Async' : 'Sync'],
    ['user-agent', 'Millrace'],
  ]);
  if (securityToken !== null) {
    headers.set('x-acs-accesskey-id', accessKeyId);
    headers.set('x-acs-security-token', securityToken.reveal());
  }
  const query = new Map(qualifier === null ? [] : [['qualifier', qualifier]]);
  const request = { method: 'POST', path, query, headers, bodyHash };
  headers.set('authorization', signAcs3(request, accessKeyId, accessKeySecret.reveal()));
  return { path, query: qualifier === null ? '' : `?qualifier=${percentEncode(qualifier)}`, headers };
}

function fc2Request(options: FcEndpointOptions, invocation: Invocation, service: string): Signed {
  const { accessKeyId, accessKeySecret, securityToken } = options.credentials;
  const qualified = invocation.qualifier === null ? service : `${service}.${invocation.qualifier}`;
  const path = `/2016-08-15/services/${qualified}/functions/${invocation.name}/invocations`;
  const headers = new Map([
    ['accept', 'application/json'],
    ['content-type', 'application/octet-stream'],
    ['date', new Date(options.clock.nowMs()).toUTCString()],
    ['x-fc-account-id', invocation.account],
    ['x-fc-invocation-type', invocation.isAsync ? 'Async' : 'Sync'],
    ['user-agent', 'Millrace'],
  ]);
  if (securityToken !== null) headers.set('x-fc-security-token', securityToken.reveal());
  headers.set('authorization', signFc('POST', path, headers, accessKeyId, accessKeySecret.reveal()));
  return { path, query: '', headers };
}

function answerResult(invocation: Invocation, answer: Answer): TaskResult {
  const requestId = headerOf(answer.headers, 'x-fc-request-id') ?? headerOf(answer.headers, 'x-acs-request-id') ?? '';
  const where = `function ${invocation.mapped} (request ${requestId})`;
  const members =
    answer.status >= 300 || Object.hasOwn(answer.headers, 'x-fc-error-type') ? bodyMembers(answer.body) : null;
  if (members === null) return functionAnswer(answer.status, shownHeaders(answer.headers), requestId, answer.body);
  // An error of the function comes with 200 as a rule; a refusal by the service has a code instead of a type.
  if (answer.status < 300 || textOf(members, 'errorType') !== null)
    return functionError(answer.body, `${where} failed`);
  const code = textOf(members, 'Code', 'code', 'ErrorCode', 'errorCode') ?? 'Unknown';
  const said =
    textOf(members, 'Message', 'message', 'ErrorMessage', 'errorMessage') ??
    beginning(answer.body.toString('utf8', 0, 1024));
  return failed(`FC.${code}`, `${where} was refused with status ${answer.status}: ${said}`);
}
