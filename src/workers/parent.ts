/** The main process of the server, as a worker sees it: texts, and connections that it has accepted. */
import type { Socket } from 'node:net';
import type { Channel } from './link.ts';

export interface Parent extends Channel {
  /** Calls `take` with each connection that the main process passes; null for one whose caller has gone meanwhile. */
  onConnection(take: (connection: number, socket: Socket | null) => void): void;
}

/** The process that has started `own` as a worker; null for one that was started otherwise. */
export function parentOf(own: NodeJS.Process): Parent | null {
  if (own.send === undefined) return null;
  return {
    send(text) {
      if (own.connected) own.send?.(text, undefined, undefined, () => undefined);
    },
    onText(take) {
      own.on('message', (message) => {
        if (typeof message === 'string') take(message);
      });
    },
    onConnection(take) {
      own.on('message', (message, socket) => {
        if (isPassed(message)) take(message.connection, (socket as Socket | undefined) ?? null);
      });
    },
    onEnd(take) {
      own.once('disconnect', take);
    },
  };
}

/** As {@link import('./worker-process.ts').WorkerProcess.pass} sends it, with the socket. */
function isPassed(message: unknown): message is { readonly connection: number } {
  return typeof message === 'object' && message !== null && 'connection' in message;
}
