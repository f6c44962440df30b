/** A worker that is a node of a shared store: a whole server, whose connections the main process accepts. */
import { createServer } from '../server/server.ts';
import type { ServerOptions } from '../server/server.ts';
import type { ServerLog } from '../server/log.ts';
import { warnOfRest } from '../server/rest.ts';
import { refuseConnections, takeConnections } from './passed-connections.ts';
import type { PassedConnections } from './passed-connections.ts';
import type { WorkerStart } from './ports.ts';
import { shareConnections, shareSettings } from './shares.ts';
import type { WorkerServer } from './worker-server.ts';

export interface NodeWorkerOptions extends PassedConnections, Omit<ServerOptions, 'log'> {
  readonly start: Pick<WorkerStart, 'url' | 'rank' | 'workers'>;
  readonly log: Pick<ServerLog, 'lost' | 'warn'>;
}

/** Takes over the stores, and serves from now on. The workers of a server divide its connections and its memory of histories. */
export async function createNodeWorker(options: NodeWorkerOptions): Promise<WorkerServer> {
  const { link, start, log } = options;
  const among = { size: start.workers, rank: start.rank };
  const settings = shareSettings(shareConnections(options.settings, among), among);
  const server = await createServer({ ...options, settings });
  takeConnections(options, server.adopt(start.url));
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => (closing ??= server.close());
  return {
    // Nodes learn of changes from their store.
    forgetFlow: () => Promise.resolve(),
    refuse: () => refuseConnections(link),
    async drain(limitMs) {
      await server.drain(limitMs);
      warnOfRest(log, server.underWay);
    },
    leave: close,
    close,
  };
}
