/**
 * `OSS:GetObject`, `OSS:PutObject`, `OSS:CopyObject` and `OSS:DeleteObject` (integrations.md 8; docs/tasks.md): single
 * objects of Object Storage Service, signed with `OSS4-HMAC-SHA256`. The vendor's page is known for GetObject; the
 * parameters of the others are those of the service's own API, in lower camel case.
 */
import { isIP } from 'node:net';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import type { CloudCredentials } from '../../config/settings.ts';
import { ossPath, ossQuery, signOss } from '../../signatures/oss.ts';
import type { Action, TaskResult } from '../action.ts';
import { bodyValue, unpackBody } from '../answer-body.ts';
import { callCloud, missingCredentials } from '../cloud-call.ts';
import type { CloudOptions } from '../cloud-call.ts';
import { headerOf } from '../../outbound/header-fields.ts';
import { objectRequest } from './parameters.ts';
import type { ObjectRequest, OssOperation } from './parameters.ts';
import { beginning } from '../../base/text.ts';
import { failed, succeeded } from '../results.ts';
import type { Answer } from '../../outbound/transport.ts';
import { xmlTextOf } from '../../outbound/xml.ts';

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
      const { credentials } = options;
      if (credentials === null) return missingCredentials('OSS', call.action);
      const region = request.region === '' ? options.region : request.region;
      const url = objectUrl(options.endpoint ?? `https://oss-${region}.aliyuncs.com`, request);
      const headers = signedHeaders(options, credentials, request, region);
      const { method, body } = request;
      const answer = await callCloud(
        options,
        'OSS',
        `${operation} at ${url.origin}`,
        { url, method, headers, body },
        signal,
      );
      if (!('kind' in answer)) return answer;
      if (answer.status >= 300) return refusal(operation, answer);
      return operation === 'GetObject'
        ? objectResult(request, answer, options.maxBodyBytes)
        : changeResult(request, answer);
    },
  };
}

/** The bucket stands in front of the host, as the service wants it, but where that can be no name: in front of the key. */
function objectUrl(endpoint: string, { bucket, key, query }: ObjectRequest): URL {
  const url = new URL(endpoint);
  const bare = isIP(url.hostname) !== 0 || url.hostname.startsWith('[') || !url.hostname.includes('.');
  if (!bare) url.hostname = `${bucket}.${url.hostname}`;
  const search = query.size === 0 ? '' : `?${ossQuery(query)}`;
  return new URL(`${url.origin}${ossPath(bare ? `/${bucket}/${key}` : `/${key}`)}${search}`);
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

async function objectResult(request: ObjectRequest, answer: Answer, limitBytes: number): Promise<TaskResult> {
  const { headers, body } = answer;
  // A part of an object that is encoded as a whole cannot be decoded.
  const encoding = answer.status === 206 ? undefined : headerOf(headers, 'content-encoding');
  const unpacked = await unpackBody(body, encoding, limitBytes);
  const where = `object ${request.key} of ${request.bucket}`;
  if (unpacked.kind === 'broken') {
    return failed('OSS.ConnectionFailed', `${where} cannot be decoded as ${encoding}: ${unpacked.detail}`);
  }
  if (unpacked.kind === 'too-large') {
    const cause = `${where} is larger than ${limitBytes} bytes when decoded (setting http.maxResponse)`;
    return failed('OSS.ResponseTooLarge', cause);
  }
  const contentType = headerOf(headers, 'content-type');
  return succeeded({
    ...identity(request, answer),
    contentLength: unpacked.bytes.length,
    ...present({ contentType, contentRange: headerOf(headers, 'content-range') }),
    body: bodyValue(unpacked.bytes, contentType),
  });
}

function changeResult(request: ObjectRequest, answer: Answer): TaskResult {
  const xml = answer.body.toString();
  const eTag = xmlTextOf(xml, 'ETag') ?? undefined;
  const lastModified = xmlTextOf(xml, 'LastModified') ?? undefined;
  return succeeded({ ...identity(request, answer), ...present({ eTag, lastModified }) });
}

/** What is known of the object from the head of an answer. */
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
  const said = xmlTextOf(xml, 'Message') ?? beginning(xml);
  const requestId = headerOf(headers, 'x-oss-request-id') ?? xmlTextOf(xml, 'RequestId') ?? '';
  return failed(
    `OSS.${code}`,
    `${operation} was refused with status ${status}${said === '' ? '' : `: ${said}`} (request ${requestId})`,
  );
}
