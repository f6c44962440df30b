/**
 * The engine: actions, runtimes and the services of the operations, put together in one place. The server, `millrace run`, the
 * tests and the test kit all use it, so that flows run with the same limits and parts everywhere.
 */
import { availableParallelism } from 'node:os';
import type { ActionCatalog } from '../actions/action.ts';
import type { MemoryBudget } from '../base/memory-budget.ts';
import { NodePeers } from '../cluster/node-peers.ts';
import { exchangeThroughStore } from '../cluster/nonce-exchange.ts';
import type { NonceExchange } from '../cluster/nonce-exchange.ts';
import { NO_PEERS } from '../cluster/peers.ts';
import type { Peers } from '../cluster/peers.ts';
import { loadObjectsLazily } from '../objects/lazy-objects.ts';
import type { Objects } from '../objects/ports.ts';
import type { Ports } from '../base/ports.ts';
import { atMost } from '../base/scheduler.ts';
import type { Settings } from '../config/settings.ts';
import { createCompiler } from '../compiler/compiler.ts';
import { FlowQuota } from '../operations/flow-quota.ts';
import type { Endpoint, OperationServices } from '../operations/services.ts';
import { ALL_RIGHTS } from '../runtime/flow-rights.ts';
import type { FlowRights } from '../runtime/flow-rights.ts';
import type { ChildStarter } from '../runtime/driver/calls.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { NodeMembership } from '../cluster/membership.ts';
import type { NodeMembershipOptions } from '../cluster/membership.ts';
import { createOverview } from '../overview/create-overview.ts';
import type { OverviewOptions } from '../overview/create-overview.ts';
import type { Overview } from '../overview/overview.ts';
import { NO_HOST } from '../overview/host-facts.ts';
import type { HostFacts } from '../overview/host-facts.ts';
import { createRuntimes } from '../runtime/runtimes.ts';
import type { Runtimes } from '../runtime/runtimes.ts';
import { assembleSchedules } from '../schedules/assemble.ts';
import type { ScheduleParts } from '../schedules/assemble.ts';
import type { Stores } from '../store/stores.ts';
import { counting, createServices, memoryBudget, productActions } from './parts.ts';

export interface EngineOptions {
  readonly settings: Settings;
  /** The engine owns these stores and closes them. */
  readonly stores: Stores;
  readonly ports: Ports;
  /** True when only this machine can call the engine: the setting `egress.privateAddresses: auto` depends on it. */
  readonly localCallersOnly: boolean;
  /** The rights of flows; absent: every flow may start every flow. */
  readonly rights?: FlowRights;
  /** For DescribeRegions. */
  readonly endpoint: Endpoint;
  /** This process as a node of a store that others use too; absent: it is the only one. */
  readonly node?: Pick<NodeMembershipOptions, 'info' | 'pollMs'>;
  /** The workers of this process, which run Express executions too. */
  readonly workers?: { readonly peers: Peers; readonly cluster: Cluster; readonly count: number };
  /** Absent: the engine serves no one over HTTP. */
  readonly host?: HostFacts;
  /** Replacements for parts of the product. */
  readonly standIns?: StandIns;
}

/** Parts that a test can replace. */
export interface StandIns {
  readonly actions?: ActionCatalog;
  readonly objects?: Objects;
  /** Replaces or wraps the starter of child flows. */
  readonly children?: (own: ChildStarter) => ChildStarter;
  /** How many waiting Standard executions remain in memory. */
  readonly idleMax?: number;
}

export interface Engine extends Runtimes {
  /** The memory that executions under way hold. */
  readonly memory: MemoryBudget;
  readonly services: OperationServices;
  readonly cluster: NodeMembership;
  /** Questions to the other processes that serve together with this one. */
  readonly peers: Peers;
  /** With the other nodes of the store; null: no other process uses it. */
  readonly nonces: NonceExchange | null;
  readonly schedules: ScheduleParts;
  /** Looks for messages that are due to be pushed: another process has added one. */
  wakePushes(): void;
  /** Executions and calls under way. */
  readonly underWay: { readonly express: number; readonly calls: number };
  /**
   * Lets Express executions and the calls of Standard ones end, then the pushes of messages, all within `limitMs`. Standard
   * executions call no more tasks.
   */
  drain(limitMs: number): Promise<void>;
  /** Aborts the calls under way, then closes the stores. */
  close(): Promise<void>;
}

