/** Routes a request by its path and method before its body is read: to a probe, to the console, to the API, or to a refusal. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError, apiError } from '../api/error.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { inBackground, isolated } from '../base/isolated.ts';
import { CONSOLE_PATH } from '../console/console.ts';
import { sendRedirect } from '../console/request.ts';
import type { ConsoleRequest } from '../console/request.ts';
import type { Console } from '../console/console.ts';
import type { Dispatcher } from './api/dispatcher.ts';
import { Exchange } from './api/exchange.ts';
import { streamSigner } from './api/signed-stream.ts';
import type { ExchangeShared } from './api/exchange.ts';
import { hasBody } from './http/body.ts';
import { answerProbe, isProbePath } from './health.ts';
import type { HealthSource } from './health.ts';
import type { BodyReader } from './http/body.ts';
import type { Connections } from './http/connections.ts';
import { saysProxy } from './http/peer.ts';
import type { Peers } from './http/peer.ts';
import { comesFromBrowser } from './http/web-pages.ts';
import type { LocalNames } from './http/web-pages.ts';
import type { Turns } from '../base/turns.ts';

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
  readonly peers: Peers;
  readonly authenticator: Authenticator;
  /** Null: the server has no console. */
  readonly console: ConsoleOfServer | null;
  /** True when authentication is off: then calls from browsers, through proxies and under other names are refused. */
  readonly isOpen: boolean;
  readonly localNames: LocalNames;
}

export class Routes<Services> {
  readonly #options: RoutesOptions<Services>;

  constructor(options: RoutesOptions<Services>) {
    this.#options = options;
  }

  /**
   * Nothing is thrown from here: the HTTP server calls it. A request that meets a defect loses its connection.
   * @param beforeBody is called before a body is read, with its limit, and not for one that is refused by its head
   */
  handle(request: IncomingMessage, response: ServerResponse, beforeBody: BeforeBody | null = null): void {
    try {
      this.#route(request, response, beforeBody);
    } catch (error) {
      response.destroy();
      this.#options.shared.ports.observer.defect?.({ error, where: 'the routing of a request' });
    }
  }

  #route(request: IncomingMessage, response: ServerResponse, beforeBody: BeforeBody | null): void {
    const { method = '' } = request;
    // The connection was given its last answer; what else arrives on it is not read.
    if (request.socket.writableEnded) return;
    const { shared, dispatcher, bodies, turns, connections, health } = this.#options;
    if (!connections.admits(request.socket, response)) return;
    connections.arrived(request.socket);
    const url = originForm(request.url ?? '/');
    const question = url.indexOf('?');
    const path = question === -1 ? url : url.slice(0, question);
    if (isProbePath(path) && (method === 'GET' || method === 'HEAD')) {
      return inBackground(shared.ports.observer, 'a probe', () => answerProbe(health, path, request, response));
    }
    const exchange = new Exchange(shared, request, response);
    const query = question === -1 ? '' : url.slice(question + 1);
    const { console } = this.#options;
    if (console !== null && isConsolePath(path)) {
      return this.#toConsole(console, exchange, request, response, { path, query, beforeBody });
    }
    const refusal = this.#refusal(request, path, method);
    if (refusal !== null) return refuse(exchange, request, refusal);
    const open = dispatcher.open(exchange, request, query);
    if (open === null) return;
    if (open.head.bodyType === null) return dispatcher.answer(open, NO_BODY);
    beforeBody?.(bodies.limitBytes);
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

