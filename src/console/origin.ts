/**
 * Whether a request comes from the console's own page. A page of another site can make a browser send requests, with the cookie of a
 * person who has the console open; but it can neither set the header of the console nor the headers with which browsers say where a
 * request comes from.
 */
import type { Answer, ConsoleHead } from './request.ts';
import { refusal } from './request.ts';
import { CONSOLE_HEADER } from './protocol.ts';

/** Null for a request of the console's page, else the answer to it. */
export function foreignRequest({ method, headers, caller }: ConsoleHead): Answer | null {
  if (headers[CONSOLE_HEADER] === undefined) {
    return refusal(
      403,
      'AccessDenied',
      `Only the console may call this address: the header ${CONSOLE_HEADER} is missing.`,
    );
  }
  const site = headers['sec-fetch-site'];
  const { origin } = headers;
  const isOwn = site === undefined ? isSameHost(origin, caller.host) : site === 'same-origin';
  // A GET of one's own page has no `Origin`.
  const isQuietRead = method === 'GET' && site === undefined && origin === undefined;
  if (isOwn || isQuietRead) return null;
  return refusal(
    403,
    'AccessDenied',
    'The request comes from a page of another origin. If a reverse proxy is before the server, name it in the setting http.trustProxy, and let it pass the header X-Forwarded-Host.',
  );
}

function isSameHost(origin: string | undefined, host: string): boolean {
  if (origin === undefined || host === '') return false;
  return /^https?:\/\/(.+)$/i.exec(origin)?.[1]?.toLowerCase() === host.toLowerCase();
}
