/**
 * The HTTP server, on bare `node:http`: it has few paths, and a framework would slow down every request. Its timeouts limit
 * how long a request may take to arrive; no timeout limits an answer (rules.md 2.1).
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ApiError, apiError } from '../api/error.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { http, loadHttps } from '../base/node-http.ts';
import type { Console } from '../console/console.ts';
import type { Ports } from '../base/ports.ts';
import { Turns } from '../base/turns.ts';
import type { Operation } from '../operations/operation.ts';
import { BodyReader, announcedBytes } from './http/body.ts';
import { Connections, answerOf } from './http/connections.ts';
import { Dispatcher } from './api/dispatcher.ts';
import { EarlyAnswers } from './http/early-answers.ts';
import { endConnection } from './api/exchange.ts';
import { Outbox } from './http/outbox.ts';
import { renderError, replyHeaders } from './api/reply.ts';
import { Peers } from './http/peer.ts';
import { LocalNames } from './http/web-pages.ts';
import { UnreadReplies } from './http/unread-replies.ts';
import type { HealthSource } from './health.ts';
import { Routes } from './routes.ts';

/** A GET call has all its parameters in the first line (rules.md 2.1), also an `Input` of 64 KiB, percent-encoded. */
const MAX_HEAD_BYTES = 256 * 1024;
/** Clients send a head at once; a connection that has sent nothing counts as a head under way. */
const HEAD_TIMEOUT_MS = 10_000;
/** How often Node looks for heads and bodies that are late. */
const TIMEOUT_LOOK_MS = 2000;
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** For head and body together, so that a caller cannot send forever at a byte a second. */
const REQUEST_TIMEOUT_MS = 300_000;
/** As the service advertises (rules.md 2.1). */
const KEEP_ALIVE_MS = 25_000;
/** Limit for all incomplete bodies together. */
const MAX_HELD_BYTES = 256 * 1024 * 1024;
/** Limit for all replies together that callers have not read. */
const MAX_UNREAD_BYTES = 128 * 1024 * 1024;
/** Limits for all callers together that are not verified yet. */
const STRANGER_BYTES = 64 * 1024 * 1024;
const STRANGER_BODY_MS = 60_000;
const BACKLOG = 4096;
const CLOSING_LOOK_MS = 50;

export interface TlsTexts {
  /** PEM texts. */
  readonly cert: string;
  readonly key: string;
  /** Seal the sessions that callers resume: processes with the same ones resume the sessions of each other. Absent: random ones. */
  readonly ticketKeys?: Buffer;
}

export interface WireServerOptions<Services> {
  readonly operations: ReadonlyMap<string, Operation<Services>>;
  readonly services: Services;
  readonly authenticator: Authenticator;
  readonly listen: { readonly host: string; readonly port: number };
  /** Null: plain HTTP. */
  readonly tls: TlsTexts | null;
  /** Most open connections. */
  readonly maxConnections: number;
  /** Addresses and CIDR blocks of reverse proxies. */
  readonly trustProxy: readonly string[];
  /** Host names by which the server can be called while authentication is off. */
  readonly hosts: readonly string[];
  /** Size limit of a body. */
  readonly requestBytes: number;
  /** After this time a slow answer starts early, as white space (rules.md 2.9); null: never. */
  readonly earlyAnswerMs: number | null;
  readonly health: HealthSource;
  /** Null: the server has no console. */
  readonly console: Pick<Console, 'bodyBytes' | 'handle' | 'close'> | null;
  readonly ports: Ports;
}

export interface WireServer {
  /** Open connections. */
  readonly connections: number;
  /** Starts to serve. Rejects when the address cannot be bound. */
  listen(): Promise<{ readonly url: string }>;
  /** In place of `listen`, for a server whose connections another process accepts: the result takes each of them. */
  adopt(): (socket: Socket) => void;
  /** Accepts no more connections, lets calls under way finish, and cuts off the remaining connections after `limitMs`. */
  close(limitMs: number): Promise<void>;
}

export function createWireServer<Services>(options: WireServerOptions<Services>): WireServer {
  const { ports, tls } = options;
  const { scheduler } = ports;
  const early = options.earlyAnswerMs === null ? null : new EarlyAnswers(ports, options.earlyAnswerMs);
  const shared = { ports, outbox: new Outbox(ports), unread: new UnreadReplies(MAX_UNREAD_BYTES), closing: false };
  const bodies = new BodyReader(options.requestBytes, MAX_HELD_BYTES);
  const connections = new Connections(
    { connections: options.maxConnections, strangerBytes: STRANGER_BYTES, strangerBodyMs: STRANGER_BODY_MS },
    ports,
  );
  const peers = new Peers(options.trustProxy, tls !== null);
  const dispatcher = new Dispatcher({ ...options, early, shared, connections, peers });
  const routes = new Routes({
    dispatcher,
    bodies,
    connections,
    turns: new Turns(scheduler),
    shared,
    health: options.health,
    peers,
    authenticator: options.authenticator,
    console: options.console,
    isOpen: options.authenticator.open,
    localNames: new LocalNames(options.hosts),
  });
  const server = createNodeServer(tls, (request, response) => routes.handle(request, response));
  listenTo(server, { routes, connections, ports, encrypted: tls !== null });

  let isAdopting = false;
  return {
    get connections() {
      return connections.size;
    },
    listen: () => listen(server, options.listen, tls === null ? 'http' : 'https'),
    adopt() {
      isAdopting = true;
      // At this event Node begins to look for heads and bodies that are late.
      server.emit('listening');
      return (socket) => adopt(server, socket);
    },
    async close(limitMs) {
      shared.closing = true;
      options.console?.close();
      const empty = Promise.withResolvers<void>();
      const cancelLimit = scheduler.after(limitMs, () => {
        connections.closeAll();
      });
      // Node considers a connection busy that has not sent a request yet, so this loop closes idle connections itself. It
      // repeats for connections whose answer began before the close, because their heads promise keep-alive.
      let cancelLook = (): void => {};
      const look = (): void => {
        connections.closeIdle();
        if (connections.size === 0) empty.resolve();
        cancelLook = scheduler.after(CLOSING_LOOK_MS, look);
      };
      const closed = closeServer(server);
      look();
      await closed;
      // Node does not count the connections that another process has accepted.
      if (isAdopting) await empty.promise;
      cancelLimit();
      cancelLook();
      early?.stop();
    },
  };
}

