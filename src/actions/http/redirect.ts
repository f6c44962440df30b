/**
 * Where a redirect leads and what the next request has, as Go's HTTP client decides it (rules.md 11.7): 301, 302 and 303
 * turn into GET (HEAD stays HEAD) without a body, 307 and 308 repeat the request. Unlike Go, credentials are also dropped
 * when a redirect leads from https to http.
 */
import { headerOf } from '../../outbound/answer-headers.ts';
import type { AnswerHeaders } from '../../outbound/transport.ts';
import { TASK_TOKEN_HEADER } from './request-headers.ts';

/** One request of a call: the first one, or one that a redirect asks for. */
export interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string | null;
  /** The flow gave an idempotency key of its own, so the target recognises a repeated request. */
  readonly hasOwnKey: boolean;
}

const CREDENTIALS = ['authorization', 'cookie', 'cookie2', 'proxy-authorization', 'www-authenticate'];
const ABOUT_THE_BODY = ['content-encoding', 'content-language', 'content-location', 'content-type'];

/** The `Location` of a redirect. Undefined for any other answer, and for a redirect without `Location`. */
export function redirectLocation(status: number, headers: AnswerHeaders): string | undefined {
  const isRedirect = (status >= 301 && status <= 303) || status === 307 || status === 308;
  return isRedirect ? headerOf(headers, 'location') : undefined;
}

/** The request that a redirect asks for, or a sentence that says why there is none. `first` is the URL of the call. */
export function nextHop(first: URL, last: Hop, status: number, location: string): Hop | string {
  if (!URL.canParse(location, last.url.href)) return 'the Location of the redirect is not a URL';
  const url = new URL(location, last.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return `the redirect leads to ${url.protocol}, which is neither http nor https`;
  }
  const headers = new Map(last.headers);
  const repeats = status === 307 || status === 308;
  if (!repeats) for (const name of ABOUT_THE_BODY) headers.delete(name);
  if (url.host !== last.url.host) headers.delete('host');
  // A service that has the token can end the task, so only the origin that the flow names receives it.
  if (url.origin !== last.url.origin) headers.delete(TASK_TOKEN_HEADER);
  // A dropped header is not sent again, even when a later redirect returns to the first host.
  if (!mayCarryCredentials(first, last.url, url)) for (const name of CREDENTIALS) headers.delete(name);
  return {
    url,
    method: repeats || last.method === 'HEAD' ? last.method : 'GET',
    headers,
    body: repeats ? last.body : null,
    hasOwnKey: last.hasOwnKey,
  };
}

/** True for the host of the call and its subdomains, unless the redirect leads from https to http. */
function mayCarryCredentials(first: URL, from: URL, to: URL): boolean {
  if (from.protocol === 'https:' && to.protocol === 'http:') return false;
  return to.hostname === first.hostname || to.hostname.endsWith(`.${first.hostname}`);
}
