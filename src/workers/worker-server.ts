/**
 * A worker: its engine behind HTTP. It serves the connections that the main process passes to it, and does what the main process
 * asks of it.
 */
import type { Authenticator } from '../auth/authenticator.ts';
import { callerConnections } from '../base/open-files.ts';
import type { Ports } from '../base/ports.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Settings } from '../config/settings.ts';
import { serveConsoles } from '../console/other-consoles.ts';
import { createConsole } from '../console/create-console.ts';
import { OPERATIONS } from '../operations/all.ts';
import type { FlowRights } from '../runtime/flow-rights.ts';
import type { ServerLog } from '../server/log.ts';
import { watched } from '../server/parts.ts';
import { warnOfRest } from '../server/rest.ts';
import { createWireServer } from '../wire/server.ts';
import type { TlsTexts } from '../wire/server.ts';
import type { NodeInfo } from '../store/nodes.ts';
import { sharedNonces } from './nonce-hub.ts';
import { refuseConnections, takeConnections } from './passed-connections.ts';
import type { PassedConnections } from './passed-connections.ts';
import { CONSOLES, HEALTH } from './ports.ts';
import type { WorkerDuties, WorkerStart } from './ports.ts';
import { remotePort } from './remote-port.ts';
import { processesOf, shareConnections, shareSettings } from './shares.ts';
import { createWorkerEngine } from './worker-engine.ts';
import { WorkerHealth } from './worker-health.ts';

export interface WorkerServerOptions extends PassedConnections {
  readonly settings: Settings;
  readonly ports: Ports;
  readonly start: Pick<WorkerStart, 'url' | 'rank' | 'workers'>;
  readonly localCallersOnly: boolean;
  readonly authenticator: Authenticator;
  readonly rights: FlowRights;
  readonly tls: TlsTexts | null;
  readonly log: Pick<ServerLog, 'lost' | 'warn'>;
  /** This process, for people. */
  readonly info: NodeInfo;
}

export interface WorkerServer extends Omit<WorkerDuties, 'begin' | 'showLife'> {
  /** Asks for no more connections: another worker gets them. */
  refuse(): void;
  /** A node leaves its store, so that others take its executions at once. Nothing else waits for a worker that ends. */
  leave(): Promise<void>;
  close(): Promise<void>;
}

/** Serves from now on. */
export async function createWorkerServer(given: WorkerServerOptions): Promise<WorkerServer> {
  const { ports, changes } = watched(given.ports, given.settings);
  const options = { ...given, ports };
  const { link, start, authenticator, tls, log } = options;
  const { host } = new URL(start.url);
  const callers = { size: start.workers, rank: start.rank };
  const settings = shareConnections(options.settings, callers);
  const processes = processesOf(start.workers, start.rank);
  const sharing = await shareNonces(options, processes);
  const engine = createWorkerEngine({
    ...options,
    settings: shareSettings(settings, processes),
    ...{ endpoint: () => host, processes, callers },
    host: { connections: () => wire.connections },
  });
  const health = new WorkerHealth(remotePort(link, HEALTH), ports.scheduler, log);
  const { maxConnections, trustProxy, hosts } = settings.callers;
  const console = createConsole({ ...options, changes, services: engine.services, others: remotePort(link, CONSOLES) });
  if (console !== null) serveConsoles(engine.peers, changes, (id) => console.sessionEnded(id));
  const wire = createWireServer({
    operations: OPERATIONS,
    services: engine.services,
    authenticator,
    listen: settings.listen,
    tls,
    trustProxy,
    hosts,
    maxConnections: callerConnections(maxConnections),
    requestBytes: settings.limits.requestBytes,
    earlyAnswerMs: settings.earlyAnswerMs,
    health,
    console,
    ports,
  });
  takeConnections(options, wire.adopt());
  return {
    async forgetFlow(...change) {
      engine.forgetFlow(...change);
    },
    refuse: () => refuseConnections(link),
    async drain(limitMs) {
      health.stop();
      // The engine too, because an execution whose caller hung up has no connection that the HTTP server would wait for.
      await Promise.all([wire.close(limitMs), engine.drain(limitMs)]);
      warnOfRest(log, { express: engine.running, calls: 0 });
    },
    leave: () => Promise.resolve(),
    close() {
      sharing?.close();
      return engine.close();
    },
  };
}

/** Learns the nonces that other workers have accepted, and shares those of this one. Null: authentication is off. */
async function shareNonces(
  { link, authenticator, ports }: WorkerServerOptions,
  cluster: Cluster,
): Promise<{ close(): void } | null> {
  if (authenticator.open) return null;
  const exchange = sharedNonces(link);
  for await (const prints of exchange.remembered()) authenticator.learnNonces(prints);
  return authenticator.shareNonces({ exchange, cluster, ports, isNew: true });
}
