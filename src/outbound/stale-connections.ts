/**
 * Recognises keep-alive connections that the server closed while a request was being sent. undici reports only the error of
 * the socket; whether the connection had served an earlier request is noted here.
 */
import { channel } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';

/** How many requests were written to each connection. */
const requestsOf = new WeakMap<object, number>();

channel('undici:client:sendHeaders').subscribe((message) => {
  const { socket } = message as { readonly socket: object };
  requestsOf.set(socket, (requestsOf.get(socket) ?? 0) + 1);
});

/** Errors of connections that broke under a request after their first. */
const staleErrors = new WeakSet<Error>();

/**
 * True for the error of a keep-alive connection that was closed or reset under a request after its first. The server very
 * likely closed it before it saw the request, but it may have acted on the request.
 */
export function isStaleConnection(error: unknown): boolean {
  return error instanceof Error && staleErrors.has(error);
}

/** A connector whose connections {@link isStaleConnection} can judge. */
export function watchedConnector(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    connect(options, (...result) => {
      // The types promise a socket, but after a failure it is null.
      if (result[0] === null && result[1] !== null) watch(result[1]);
      callback(...result);
    });
  };
}

/** Must be called before undici adds its own listeners: it reports an error only after the error was marked here. */
function watch(socket: Socket): void {
  let closedByPeer = false;
  socket.on('end', () => {
    closedByPeer = true;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    const broke = closedByPeer || error.code === 'ECONNRESET' || error.code === 'EPIPE';
    if (broke && (requestsOf.get(socket) ?? 0) > 1) staleErrors.add(error);
  });
}
