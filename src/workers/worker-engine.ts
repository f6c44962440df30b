/**
 * The engine of a worker: Express executions with their plans and their history, and the services of the operations. What concerns
 * the store, and so every Standard execution, is a call of the main process.
 */
import type { Ports } from '../base/ports.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Peers } from '../cluster/peers.ts';
import type { Settings } from '../config/settings.ts';
import { createCompiler } from '../compiler/compiler.ts';
import { FlowQuota } from '../operations/flow-quota.ts';
import type { Endpoint, OperationServices } from '../operations/services.ts';
import { Children } from '../runtime/children/children.ts';
import { Turns } from '../runtime/driver/turns.ts';
import { createExpressSide } from '../runtime/express-side.ts';
import { ANNOUNCED, forgetFlow } from '../runtime/flow-changes.ts';
import type { FlowRights } from '../runtime/flow-rights.ts';
import { counting, createServices, memoryBudget, productActions } from '../server/parts.ts';
import type { Link } from './link.ts';
import { EXECUTIONS, FLOWS, MESSAGES, NODES, OVERVIEW, SCHEDULES, STANDARD_STARTS } from './ports.ts';
import { remotePort } from './remote-port.ts';
import { answersTo } from './worker-peers.ts';
import type { HostFacts } from '../overview/host-facts.ts';
import { serveSystem } from '../overview/system.ts';
import { serveFigures } from '../overview/whole-figures.ts';
import type { NodeInfo } from '../store/nodes.ts';

export interface WorkerEngineOptions {
  readonly settings: Settings;
  readonly ports: Ports;
  /** To the main process. */
  readonly link: Link;
  readonly localCallersOnly: boolean;
  readonly rights: FlowRights;
  readonly endpoint: Endpoint;
  /** This process, for people. */
  readonly info: NodeInfo;
  readonly host: Pick<HostFacts, 'connections'>;
  /** The processes that run Express executions: the main process and its workers. */
  readonly processes: Cluster;
  /** Those that serve callers: the workers. */
  readonly callers: Pick<Cluster, 'size'>;
}

export interface WorkerEngine {
  readonly services: OperationServices;
  /** Answers questions of the main process. */
  readonly peers: Pick<Peers, 'serve'>;
  /** As `forgetFlow`, for the changes that the main process announces. */
  forgetFlow(flowName: string, deletedId: string | null): void;
  /** Express executions under way. */
  readonly running: number;
  /** Lets executions end, within `limitMs`. */
  drain(limitMs: number): Promise<void>;
  /** Aborts the calls under way. */
  close(): Promise<void>;
}

export function createWorkerEngine(options: WorkerEngineOptions): WorkerEngine {
  const { settings, link, rights, processes, callers } = options;
  const { ports, figures } = counting(options.ports);
  const { limits, history: historySettings, region, account } = settings;
  const memory = memoryBudget(limits);
  const flows = remotePort(link, FLOWS);
  const messages = remotePort(link, MESSAGES);
  const actions = productActions({ ...options, messages, pushes: null, memory });
  const compiler = createCompiler(ports.scheduler);
  const children = new Children();
  const peers = answersTo(link);
  const {
    flows: runnable,
    history,
    express,
    sync,
  } = createExpressSide({
    ...{ ports, actions, children, flows, compiler, limits, history: historySettings, memory, callers },
    cluster: processes,
    peers,
  });
  const { info, host } = options;
  serveSystem({ info, host, startedMs: ports.clock.nowMs(), memory, express, durable: null }, peers);
  serveFigures({ figures, express }, peers);
  const durable = remotePort(link, STANDARD_STARTS);
  const place = { region, account };
  children.connect({ sync, durable, ports, place, rights, turns: new Turns(ports), ...limits });
  return {
    peers,
    services: createServices({
      ...{ settings, ports, endpoint: options.endpoint, flows, messages, sync, compiler, cluster: callers },
      nodes: remotePort(link, NODES),
      executions: remotePort(link, EXECUTIONS),
      overview: remotePort(link, OVERVIEW),
      changes: ANNOUNCED,
      schedules: remotePort(link, SCHEDULES),
      // The main process has the quota of the whole server.
      flowQuota: new FlowQuota(flows, null),
    }),
    forgetFlow: (...change) => forgetFlow({ flows: runnable, express, durable: null, history }, ...change),
    get running() {
      return express.running;
    },
    drain: (limitMs) => express.drain(limitMs),
    async close() {
      await Promise.all([actions.close(), compiler.close()]);
    },
  };
}