interface Listeners extends Pick<WireServerOptions<unknown>, 'ports'> {
  readonly routes: Pick<Routes<never>, 'handle'>;
  readonly connections: Connections;
  readonly encrypted: boolean;
}

/** Passes the events of Node's server to the parts that deal with them; the request itself has a callback of its own. */
function listenTo(server: Server, { routes, connections, ports, encrypted }: Listeners): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    // Without `100 Continue`, the caller of a body that is refused gets the refusal before it sends the body.
    routes.handle(request, response, (limitBytes) => {
      if (announcedBytes(request) <= limitBytes) response.writeContinue();
    });
  });
  // Unknown expectations are ignored; Node would answer them without a body.
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    routes.handle(request, response);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuseBytes(error, socket, ports));
  server.on('connection', (socket: Socket) => connections.add(socket, encrypted));
  server.on('secureConnection', (socket: Socket) => connections.speak(parentOf(socket), socket));
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

/**
 * The cipher suites of TLS 1.3, and those of TLS 1.2 that authenticate what they encrypt. The others use CBC, which has a history of
 * attacks by padding and timing; every client of the last ten years has one of these.
 */
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/** Names the sessions that a caller may resume. Node would derive it from the command line, which differs between workers. */
const SESSIONS = 'millrace';

function createNodeServer(
  tls: WireServerOptions<unknown>['tls'],
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const options = {
    maxHeaderSize: MAX_HEAD_BYTES,
    headersTimeout: HEAD_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: TIMEOUT_LOOK_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    noDelay: true,
    // Only ACS3 needs the host header, and `call.ts` checks it there.
    requireHostHeader: false,
  };
  return tls === null
    ? http.createServer(options, handle)
    : loadHttps().createServer(
        {
          ...{ ...options, ...tls, sessionIdContext: SESSIONS },
          ...{ minVersion: 'TLSv1.2', ciphers: CIPHERS, handshakeTimeout: HANDSHAKE_TIMEOUT_MS },
        },
        handle,
      );
}

function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
  scheme: 'http' | 'https',
): Promise<{ readonly url: string }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off('error', reject);
      resolve({ url: urlOf(server.address() as AddressInfo, scheme) });
    });
  });
}

/** The address at which callers reach a server that listens there. */
export function urlOf({ family, address, port }: AddressInfo, scheme: 'http' | 'https'): string {
  return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** Serves a connection as if this process had accepted it, with the same options of the socket. */
function adopt(server: Server, socket: Socket): void {
  socket.setNoDelay(true);
  // A caller may end its side of the connection once the request is sent.
  socket.allowHalfOpen = true;
  server.emit('connection', socket);
}

/** The connection below a TLS socket, an internal member of Node: the handshake and the plain bytes are its own. */
function parentOf(socket: Socket): Socket {
  return (socket as Socket & { _parent?: Socket | null })._parent ?? socket;
}

/** Answers bytes that are not an HTTP request, or a request that took too long to arrive. */
function refuseBytes(error: NodeJS.ErrnoException, socket: Socket, { scheduler, ids }: Ports): void {
  const silent = socket.bytesRead === 0;
  const answering = answerOf(socket)?.headersSent === true;
  if (!socket.writable || silent || answering || error.code === 'ECONNRESET') {
    socket.destroy(error);
    return;
  }
  const refusal = refusalOf(error);
  const context = {
    requestId: ids.uuid().toUpperCase(),
    traceId: ids.uuid().replaceAll('-', ''),
    hostId: '',
    format: 'JSON',
  } as const;
  const body = renderError(context, refusal);
  endConnection(socket, scheduler, refusal.status, replyHeaders(context, Buffer.byteLength(body)), body);
}

function refusalOf(error: NodeJS.ErrnoException): ApiError {
  if (error.code === 'HPE_HEADER_OVERFLOW') return apiError('EntityTooLarge', String(MAX_HEAD_BYTES));
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new ApiError('InvalidArgument', 'The request took too long to arrive.');
  }
  return new ApiError('InvalidArgument', 'The request is not valid HTTP/1.1.');
}
