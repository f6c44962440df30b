/**
 * The HTTP server: bare `node:http`, because there are two paths, and every request passes here. Its timeouts bound
 * how long a request may take to arrive, never how long an answer may take (wire.md 9.3).
 */
import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { ApiError, apiError } from '../api/error.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Clock } from '../base/clock.ts';
import type { Ids } from '../base/ids.ts';
import type { Operation } from '../operations/operation.ts';
import { announcedBytes } from './body.ts';
import { Dispatcher } from './dispatcher.ts';
import { EarlyAnswers } from './early-answers.ts';
import { endConnection } from './exchange.ts';
import type { WireLog } from './log.ts';
import { renderError, replyHeaders } from './reply.ts';

/** A GET call carries everything in its first line (wire.md 4.1), `Input` of 64 KiB percent-encoded included. */
const MAX_HEAD_BYTES = 256 * 1024;
const HEAD_TIMEOUT_MS = 60_000;
/** For head and body together: a body of a byte a second is cut off in the end. */
const REQUEST_TIMEOUT_MS = 300_000;
/** As the service advertises (wire.md 7.3). */
const KEEP_ALIVE_MS = 25_000;
const BACKLOG = 4096;
const CLOSING_LOOK_MS = 50;

export interface WireServerOptions<Services> {
  readonly operations: ReadonlyMap<string, Operation<Services>>;
  readonly services: Services;
  readonly authenticator: Authenticator;
  readonly listen: { readonly host: string; readonly port: number };
  /** PEM texts; null: plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** Largest body. */
  readonly requestBytes: number;
  /** A slow answer later than this starts early, as white space (decisions.md 4.6); null: never. */
  readonly earlyAnswerMs: number | null;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: WireLog;
}

export interface WireServer {
  /** Starts to serve. Rejects when the address cannot be bound. */
  listen(): Promise<{ readonly url: string }>;
  /** Stops accepting, lets calls under way finish, and cuts off what is left after `limitMs`. */
  close(limitMs: number): Promise<void>;
}

export function createWireServer<Services>(options: WireServerOptions<Services>): WireServer {
  const { clock, ids, tls } = options;
  const early = options.earlyAnswerMs === null ? null : new EarlyAnswers(clock, options.earlyAnswerMs);
  const shared = { clock, ids, closing: false };
  const dispatcher = new Dispatcher({ ...options, early, shared, secureTransport: tls !== null });
  const server = createNodeServer(tls, (request, response) => dispatcher.handle(request, response));
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    // A body that is too large is refused before it is sent.
    if (announcedBytes(request) <= options.requestBytes) response.writeContinue();
    dispatcher.handle(request, response);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuseBytes(error, socket, clock, ids));

  return {
    listen: () => listen(server, options.listen, tls === null ? 'http' : 'https'),
    async close(limitMs) {
      shared.closing = true;
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      const cancelLimit = clock.after(limitMs, () => server.closeAllConnections());
      // An answer that was started before the server was closing leaves a connection that only now is idle.
      let cancelLook = clock.after(CLOSING_LOOK_MS, function look() {
        server.closeIdleConnections();
        cancelLook = clock.after(CLOSING_LOOK_MS, look);
      });
      await closed;
      cancelLimit();
      cancelLook();
      early?.stop();
    },
  };
}

function createNodeServer(
  tls: WireServerOptions<unknown>['tls'],
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const options = {
    maxHeaderSize: MAX_HEAD_BYTES,
    headersTimeout: HEAD_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    noDelay: true,
    // Only ACS3 signs the host, and asks for it itself.
    requireHostHeader: false,
  };
  return tls === null ? createHttpServer(options, handle) : createHttpsServer({ ...options, ...tls }, handle);
}

function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
  scheme: string,
): Promise<{ readonly url: string }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off('error', reject);
      const address = server.address() as AddressInfo;
      const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
      resolve({ url: `${scheme}://${name}:${address.port}` });
    });
  });
}

/** Answers bytes that are no HTTP request, or one that took too long to arrive. */
function refuseBytes(error: NodeJS.ErrnoException, socket: Socket, clock: Clock, ids: Ids): void {
  const silent = socket.bytesRead === 0;
  // Node keeps the answer under way there, and its own handler looks at it for the same reason.
  const { _httpMessage: answer } = socket as Socket & { _httpMessage?: ServerResponse | null };
  const answering = answer !== undefined && answer !== null && answer.headersSent;
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
  endConnection(socket, clock, refusal.status, replyHeaders(context, Buffer.byteLength(body)), body);
}

function refusalOf(error: NodeJS.ErrnoException): ApiError {
  if (error.code === 'HPE_HEADER_OVERFLOW') return apiError('EntityTooLarge', String(MAX_HEAD_BYTES));
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new ApiError('InvalidArgument', 'The request took too long to arrive.');
  }
  return new ApiError('InvalidArgument', 'The request is not valid HTTP/1.1.');
}
