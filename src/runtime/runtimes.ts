/** Puts both runtimes together, with the same flows, actions and limits. */
import type { MemoryBudget } from '../base/memory-budget.ts';
import type { Ports } from '../base/ports.ts';
import type { ActionCatalog } from '../actions/action.ts';
import type { Peers } from '../cluster/peers.ts';
import type { Settings } from '../config/settings.ts';
import type { Compiler } from '../compiler/compiler.ts';
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
import { createExpressRuntime } from './express/express.ts';
import type { ExpressRuntime } from './express/express.ts';
import { ExpressHistory } from './express/history/express-history.ts';
import { createOwnExpress } from './express/history/own-express.ts';
import { createWholeExpress, serveExpress } from './express/history/whole-express.ts';
import { createExpressItems } from './express/map-items.ts';
import { createSyncExecutions } from './express/sync-executions.ts';
import type { SyncExecutions } from './express/sync-executions.ts';
import type { FlowRights } from './flow-rights.ts';
import { createFlowChanges } from './flow-changes.ts';
import type { FlowChanges } from './flow-changes.ts';
import { createFlowCompiler } from './flows/flow-compiler.ts';
import { PlanCache } from './flows/plan-cache.ts';
import { createRunnableFlows } from './flows/runnable-flows.ts';

export interface RuntimesOptions {
  readonly ports: Ports;
  readonly actions: ActionCatalog;
  readonly stores: Pick<Stores, 'flows' | 'executions'>;
  readonly compiler: Compiler;
  /** The objects that distributed Maps read and write. */
  readonly objects: Objects;
  readonly limits: Settings['limits'];
  readonly history: Settings['history'];
  readonly place: FlowPlace;
  readonly rights: FlowRights;
  readonly memory: MemoryBudget;
  /** This process as a node of the stores. */
  readonly cluster: NodeMembership;
  /** The other processes that serve together with this one. */
  readonly peers: Peers;
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
  readonly changes: FlowChanges;
}

/** Executions that were under way in the stores continue in the background. */
export function createRuntimes(options: RuntimesOptions): Runtimes {
  const { ports, actions, limits, history: settings, place, rights, memory, cluster } = options;
  const { flows: flowStore, executions: store } = options.stores;
  const compile = createFlowCompiler(options.compiler);
  const cache = new PlanCache(limits.planBytes);
  const flows = createRunnableFlows({ flows: flowStore, ids: ports.ids, compile, cache });
  const own = new Children();
  const children = options.children?.(own) ?? own;
  const history =
    settings.express.executions === 0
      ? null
      : new ExpressHistory({ ...settings.express, nowMs: () => ports.clock.nowMs() });
  const express = createExpressRuntime({ ports, cluster, actions, children, memory, limits, history });
  const sync = createSyncExecutions({ flows, runtime: express, ids: ports.ids });
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
  const { stateEventNames } = settings;
  const { clock, scheduler } = ports;
  const ownExpress = createOwnExpress({ history, runtime: express, scheduler, stateEventNames });
  serveExpress(ownExpress, options.peers);
  const executions = createExecutions({
    flows: flowStore,
    express: createWholeExpress(ownExpress, options.peers, clock),
    ...{ store, durable, stateEventNames },
  });
  const changes = createFlowChanges({ flows, express, durable, history, cluster });
  cluster.begin();
  durable.recover();
  return { express, durable, sync, executions, changes };
}
