/**
 * Where a request goes by its path and method, before its body is read: to the health check, to the API, or away.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { ApiError, apiError } from '../api/error.ts';
import type { Dispatcher } from './api/dispatcher.ts';
import { Exchange } from './api/exchange.ts';
import type { ExchangeShared } from './api/exchange.ts';
import { hasBody } from './http/body.ts';
import type { BodyReader } from './http/body.ts';

const NO_BODY = Buffer.alloc(0);

export interface RoutesOptions<Services> {
  readonly dispatcher: Dispatcher<Services>;
  readonly bodies: BodyReader;
  readonly shared: ExchangeShared;
  /** True when calls need no signature: then web pages and public host names are refused. */
  readonly isOpen: boolean;
}

export class Routes<Services> {
  readonly #options: RoutesOptions<Services>;

  constructor(options: RoutesOptions<Services>) {
    this.#options = options;
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const { method = '' } = request;
    const url = originForm(request.url ?? '/');
    const question = url.indexOf('?');
    const path = question === -1 ? url : url.slice(0, question);
    if (path === '/healthz' && (method === 'GET' || method === 'HEAD')) return answerHealth(response);
    const { shared, dispatcher, bodies } = this.#options;
    const exchange = new Exchange(shared, request, response);
    const refusal = this.#refusal(request, path, method);
    if (refusal !== null) {
      if (hasBody(request)) exchange.refuseUnread(refusal);
      else exchange.sendError(refusal);
      return;
    }
    const query = question === -1 ? '' : url.slice(question + 1);
    if (!hasBody(request)) return dispatcher.answer(exchange, request, query, NO_BODY);
    bodies.read(
      request,
      (body) => dispatcher.answer(exchange, request, query, body),
      (error) => exchange.refuseUnread(error),
    );
  }

  #refusal(request: IncomingMessage, path: string, method: string): ApiError | null {
    if (path !== '/' && path !== '/healthz') return apiError('InvalidApi.NotFound');
    if (path === '/healthz' || (method !== 'GET' && method !== 'POST')) {
      return apiError('UnsupportedHTTPMethod', method);
    }
    if (!this.#options.isOpen) return null;
    if (comesFromWebPage(request)) {
      return new ApiError('AccessDenied', 'Calls from web pages are refused while authentication is off.');
    }
    if (isLocalName(request.headers.host ?? '')) return null;
    return new ApiError(
      'AccessDenied',
      'While authentication is off, call the server by an address or a local name such as localhost.',
    );
  }
}

/** The target from its path on: a client of a proxy sends the whole address. */
function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const rest = target.replace(/^https?:\/\/[^/?#]*/i, '');
  return rest.startsWith('/') || rest === target ? rest : `/${rest}`;
}

function answerHealth(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json;charset=utf-8' });
  response.end('{"status":"ok"}');
}

/**
 * A browser says where a request comes from. With authentication off, the page of any site could otherwise make the
 * browser of a developer call the server on the developer's machine.
 */
function comesFromWebPage({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  return headers.origin !== undefined || (site !== undefined && site !== 'none');
}

/**
 * Whether nobody else can own the name in a `Host` header. The owner of a public name can let it point to this machine,
 * and a page from there is then of the same origin, which browsers do not mark.
 */
function isLocalName(host: string): boolean {
  const name = host.replace(/:\d*$/, '').toLowerCase();
  return isIP(name) !== 0 || /^\[[\da-f:.]+\]$/.test(name) || !name.includes('.') || LOCAL_NAME.test(name);
}

/** Names reserved for private use, and the service's own, for clients that can be pointed elsewhere by DNS only. */
const LOCAL_NAME = /\.(?:localhost|internal|test|local|fnf\.aliyuncs\.com)$/;
