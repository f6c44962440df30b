/**
 * Passes changes of flows to the runtimes of all nodes. An operation reports a change after it is durable and answers when this resolves,
 * so that no later start sees the old flow, at any node.
 */
import type { Cluster } from '../cluster/cluster.ts';
import type { NodeMembership } from '../cluster/membership.ts';
import { flowDeleted } from '../interpreter/failure.ts';
import type { ExpressHistory } from './express/history/express-history.ts';
import type { ExpressRuntime } from './express/express.ts';
import type { RunnableFlows } from './flows/runnable-flows.ts';
import type { DurableRuntime } from './durable/durable.ts';

export interface FlowChanges {
  /** The flow, its versions or its aliases were changed. @throws the error of the store, when it cannot say what other nodes use */
  changed(flowName: string): Promise<void>;
  /** The flow was deleted: its executions end after their current state (rules.md 12.11). @throws as `changed` */
  deleted(flowName: string, flowId: string): Promise<void>;
}

/** Of a worker: before a change of the store returns there, the main process has announced it to all workers. */
export const ANNOUNCED: FlowChanges = { changed: () => Promise.resolve(), deleted: () => Promise.resolve() };

export interface RuntimesOfFlows {
  readonly flows: RunnableFlows;
  readonly express: Pick<ExpressRuntime, 'stop'>;
  /** Null in a worker, which has no Standard executions. */
  readonly durable: Pick<DurableRuntime, 'flowDeleted'> | null;
  readonly history: Pick<ExpressHistory, 'forgetFlow'> | null;
}

export interface FlowChangesOptions extends RuntimesOfFlows {
  readonly cluster: Pick<Cluster, 'flowsChanged'> & Pick<NodeMembership, 'listen'>;
}

/**
 * Makes the runtimes of this process forget a flow as it was before a change.
 * @param deletedId id of the flow if it was deleted; another one may have its name since
 */
export function forgetFlow(
  { flows, express, durable, history }: RuntimesOfFlows,
  flowName: string,
  deletedId: string | null,
): void {
  flows.forget(flowName);
  if (deletedId === null) return;
  const why = flowDeleted(flowName);
  express.stop(flowName, why);
  durable?.flowDeleted(deletedId, why);
  history?.forgetFlow(deletedId);
}

export function createFlowChanges({ cluster, ...runtimes }: FlowChangesOptions): FlowChanges {
  const forget = (flowName: string, deletedId: string | null): void => forgetFlow(runtimes, flowName, deletedId);
  cluster.listen({
    flowsChanged(changes) {
      if (changes === null) runtimes.flows.forgetAll();
      for (const { name, deletedId } of changes ?? []) forget(name, deletedId);
    },
  });
  return {
    changed(flowName) {
      forget(flowName, null);
      return cluster.flowsChanged();
    },
    deleted(flowName, flowId) {
      forget(flowName, flowId);
      return cluster.flowsChanged();
    },
  };
}
