/** Puts the runtimes together: both drive executions of the same flows, by the same actions and limits. */
import type { Clock } from '../base/clock.ts';
import type { Ids } from '../base/ids.ts';
import type { ActionCatalog } from '../actions/action.ts';
import type { StartExecution } from '../actions/fnf/start.ts';
import type { Settings } from '../config/settings.ts';
import type { CompileDefinition } from '../language/compilation.ts';
import type { Stores } from '../store/stores.ts';
import { startExecutionOf } from './children/child-executions.ts';
import { createExecutions } from './execution-service.ts';
import type { Executions } from './executions.ts';
import { ExpressHistory } from './express/history/express-history.ts';
import { createExpressRuntime } from './express/express.ts';
import type { ExpressRuntime } from './express/express.ts';
import { createFlowChanges } from './flow-changes.ts';
import type { FlowChanges } from './flow-changes.ts';
import { createFlowCompiler, createRunnableFlows } from './flows/runnable-flows.ts';
import { createStandardRuntime } from './durable/durable.ts';
import type { StandardLog, StandardRuntime } from './durable/durable.ts';
import { createSyncExecutions } from './express/sync-executions.ts';
import type { SyncExecutions } from './express/sync-executions.ts';

export interface RuntimesOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly actions: ActionCatalog;
  readonly stores: Pick<Stores, 'flows' | 'executions'>;
  readonly compile: CompileDefinition;
  readonly limits: Settings['limits'];
  readonly history: Settings['history'];
  /** Waiting Standard executions that stay in memory; as many as the runtime sees fit when absent. */
  readonly idleMax?: number;
  readonly log: StandardLog;
}

export interface Runtimes {
  readonly express: ExpressRuntime;
  readonly standard: StandardRuntime;
  readonly sync: SyncExecutions;
  readonly executions: Executions;
  readonly changes: FlowChanges;
  /** What the actions start Standard executions with. */
  readonly startExecution: StartExecution;
}

/** Takes the store of executions over; what was under way there goes on. */
export async function createRuntimes(options: RuntimesOptions): Promise<Runtimes> {
  const { clock, ids, actions, limits, log } = options;
  const { flows: flowStore, executions: store } = options.stores;
  const compile = createFlowCompiler({ compile: options.compile, limits });
  const flows = createRunnableFlows({ flows: flowStore, ids, compile });
  const kept = options.history.express;
  const history = kept.executions === 0 ? null : new ExpressHistory({ ...kept, nowMs: () => clock.nowMs() });
  const express = createExpressRuntime({ clock, ids, actions, limits, history, onDefect: log.defect });
  const standard = await createStandardRuntime({
    clock,
    ids,
    actions,
    store,
    flows,
    compile,
    flowId: async (name) => (await flowStore.get(name))?.id ?? null,
    limits,
    keepMs: options.history.keepMs,
    ...(options.idleMax !== undefined && { idleMax: options.idleMax }),
    log,
  });
  return {
    express,
    standard,
    sync: createSyncExecutions({ flows, runtime: express, ids }),
    executions: createExecutions({
      flows: flowStore,
      store,
      standard,
      express: history,
      clock,
      stateEventNames: options.history.stateEventNames,
    }),
    changes: createFlowChanges({ flows, express, standard, history }),
    startExecution: startExecutionOf({ standard, store, clock, ids, childDepth: limits.childDepth }),
  };
}
