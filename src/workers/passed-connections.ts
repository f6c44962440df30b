/** The connections that the main process passes to a worker, on the side of the worker. */
import type { Socket } from 'node:net';
import type { Link } from './link.ts';
import type { Parent } from './parent.ts';

export interface PassedConnections {
  /** To the main process. */
  readonly link: Link;
  readonly parent: Pick<Parent, 'onConnection'>;
}

/** Serves each connection that comes, and notifies the main process when it is taken and when it is closed. */
export function takeConnections({ link, parent }: PassedConnections, serve: (socket: Socket) => void): void {
  parent.onConnection((connection, socket) => {
    link.note('connections.taken', [connection]);
    if (socket === null) return link.note('connections.closed', []);
    socket.once('close', () => link.note('connections.closed', []));
    serve(socket);
  });
}

/** Asks for no more connections: other workers get them. */
export function refuseConnections(link: Link): void {
  link.note('connections.refuse', []);
}
