/** Routes a request by its path and method before its body is read: to a probe, to the API, or to a refusal. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { ApiError, apiError } from '../api/error.ts';
import { inBackground, isolated } from '../base/isolated.ts';
import type { Dispatcher } from './api/dispatcher.ts';
import { Exchange } from './api/exchange.ts';
import type { ExchangeShared } from './api/exchange.ts';
import { hasBody } from './http/body.ts';
import { answerProbe, isProbePath } from './health.ts';
import type { HealthSource } from './health.ts';
import type { BodyReader } from './http/body.ts';
import type { Connections } from './http/connections.ts';
import type { Turns } from './http/turns.ts';

const NO_BODY = Buffer.alloc(0);
/** A body up to this size is answered at once: its signature takes a fraction of a millisecond. */
const QUICK_BYTES = 64 * 1024;

export interface RoutesOptions<Services> {
  readonly dispatcher: Dispatcher<Services>;
  readonly bodies: BodyReader;
  readonly connections: Connections;
  readonly turns: Turns;
  readonly shared: ExchangeShared;
  readonly health: HealthSource;
  /** True when authentication is off: then calls from web pages and under public host names are refused. */
  readonly isOpen: boolean;
}

export class Routes<Services> {
  readonly #options: RoutesOptions<Services>;

  constructor(options: RoutesOptions<Services>) {
    this.#options = options;
  }

  /**
   * Nothing is thrown from here: the HTTP server calls it. A request that meets a defect loses its connection.
   * @param beforeBody is called before a body is read, and not for one that is refused by its head
   */
  handle(request: IncomingMessage, response: ServerResponse, beforeBody: (() => void) | null = null): void {
    try {
      this.#route(request, response, beforeBody);
    } catch (error) {
      response.destroy();
      this.#options.shared.ports.observer.defect?.({ error, where: 'the routing of a request' });
    }
  }

  #route(request: IncomingMessage, response: ServerResponse, beforeBody: (() => void) | null): void {
    const { method = '' } = request;
    // The connection was given its last answer; what else arrives on it is not read.
    if (request.socket.writableEnded) return;
    const { shared, dispatcher, bodies, turns, connections, health } = this.#options;
    connections.arrived(request.socket);
    const url = originForm(request.url ?? '/');
    const question = url.indexOf('?');
    const path = question === -1 ? url : url.slice(0, question);
    if (isProbePath(path) && (method === 'GET' || method === 'HEAD')) {
      return inBackground(shared.ports.observer, 'a probe', () => answerProbe(health, path, request, response));
    }
    const exchange = new Exchange(shared, request, response);
    const refusal = this.#refusal(request, path, method);
    if (refusal !== null) {
      if (hasBody(request)) exchange.refuseUnread(refusal);
      else exchange.sendError(refusal);
      return;
    }
    const query = question === -1 ? '' : url.slice(question + 1);
    const open = dispatcher.open(exchange, request, query);
    if (open === null) return;
    if (open.head.bodyType === null) return dispatcher.answer(open, NO_BODY);
    beforeBody?.();
    bodies.read(
      request,
      (body) => {
        connections.arrived(request.socket);
        if (body.length <= QUICK_BYTES) dispatcher.answer(open, body);
        else turns.add(() => dispatcher.answer(open, body));
      },
      (error) => isolated(shared.ports.observer, 'the refusal of a body', () => exchange.refuseUnread(error)),
    );
  }

  #refusal(request: IncomingMessage, path: string, method: string): ApiError | null {
    if (path !== '/' && !isProbePath(path)) return apiError('InvalidApi.NotFound');
    if (path !== '/' || (method !== 'GET' && method !== 'POST')) {
      return apiError('UnsupportedHTTPMethod', method);
    }
    if (!this.#options.isOpen) return null;
    if (comesFromWebPage(request)) {
      return new ApiError(
        'AccessDenied',
        'While authentication is off, the server refuses calls from web pages. Call it from a program, or turn authentication on.',
      );
    }
    if (isLocalName(request.headers.host ?? '')) return null;
    return new ApiError(
      'AccessDenied',
      'While authentication is off, the server accepts only an IP address or a local name such as localhost as its host. Use one of these, or turn authentication on.',
    );
  }
}

/** The request target without scheme and host, which a client of a proxy sends. */
function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const rest = target.replace(/^https?:\/\/[^/?#]*/i, '');
  return rest.startsWith('/') || rest === target ? rest : `/${rest}`;
}

/**
 * Browsers mark requests from web pages with these headers. With authentication off, a page of any site could otherwise make a
 * developer's browser call the server on the same machine.
 */
function comesFromWebPage({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  return headers.origin !== undefined || (site !== undefined && site !== 'none');
}

/**
 * Whether the host in a `Host` header is an address or a name that no one can own publicly. The owner of a public name can
 * point it to this machine; requests from a page under that name are then of the same origin, and browsers do not mark them.
 */
function isLocalName(host: string): boolean {
  const name = host.replace(/:\d*$/, '').toLowerCase();
  return isIP(name) !== 0 || /^\[[\da-f:.]+\]$/.test(name) || !name.includes('.') || LOCAL_NAME.test(name);
}

/** Names for private use, and those of the service itself, for clients that only DNS can point to another server. */
const LOCAL_NAME = /\.(?:localhost|internal|test|local|fnf\.aliyuncs\.com)$/;