/** Of a store that no other process uses. */
const ONE_NODE = { info: { name: 'one', version: '', leaseMs: 10_000 }, pollMs: 500 };

/** This process as a node of its store. */
function joined({ stores: { nodes, flows }, ports, node = ONE_NODE }: EngineOptions): Promise<NodeMembership> {
  return NodeMembership.join({ nodes, flows, ports, ...node });
}

/** The overviews of all flows and of this server. */
function overviewOf(
  { settings, stores, ports, node = ONE_NODE, workers, host = NO_HOST }: EngineOptions,
  parts: Pick<OverviewOptions, 'peers' | 'memory' | 'express' | 'expressReader' | 'durable' | 'figures'>,
): Overview {
  return createOverview({
    ...{ ...parts, settings, stores, ports, host },
    info: node.info,
    startedMs: ports.clock.nowMs(),
    // A worker that is a node has an engine of its own.
    workers: workers?.count ?? settings.workers ?? availableParallelism(),
  });
}

/** Puts the engine together. Executions that were under way in its stores continue. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { settings, stores, standIns = {} } = options;
  const { ports, figures } = counting(options.ports);
  const { limits, history, region, account } = settings;
  const { messages } = stores;
  const memory = memoryBudget(limits);
  const cluster = await joined(options);
  const own = productActions({ ...options, messages, pushes: messages, processes: cluster, memory });
  const actions = standIns.actions ?? own;
  const compiler = createCompiler(ports.scheduler);
  const objects = standIns.objects ?? loadObjectsLazily({ ...settings, ports, memory });
  const nodePeers = cluster.isShared ? new NodePeers({ nodes: stores.nodes, own: cluster, ports }) : null;
  const peers = options.workers?.peers ?? nodePeers?.questions ?? NO_PEERS;
  const runtimes = createRuntimes({
    ...standIns,
    objects,
    ports,
    peers,
    ...(options.workers !== undefined && { express: options.workers.cluster }),
    actions,
    stores,
    compiler,
    limits,
    history,
    place: { region, account },
    rights: options.rights ?? ALL_RIGHTS,
    memory,
    cluster,
  });
  own.resume();
  // Another node may have stored a message, or may have been the first.
  cluster.listen({ poll: async () => (cluster.rank === 0 ? own.resume() : undefined) });
  const { express, durable, sync } = runtimes;
  const { inputBytes } = limits;
  const schedules = assembleSchedules({ stores, durable, sync, ports, cluster, ...settings.schedules, inputBytes });
  schedules.resume();
  const overview = overviewOf(options, { peers, memory, figures, ...runtimes });
  return {
    ...{ ...runtimes, memory, peers, cluster },
    nonces: cluster.isShared ? exchangeThroughStore(stores.nodes, cluster) : null,
    services: createServices({
      ...{ ...options, ...runtimes, cluster, nodes: cluster, messages, compiler },
      flows: stores.flows,
      overview,
      schedules: schedules.service,
      flowQuota: new FlowQuota(stores.flows, limits.flows),
    }),
    schedules,
    wakePushes: () => own.wake(),
    get underWay() {
      return { express: express.running, calls: durable.calls };
    },
    async drain(limitMs) {
      const { clock, scheduler } = ports;
      const endMs = clock.monotonicMs() + limitMs;
      schedules.close();
      await Promise.all([express.drain(limitMs), durable.drain(limitMs)]);
      await atMost(scheduler, Math.max(0, endMs - clock.monotonicMs()), own.idle());
    },
    async close() {
      schedules.close();
      durable.close();
      nodePeers?.close();
      await cluster.leave();
      await Promise.all([own.close(), compiler.close(), objects.close()]);
      await stores.close();
    },
  };
}
