/**
 * Where a redirect leads and what the next request carries, as Go's HTTP client decides it (decisions.md 7):
 * 301, 302 and 303 turn into GET (HEAD stays HEAD) and lose their body, 307 and 308 repeat. Stricter than Go in
 * one point: credentials are also dropped when a redirect leaves https for http.
 */
import { TASK_TOKEN_HEADER, headerOf } from '../../outbound/header-fields.ts';
import type { AnswerHeaders } from '../../outbound/transport.ts';

export interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string | null;
  /** The flow gave an idempotency key of its own, so the target knows a request that comes twice. */
  readonly keyed: boolean;
}

const CREDENTIALS = ['authorization', 'cookie', 'cookie2', 'proxy-authorization', 'www-authenticate'];
const ABOUT_THE_BODY = ['content-encoding', 'content-language', 'content-location', 'content-type'];

/** The answer asks for another request. A redirect without `Location` is an answer like any other. */
export function isRedirect(status: number, headers: AnswerHeaders): boolean {
  const known = (status >= 301 && status <= 303) || status === 307 || status === 308;
  return known && headerOf(headers, 'location') !== undefined;
}

/** The request that a redirect asks for, or a sentence that says why there is none. `first` is the URL of the call. */
export function nextHop(first: URL, last: Hop, status: number, location: string): Hop | string {
  if (!URL.canParse(location, last.url.href)) return 'the redirect leads to something that is no URL';
  const url = new URL(location, last.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return `the redirect leads to ${url.protocol}, which is neither http nor https`;
  }
  const headers = new Map(last.headers);
  const repeats = status === 307 || status === 308;
  if (!repeats) for (const name of ABOUT_THE_BODY) headers.delete(name);
  if (url.host !== last.url.host) headers.delete('host');
  // Whoever has the token can end the task, so it goes to the very origin that the flow names and to no neighbour.
  if (url.origin !== last.url.origin) headers.delete(TASK_TOKEN_HEADER);
  // A header once dropped stays dropped, also when a later redirect comes back.
  if (!mayCarryCredentials(first, last.url, url)) for (const name of CREDENTIALS) headers.delete(name);
  return {
    url,
    method: repeats || last.method === 'HEAD' ? last.method : 'GET',
    headers,
    body: repeats ? last.body : null,
    keyed: last.keyed,
  };
}

/** The host of the call or a subdomain of it, and not from https to http. */
function mayCarryCredentials(first: URL, from: URL, to: URL): boolean {
  if (from.protocol === 'https:' && to.protocol === 'http:') return false;
  return to.hostname === first.hostname || to.hostname.endsWith(`.${first.hostname}`);
}
