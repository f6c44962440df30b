/**
 * `OSS:GetObject`, `OSS:PutObject`, `OSS:CopyObject` and `OSS:DeleteObject` (rules.md 11.15; docs/tasks.md): single
 * objects of Object Storage Service, signed with `OSS4-HMAC-SHA256`. The vendor documents the parameters of GetObject only;
 * the others have the parameters of the service's own API, in lower camel case.
 */
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { beginning } from '../../base/text.ts';
import type { CloudCredentials } from '../../config/settings.ts';
import { headerOf } from '../../outbound/answer-headers.ts';
import { bucketUrl } from '../../outbound/bucket-url.ts';
import { decodeBody } from '../../outbound/content-encoding.ts';
import type { Answer } from '../../outbound/transport.ts';
import { xmlTextOf } from '../../outbound/xml.ts';
import { ossPath, ossQuery, signOss } from '../../signatures/oss.ts';
import type { Action, TaskResult } from '../action.ts';
import { bodyValue } from '../answer-body.ts';
import { callCloud } from '../cloud-call.ts';
import type { CloudOptions } from '../cloud-call.ts';
import { noAnswer } from '../no-answer.ts';
import { failed, succeeded } from '../results.ts';
import { objectRequest } from './parameters.ts';
import type { ObjectRequest, OssOperation } from './parameters.ts';

export interface OssOptions extends CloudOptions {
  /** `https://host[:port]`; null: `https://oss-{region}.aliyuncs.com`. */
  readonly endpoint: string | null;
}

/** The action `OSS:<operation>`. A refusal is `OSS.<Code>`. */
export function ossAction(options: OssOptions, operation: OssOperation): Action {
  return {
    async run(call, signal) {
      const request = objectRequest(operation, call.parameters);
      if (typeof request === 'string') return failed('OSS.InvalidArgument', request);
      const credentials = options.cloud.keyFor('OSS', call.action);
      if ('ok' in credentials) return credentials;
      const region = request.region === '' ? options.region : request.region;
      const url = objectUrl(options.endpoint ?? `https://oss-${region}.aliyuncs.com`, request);
      const headers = signedHeaders(options, credentials, request, region);
      const { method, body } = request;
      const outgoing = { url, method, headers, body };
      const answer = await callCloud(options, 'OSS', `${operation} at ${url.origin}`, outgoing, signal);
      if (!('kind' in answer)) return answer;
      if (answer.status >= 300) return refusal(operation, answer);
      return operation === 'GetObject' ? objectResult(request, answer, options) : changeResult(request, answer);
    },
  };
}

function objectUrl(endpoint: string, { bucket, key, query }: ObjectRequest): URL {
  return bucketUrl(endpoint, { bucket, path: ossPath(key), query: ossQuery(query), isPathStyle: null });
}

function signedHeaders(
  { clock }: OssOptions,
  { accessKeyId, accessKeySecret, securityToken }: CloudCredentials,
  request: ObjectRequest,
  region: string,
): ReadonlyMap<string, string> {
  const headers = new Map([
    ...request.headers,
    ['x-oss-date', new Date(clock.nowMs()).toISOString().replace(/[-:]|\.\d+/g, '')],
    ['x-oss-content-sha256', 'UNSIGNED-PAYLOAD'],
    ['accept-encoding', 'identity'],
    ['user-agent', 'Millrace'],
  ] as const);
  if (securityToken !== null) headers.set('x-oss-security-token', securityToken.reveal());
  headers.set('authorization', signOss({ ...request, headers, region }, accessKeyId, accessKeySecret.reveal()));
  return headers;
}

async function objectResult(request: ObjectRequest, answer: Answer, options: OssOptions): Promise<TaskResult> {
  const { headers, body } = answer;
  // The object was encoded as a whole, so a range of it cannot be decoded.
  const encoding = answer.status === 206 ? undefined : headerOf(headers, 'content-encoding');
  const decoded = await decodeBody(body, encoding, options.maxBodyBytes, options);
  if (decoded.kind === 'failure') return noAnswer('OSS', `object ${request.key} of ${request.bucket}`, decoded);
  const contentType = headerOf(headers, 'content-type');
  return succeeded({
    ...identity(request, answer),
    contentLength: decoded.bytes.length,
    ...present({ contentType, contentRange: headerOf(headers, 'content-range') }),
    body: bodyValue(decoded.bytes, contentType),
  });
}

function changeResult(request: ObjectRequest, answer: Answer): TaskResult {
  const xml = answer.body.toString();
  const eTag = xmlTextOf(xml, 'ETag') ?? undefined;
  const lastModified = xmlTextOf(xml, 'LastModified') ?? undefined;
  return succeeded({ ...identity(request, answer), ...present({ eTag, lastModified }) });
}

/** The object, and the properties of it that the headers of an answer name. */
function identity({ bucket, key }: ObjectRequest, { headers }: Answer): JsonObject {
  const known = {
    requestId: headerOf(headers, 'x-oss-request-id'),
    eTag: headerOf(headers, 'etag'),
    lastModified: headerOf(headers, 'last-modified'),
    versionId: headerOf(headers, 'x-oss-version-id'),
  };
  return { bucket, key, ...present(known) };
}

function present(members: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  );
}

function refusal(operation: OssOperation, { status, headers, body }: Answer): TaskResult {
  const xml = body.toString();
  const code = xmlTextOf(xml, 'Code') || (status === 304 ? 'NotModified' : 'Unknown');
  const reason = xmlTextOf(xml, 'Message') ?? beginning(xml);
  const requestId = headerOf(headers, 'x-oss-request-id') ?? xmlTextOf(xml, 'RequestId') ?? '';
  return failed(
    `OSS.${code}`,
    `${operation} was refused with status ${status}${reason === '' ? '' : `: ${reason}`} (request ${requestId})`,
  );
}
