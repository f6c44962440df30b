/** A request to the console as `wire/` passes it, and the answers to it. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { ApiError } from '../api/error.ts';
import type { AccessKey } from '../auth/key-ring.ts';

/** A request before its body is read. */
export interface ConsoleHead {
  readonly method: string;
  /** After `/console/`: `api/ListFlows`; empty for the page itself. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly caller: ConsoleCaller;
}

export interface ConsoleRequest extends ConsoleHead {
  /** Complete; empty for none. */
  readonly body: Buffer;
  /** The key that has signed the request, as a program does that has no session; null for none. */
  readonly signer: AccessKey | null;
  readonly response: ServerResponse;
}

export interface ConsoleCaller {
  /** Empty if it is not known. */
  readonly address: string;
  /** Whether the browser's own connection is encrypted. */
  readonly isSecure: boolean;
  /** Whether no one can read along: the connection is encrypted, or of this machine, and no unknown proxy is on the way. */
  readonly isPrivate: boolean;
  /** The host that the browser called, by the `Host` header or that of a trusted proxy. */
  readonly host: string;
  /** Notes that the connection belongs to a known caller. */
  know(): void;
}

/** Sent with every answer. The console loads nothing from elsewhere, and no other page can show it in a frame. */
const SAFE_HEADERS = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

/** Sends an answer, unless the browser has gone. */
export function send(response: ServerResponse, { status, headers = {}, body = '' }: Answer): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    ...SAFE_HEADERS,
    'cache-control': 'no-store',
    ...(headers as Record<string, string>),
    // An answer 204 has none (RFC 9110, 8.6).
    ...(status !== 204 && { 'content-length': Buffer.byteLength(body) }),
  });
  response.end(body);
}

/** Sends a browser to another address. A relative one leads to the right place below a prefix of a proxy. */
export function sendRedirect(response: ServerResponse, location: string): void {
  send(response, { status: 307, headers: { location } });
}

/** Begins an answer whose body follows in pieces. */
export function beginEventStream(response: ServerResponse): void {
  response.writeHead(200, {
    ...SAFE_HEADERS,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    // Reverse proxies of the nginx family would collect the stream otherwise.
    'x-accel-buffering': 'no',
  });
}

/** An answer of JSON. `text` is JSON already. */
export function jsonAnswer(text: string, status = 200, headers: Answer['headers'] = {}): Answer {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body: text };
}

/** An answer for a request that leads nowhere or is not allowed, in the form of the API's errors. */
export function refusal(status: number, code: string, message: string): Answer {
  return jsonAnswer(JSON.stringify({ Code: code, Message: message }), status);
}

/** The answer for an error of the API. `message` is that of the error, or the one to show in its place. */
export function errorAnswer(error: ApiError, requestId: string, message = error.message): Answer {
  const { status, code, retryAfterMs, accessDeniedDetail } = error;
  const body = JSON.stringify({
    RequestId: requestId,
    Code: code,
    Message: message,
    ...(accessDeniedDetail !== null && { AccessDeniedDetail: accessDeniedDetail }),
  });
  const seconds = retryAfterMs === null ? null : Math.ceil(retryAfterMs / 1000);
  return jsonAnswer(body, status, seconds === null ? {} : { 'retry-after': String(seconds) });
}
