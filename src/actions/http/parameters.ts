/** The `Parameters` of `HTTP:Request` (rules.md 11.5) as a request. Pure. */
import { isJsonObject, memberOf, stringifyJson } from '../../base/json.ts';
import type { JsonValue } from '../../base/json.ts';
import { beginning } from '../../base/text.ts';
import { ACCEPT_ENCODING } from '../../outbound/content-encoding.ts';
import type { TaskCall } from '../action.ts';
import type { Hop } from './redirect.ts';
import { TASK_TOKEN_HEADER, requestHeaders } from './request-headers.ts';

const METHODS = new Set(['GET', 'POST', 'PATCH', 'PUT', 'DELETE', 'HEAD', 'OPTIONS']);

/** The first request of a call, or a sentence that says which parameter is wrong. */
export function firstHop({ parameters, idempotencyKey, taskToken }: TaskCall): Hop | string {
  const url = targetUrl(memberOf(parameters, 'url'));
  if (typeof url === 'string') return url;
  const method = methodName(memberOf(parameters, 'method'));
  if (method === null) return `method must be one of ${[...METHODS].join(', ')}`;
  const given = memberOf(parameters, 'headers') ?? {};
  if (!isJsonObject(given)) return 'headers must be a mapping of names to values';
  const headers = requestHeaders(given);
  if (typeof headers === 'string') return headers;
  const body = bodyText(memberOf(parameters, 'body'));
  if (body.isJson) setDefault(headers, 'content-type', 'application/json');
  if (url.username !== '' || url.password !== '') setDefault(headers, 'authorization', basicCredentials(url));
  setDefault(headers, 'accept', '*/*');
  setDefault(headers, 'accept-encoding', ACCEPT_ENCODING);
  setDefault(headers, 'user-agent', 'Millrace');
  const hasOwnKey = headers.has('idempotency-key');
  setDefault(headers, 'idempotency-key', idempotencyKey);
  if (taskToken !== null) headers.set(TASK_TOKEN_HEADER, taskToken);
  return { url, method, headers, body: body.text, hasOwnKey };
}

function setDefault(headers: Map<string, string>, name: string, value: string): void {
  if (!headers.has(name)) headers.set(name, value);
}

function targetUrl(value: JsonValue | undefined): URL | string {
  if (typeof value !== 'string') return 'url must be a text with a scheme, such as https://example.com/path';
  // URL parsers drop line breaks silently, and the call would then go to a URL that the flow did not give.
  if (/[\0-\x1f\x7f]/.test(value)) return 'url has a line break or another control character';
  if (!URL.canParse(value)) {
    return `url ${JSON.stringify(beginning(value.split('?')[0] ?? ''))} is not a URL with a scheme, such as https://example.com/path`;
  }
  const url = new URL(value);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return `url must be http or https, not ${url.protocol}`;
  return url;
}

/** Upper case; absent means GET. */
function methodName(value: JsonValue | undefined): string | null {
  if (value === undefined || value === null) return 'GET';
  const name = typeof value === 'string' ? value.trim().toUpperCase() : '';
  return METHODS.has(name) ? name : null;
}

/** A text unchanged, any other value as JSON; absent and null are no body. */
function bodyText(value: JsonValue | undefined): { text: string | null; isJson: boolean } {
  if (value === undefined || value === null) return { text: null, isJson: false };
  if (typeof value === 'string') return { text: value, isJson: false };
  return { text: stringifyJson(value), isJson: true };
}

function basicCredentials(url: URL): string {
  return `Basic ${Buffer.from(`${decoded(url.username)}:${decoded(url.password)}`).toString('base64')}`;
}

/** A part that is not valid percent-encoding is used as written. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