  /** Reads the body, if there is one, and passes the request on. The console decides itself who may ask. */
  #toConsole(
    console: ConsoleOfServer,
    exchange: Exchange,
    request: IncomingMessage,
    response: ServerResponse,
    target: Target,
  ): void {
    const { isOpen, bodies, connections, peers, shared, turns } = this.#options;
    const refusal = isOpen ? this.#foreignWithoutKeys(request) : null;
    if (refusal !== null) return refuse(exchange, request, refusal);
    if (target.path === CONSOLE_PATH) {
      request.resume();
      return sendRedirect(response, 'console/');
    }
    const head = {
      method: request.method ?? '',
      path: target.path.slice(CONSOLE_PATH.length + 1),
      query: new URLSearchParams(target.query),
      headers: request.headers,
      caller: {
        ...peers.of(request),
        isPrivate: peers.isPrivate(request),
        host: peers.hostOf(request),
        know: () => connections.know(request.socket),
      },
      response,
    };
    const pass = (body: Buffer): void => {
      connections.arrived(request.socket);
      const answer = (): void =>
        inBackground(shared.ports.observer, 'the console', () =>
          this.#askConsole(console, exchange, request, target, { ...head, body }),
        );
      if (body.length <= QUICK_BYTES) answer();
      else turns.add(answer);
    };
    if (!hasBody(request)) return pass(NO_BODY);
    const limitBytes = console.bodyBytes(head);
    target.beforeBody?.(limitBytes);
    const refuseBody = (error: ApiError): void =>
      isolated(shared.ports.observer, 'the refusal of a body', () => exchange.refuseUnread(error));
    bodies.read(request, pass, refuseBody, limitBytes);
  }

  async #askConsole(
    console: ConsoleOfServer,
    exchange: Exchange,
    request: IncomingMessage,
    { path, query }: Target,
    asked: Omit<ConsoleRequest, 'signer'>,
  ): Promise<void> {
    const { authenticator, shared } = this.#options;
    const { response } = asked;
    try {
      const signer = path === STREAM_PATH ? streamSigner(request, path, query, authenticator) : null;
      await console.handle({ ...asked, signer });
      if (response.writableLength > 0) shared.unread.add(request.socket, response);
    } catch (error) {
      if (error instanceof ApiError) return exchange.sendError(error);
      response.destroy();
      throw error;
    }
  }

  #refusal(request: IncomingMessage, path: string, method: string): ApiError | null {
    if (path !== '/' && !isProbePath(path)) return apiError('InvalidApi.NotFound');
    if (path !== '/' || (method !== 'GET' && method !== 'POST')) {
      return apiError('UnsupportedHTTPMethod', method);
    }
    if (!this.#options.isOpen) return null;
    if (comesFromBrowser(request)) {
      return refusedWithoutKeys('refuses calls from browsers and web pages. Call it from a program');
    }
    return this.#foreignWithoutKeys(request);
  }

  /** Of a server without authentication: the refusal of a request that may not come from this machine; null for any other. */
  #foreignWithoutKeys(request: IncomingMessage): ApiError | null {
    if (saysProxy(request)) {
      return refusedWithoutKeys('refuses calls through a proxy, which can come from other machines. Call it directly');
    }
    if (this.#options.localNames.has(hostOf(request))) return null;
    return refusedWithoutKeys(
      'accepts only localhost, names below it and loopback addresses as its host. Use one of these, name the host in the setting http.hosts',
    );
  }
}

/** The parts of the address of a request, and what its body needs. */
interface Target {
  readonly path: string;
  /** After the question mark. */
  readonly query: string;
  readonly beforeBody: BeforeBody | null;
}

type ConsoleOfServer = Pick<Console, 'bodyBytes' | 'handle'>;

type BeforeBody = (limitBytes: number) => void;

const STREAM_PATH = `${CONSOLE_PATH}/stream`;

function isConsolePath(path: string): boolean {
  return path === CONSOLE_PATH || path.startsWith(`${CONSOLE_PATH}/`);
}

function refuse(exchange: Exchange, request: IncomingMessage, refusal: ApiError): void {
  if (hasBody(request)) exchange.refuseUnread(refusal);
  else exchange.sendError(refusal);
}

function refusedWithoutKeys(what: string): ApiError {
  return new ApiError('AccessDenied', `While authentication is off, the server ${what}, or turn authentication on.`);
}

/** The host by which the server is called: that of the request target, if it has one, wins over the header (RFC 9112, 3.2.2). */
function hostOf({ url = '', headers }: IncomingMessage): string {
  return /^https?:\/\/([^/?#]*)/i.exec(url)?.[1] ?? headers.host ?? '';
}

/** The request target without scheme and host, which a client of a proxy sends. */
function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const rest = target.replace(/^https?:\/\/[^/?#]*/i, '');
  return rest.startsWith('/') || rest === target ? rest : `/${rest}`;
}
