/**
 * Renders results and errors for the wire (rules.md 2.6, 2.7). A result never has a top-level `Code`, because old clients
 * treat any reply with one as an error.
 */
import type { ApiError } from '../../api/error.ts';
import { assert } from '../../base/assert.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Reply } from '../../operations/operation.ts';
import { jsonMembers, xmlPieces } from './pieces.ts';
import { xmlElement, xmlTag } from './xml.ts';

export type Format = 'JSON' | 'XML';

const CONTENT_TYPE: Readonly<Record<Format, string>> = {
  JSON: 'application/json;charset=utf-8',
  XML: 'text/xml;charset=utf-8',
};

/** The facts about a request that its reply repeats. */
export interface ReplyContext {
  /** Upper-case UUID. */
  readonly requestId: string;
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** The name under which the caller reached the server. */
  readonly hostId: string;
  readonly format: Format;
}

/** The body of a result. */
export function renderResult(context: ReplyContext, action: string, reply: Reply): string {
  assert(reply['Code'] === undefined, `the reply of ${action} has a member Code`);
  if (context.format === 'XML') {
    return xmlElement(`${action}Response`, { RequestId: context.requestId, ...(reply as JsonObject) });
  }
  const members = JSON.stringify(reply);
  const rest = members === '{}' ? '}' : `,${members.slice(1)}`;
  return `{"RequestId":"${context.requestId}"${rest}`;
}

/** The same body in pieces, for a reply that is large. */
export function* resultPieces(context: ReplyContext, action: string, reply: Reply): Generator<string> {
  assert(reply['Code'] === undefined, `the reply of ${action} has a member Code`);
  const { requestId, format } = context;
  if (format === 'JSON') {
    yield `{"RequestId":"${requestId}"`;
    yield* jsonMembers(reply, ',');
    yield '}';
    return;
  }
  const tag = xmlTag(`${action}Response`);
  yield `<${tag}>${xmlElement('RequestId', requestId)}`;
  for (const [name, member] of Object.entries(reply)) yield* xmlPieces(name, member);
  yield `</${tag}>`;
}

/** The body of an error. */
export function renderError(context: ReplyContext, error: ApiError): string {
  const { requestId, hostId, format } = context;
  const body: JsonObject = {
    RequestId: requestId,
    Message: error.message,
    Recommend: `https://api.aliyun.com/troubleshoot?q=${error.code}&product=fnf&requestId=${requestId}`,
    HostId: hostId,
    Code: error.code,
    ...(error.accessDeniedDetail === null ? {} : { AccessDeniedDetail: error.accessDeniedDetail }),
  };
  return format === 'XML' ? xmlElement('Error', body) : JSON.stringify(body);
}

/** Names and values in turn, as `writeHead` takes them. `lengthBytes` is null when the length is not known yet. */
export function replyHeaders(context: ReplyContext, lengthBytes: number | null): string[] {
  const headers = [
    'content-type',
    CONTENT_TYPE[context.format],
    'x-content-type-options',
    'nosniff',
    'access-control-allow-origin',
    '*',
    'access-control-expose-headers',
    '*',
    'x-acs-request-id',
    context.requestId,
    'x-acs-trace-id',
    context.traceId,
  ];
  if (lengthBytes !== null) headers.push('content-length', String(lengthBytes));
  return headers;
}

/** Further headers of an error: when to retry, in milliseconds and, in the header of HTTP itself, in seconds. */
export function errorHeaders(error: ApiError): string[] {
  if (error.retryAfterMs === null) return [];
  const seconds = Math.max(1, Math.ceil(error.retryAfterMs / 1000));
  return ['x-acs-retry-after', String(error.retryAfterMs), 'retry-after', String(seconds)];
}
