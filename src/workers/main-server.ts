/**
 * The main process of a server with workers. If no other process can use the store, it has the store and the engine, so Standard
 * executions, schedules and messages do not notice the end of a worker; workers have HTTP and call it. If the store is shared, each worker
 * is a node of it, with an engine of its own.
 */
import { consolesOfPeers } from '../console/other-consoles.ts';
import type { OtherConsoles } from '../console/other-consoles.ts';
import { FlowQuota } from '../operations/flow-quota.ts';
import { createEngine } from '../server/engine.ts';
import type { Engine } from '../server/engine.ts';
import { createHealth } from '../server/health.ts';
import { watched } from '../server/parts.ts';
import type { ServerOptions } from '../server/server.ts';
import type { FlowsOfOperations, OperationServices } from '../operations/services.ts';
import type { HealthSource } from '../wire/health.ts';
import { announcedFlows } from './announced-flows.ts';
import type { Link } from './link.ts';
import { NonceHub } from './nonce-hub.ts';
import { CONSOLES, EXECUTIONS, FLOWS, HEALTH, MESSAGES, NODES, OVERVIEW, SCHEDULES, STANDARD_STARTS } from './ports.ts';
import { servePort } from './remote-port.ts';
import { processesOf, shareSettings } from './shares.ts';
import { WorkerPeers } from './worker-peers.ts';
import type { WorkerPool } from './worker-pool.ts';

export interface MainServerOptions extends Omit<ServerOptions, 'authenticator' | 'tls'> {
  /** They are not started yet. */
  readonly pool: WorkerPool;
  readonly count: number;
}

export interface MainServer {
  readonly underWay: Engine['underWay'];
  /** As {@link WorkerPool.listen}. */
  listen(): Promise<{ readonly url: string }>;
  /** Accepts no more connections, lets calls under way finish, and drains the engine, all within `limitMs`. */
  drain(limitMs: number): Promise<void>;
  /** Ends the workers, then closes the engine and its stores. */
  close(): Promise<void>;
}

/** Takes over the stores. */
export async function createMainServer(options: MainServerOptions): Promise<MainServer> {
  const { settings, stores, log, pool, count } = options;
  const { ports, changes } = watched(options.ports, settings);
  let url = '';
  const peers = new WorkerPeers(ports.scheduler, () => pool.links);
  const cluster = processesOf(count, count);
  const engine = await createEngine({
    ...{ ...options, ports },
    settings: shareSettings(settings, cluster),
    endpoint: () => new URL(url).host,
    workers: { peers, cluster, count },
    host: {
      healthReason: async () => (await health.alive()).reason,
      lostLogLines: () => log.lost,
      connections: () => 0,
    },
  });
  const { durable } = engine;
  const health = createHealth({ ports, stores, durable, log });
  const quota = new FlowQuota(stores.flows, settings.limits.flows);
  const flows = announcedFlows(stores.flows, quota, async (name, deletedId) => {
    const { changes } = engine;
    await (deletedId === null ? changes.changed(name) : changes.deleted(name, deletedId));
    await pool.askAll((duties) => duties.forgetFlow(name, deletedId));
  });
  const workers = consolesOfPeers(peers);
  const consoles: OtherConsoles = {
    changesSince: async (cursors) => [changes.batchSince(cursors), ...(await workers.changesSince(cursors))],
    endSession: (id) => workers.endSession(id),
  };
  const nonces = new NonceHub(ports.clock);
  return {
    get underWay() {
      return engine.underWay;
    },
    listen() {
      const bound = (at: string): void => {
        url = at;
      };
      return pool.listen(bound, (link) => {
        serveWorker(link, engine, health, flows);
        nonces.serve(link);
        servePort(link, CONSOLES, consoles);
      });
    },
    async drain(limitMs) {
      health.stop();
      await Promise.all([pool.drain(limitMs), engine.drain(limitMs)]);
    },
    async close() {
      await pool.close();
      await engine.close();
    },
  };
}

/** The main process of workers that are nodes of a shared store: it has neither a store nor an engine. */
export function supervisingServer(pool: WorkerPool): MainServer {
  return {
    underWay: { express: 0, calls: 0 },
    listen: () =>
      pool.listen(
        () => undefined,
        () => undefined,
      ),
    drain: (limitMs) => pool.drain(limitMs),
    close: () => pool.close(),
  };
}

/** Serves a worker what it calls of the main process. */
function serveWorker(link: Link, engine: Engine, health: HealthSource, flows: FlowsOfOperations): void {
  const { executions, schedules, nodes, overview } = engine.services;
  servePort(link, FLOWS, flows);
  servePort(link, EXECUTIONS, executions);
  servePort(link, SCHEDULES, schedules);
  servePort(link, MESSAGES, pushedMessages(engine));
  servePort(link, NODES, nodes);
  servePort(link, OVERVIEW, overview);
  servePort(link, HEALTH, health);
  servePort(link, STANDARD_STARTS, {
    // The worker needs no snapshot of the flow, which may be large.
    start: async (start) => ({ record: (await engine.durable.start(start)).record, snapshot: null }),
  });
}

/** The messages of the engine, which pushes those that a worker adds. */
function pushedMessages({ services: { messages }, wakePushes }: Engine): OperationServices['messages'] {
  return {
    list: (query) => messages.list(query),
    async add(message, push, retained) {
      const id = await messages.add(message, push, retained);
      // A full store may hold pushes for a subscriber that the settings no longer name. Only the pusher ends them.
      if (push.status === 'due' || id === null) wakePushes();
      return id;
    },
  };
}
