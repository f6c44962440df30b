/** The whole server in one process: the engine behind the HTTP interface. */
import type { Socket } from 'node:net';
import type { Authenticator } from '../auth/authenticator.ts';
import { callerConnections } from '../base/open-files.ts';
import { consolesOfPeers, serveConsoles } from '../console/other-consoles.ts';
import { createConsole } from '../console/create-console.ts';
import { OPERATIONS } from '../operations/all.ts';
import { createWireServer } from '../wire/server.ts';
import type { WireServerOptions } from '../wire/server.ts';
import { createEngine } from './engine.ts';
import type { Engine, EngineOptions } from './engine.ts';
import { createHealth } from './health.ts';
import type { ServerLog } from './log.ts';
import { watched } from './parts.ts';

export interface ServerOptions extends Omit<EngineOptions, 'endpoint' | 'host'> {
  /** This process as a node of its store, and for people. */
  readonly node: NonNullable<EngineOptions['node']>;
  readonly authenticator: Authenticator;
  readonly log: Pick<ServerLog, 'lost'>;
  /** Null: plain HTTP. */
  readonly tls: WireServerOptions<unknown>['tls'];
}

export interface Server {
  readonly engine: Engine;
  readonly underWay: Engine['underWay'];
  /** Starts to serve. Rejects when the address cannot be bound. */
  listen(): Promise<{ readonly url: string }>;
  /** As {@link WireServer.adopt}, for connections to this address. */
  adopt(at: string): (socket: Socket) => void;
  /** Accepts no more connections, lets calls under way finish, and drains the engine; `limitMs` as for {@link Engine.drain}. */
  drain(limitMs: number): Promise<void>;
  /** Closes the engine and its stores. */
  close(): Promise<void>;
}

/** Takes over the stores and listens. Meanwhile the engine loads the executions that were under way in them. */
export async function createServer(given: ServerOptions): Promise<Server> {
  const { settings, authenticator, tls } = given;
  const { ports, changes } = watched(given.ports, settings);
  const options = { ...given, ports };
  let url = '';
  const engine = await createEngine({
    ...options,
    endpoint: () => new URL(url).host,
    host: {
      healthReason: async () => (await health.alive()).reason,
      lostLogLines: () => options.log.lost,
      connections: () => wire.connections,
    },
  });
  const { durable, cluster, nonces } = engine;
  const sharing =
    nonces === null || authenticator.open ? null : authenticator.shareNonces({ exchange: nonces, cluster, ports });
  const health = createHealth({ ports, stores: options.stores, durable, log: options.log });
  const others = cluster.isShared ? consolesOfPeers(engine.peers) : null;
  const console = createConsole({ ...options, info: options.node.info, changes, services: engine.services, others });
  if (console !== null) serveConsoles(engine.peers, changes, (id) => console.sessionEnded(id));
  const wire = createWireServer({
    operations: OPERATIONS,
    services: engine.services,
    authenticator,
    listen: settings.listen,
    tls,
    trustProxy: settings.callers.trustProxy,
    hosts: settings.callers.hosts,
    maxConnections: callerConnections(settings.callers.maxConnections),
    requestBytes: settings.limits.requestBytes,
    earlyAnswerMs: settings.earlyAnswerMs,
    health,
    console,
    ports,
  });
  return {
    engine,
    get underWay() {
      return engine.underWay;
    },
    adopt(at) {
      url = at;
      return wire.adopt();
    },
    async listen() {
      const listening = await wire.listen();
      ({ url } = listening);
      return listening;
    },
    async drain(limitMs) {
      health.stop();
      // The engine too, because an execution whose caller hung up has no connection that the HTTP server would wait for.
      await Promise.all([wire.close(limitMs), engine.drain(limitMs)]);
    },
    close() {
      sharing?.close();
      return engine.close();
    },
  };
}
