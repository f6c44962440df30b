/**
 * The half of the runtimes that needs no store of executions: the plans of flows, and the Express executions with their history. A
 * whole server has it beside the durable runtime, a worker has it alone.
 */
import type { ActionCatalog } from '../actions/action.ts';
import type { MemoryBudget } from '../base/memory-budget.ts';
import type { Ports } from '../base/ports.ts';
import type { Compiler } from '../compiler/compiler.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Peers } from '../cluster/peers.ts';
import type { Settings } from '../config/settings.ts';
import type { ChildStarter } from './driver/calls.ts';
import { createExpressRuntime } from './express/express.ts';
import type { ExpressRuntime } from './express/express.ts';
import { ExpressHistory } from './express/history/express-history.ts';
import type { ExpressReader } from './express/history/express-reader.ts';
import { createOwnExpress } from './express/history/own-express.ts';
import { serveExpress } from './express/history/whole-express.ts';
import { createSyncExecutions } from './express/sync-executions.ts';
import type { SyncExecutions } from './express/sync-executions.ts';
import { createFlowCompiler } from './flows/flow-compiler.ts';
import type { CompileFlow } from './flows/flow-compiler.ts';
import { PlanCache } from './flows/plan-cache.ts';
import { createRunnableFlows } from './flows/runnable-flows.ts';
import type { RunnableFlows, RunnableFlowsOptions } from './flows/runnable-flows.ts';

export interface ExpressSideOptions {
  readonly ports: Ports;
  readonly actions: ActionCatalog;
  readonly children: ChildStarter;
  readonly flows: RunnableFlowsOptions['flows'];
  readonly compiler: Compiler;
  readonly limits: Settings['limits'];
  readonly history: Settings['history'];
  readonly memory: MemoryBudget;
  /** The processes that share the limits of Express executions. */
  readonly cluster: Cluster;
  /** Those that share the rate of starts by callers; absent: all of them. */
  readonly callers?: Pick<Cluster, 'size'>;
  /** Those that read the Express executions of this one. */
  readonly peers: Pick<Peers, 'serve'>;
}

export interface ExpressSide {
  readonly compile: CompileFlow;
  readonly cache: PlanCache;
  readonly flows: RunnableFlows;
  /** Null: Express executions are not retained. */
  readonly history: ExpressHistory | null;
  readonly express: ExpressRuntime;
  readonly sync: SyncExecutions;
  /** The executions of this process. */
  readonly reader: ExpressReader;
}

export function createExpressSide(options: ExpressSideOptions): ExpressSide {
  const { ports, limits, history: settings } = options;
  const compile = createFlowCompiler(options.compiler);
  const cache = new PlanCache(limits.planBytes);
  const flows = createRunnableFlows({ flows: options.flows, ids: ports.ids, compile, cache });
  const history =
    settings.express.executions === 0
      ? null
      : new ExpressHistory({ ...settings.express, nowMs: () => ports.clock.nowMs() });
  const express = createExpressRuntime({ ...options, history });
  const sync = createSyncExecutions({ flows, runtime: express, ids: ports.ids });
  const { scheduler } = ports;
  const { stateEventNames } = settings;
  const reader = createOwnExpress({ history, runtime: express, scheduler, stateEventNames });
  serveExpress(reader, options.peers);
  return { compile, cache, flows, history, express, sync, reader };
}
