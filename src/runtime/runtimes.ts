/** Puts both runtimes together, with the same flows, actions and limits. */
import type { Cluster } from '../cluster/cluster.ts';
import type { Peers } from '../cluster/peers.ts';
import type { Objects } from '../objects/ports.ts';
import type { Stores } from '../store/stores.ts';
import { Children } from './children/children.ts';
import type { FlowPlace } from './children/standard-child.ts';
import type { ChildStarter } from './driver/calls.ts';
import { Turns } from './driver/turns.ts';
import type { NodeMembership } from '../cluster/membership.ts';
import { DurableRuntime } from './durable/durable.ts';
import { createExecutions } from './execution-service.ts';
import type { Executions } from './executions.ts';
import type { ExpressRuntime } from './express/express.ts';
import type { ExpressReader } from './express/history/express-reader.ts';
import { createWholeExpress } from './express/history/whole-express.ts';
import { createExpressItems } from './express/map-items.ts';
import { createExpressSide } from './express-side.ts';
import type { ExpressSideOptions } from './express-side.ts';
import type { SyncExecutions } from './express/sync-executions.ts';
import type { FlowRights } from './flow-rights.ts';
import { createFlowChanges } from './flow-changes.ts';
import type { FlowChanges } from './flow-changes.ts';

export interface RuntimesOptions extends Omit<ExpressSideOptions, 'flows' | 'children' | 'cluster' | 'peers'> {
  readonly stores: Pick<Stores, 'flows' | 'executions'>;
  /** The objects that distributed Maps read and write. */
  readonly objects: Objects;
  readonly place: FlowPlace;
  readonly rights: FlowRights;
  /** This process as a node of the stores. */
  readonly cluster: NodeMembership;
  /** The other processes that serve together with this one. */
  readonly peers: Peers;
  /** The processes that share the limits of Express executions; absent: the nodes of the stores. */
  readonly express?: Cluster;
  /** How many waiting Standard executions remain in memory; absent: the runtime's default. */
  readonly idleMax?: number;
  /** Replaces or wraps the starter of child flows, in a test. */
  readonly children?: (own: ChildStarter) => ChildStarter;
}

export interface Runtimes {
  readonly express: ExpressRuntime;
  readonly durable: DurableRuntime;
  readonly sync: SyncExecutions;
  readonly executions: Executions;
  /** Reads the Express executions of all processes. */
  readonly expressReader: ExpressReader;
  readonly changes: FlowChanges;
}

/** Executions that were under way in the stores continue in the background. */
export function createRuntimes(options: RuntimesOptions): Runtimes {
  const { ports, actions, limits, history: settings, place, rights, memory, cluster, peers } = options;
  const { flows: flowStore, executions: store } = options.stores;
  const own = new Children();
  const children = options.children?.(own) ?? own;
  const side = createExpressSide({ ...options, cluster: options.express ?? cluster, flows: flowStore, children });
  const { compile, cache, flows, history, express, sync, reader } = side;
  const durable = new DurableRuntime({
    ports,
    actions,
    children,
    runExpressItem: createExpressItems(express),
    objects: options.objects,
    memory,
    cluster,
    peers: options.peers,
    store,
    flows,
    compile,
    cache,
    flowId: async (name) => (await flowStore.get(name))?.id ?? null,
    limits,
    retention: settings,
    ...(options.idleMax !== undefined && { idleMax: options.idleMax }),
  });
  own.connect({ sync, durable, ports, place, rights, turns: new Turns(ports), ...limits });
  const expressReader = createWholeExpress(reader, peers, ports.clock);
  const executions = createExecutions({
    flows: flowStore,
    express: expressReader,
    ...{ store, durable, stateEventNames: settings.stateEventNames },
  });
  const changes = createFlowChanges({ flows, express, durable, history, cluster });
  cluster.begin();
  durable.recover();
  return { express, durable, sync, executions, expressReader, changes };
}
