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

export interface FlowChangesOptions {
  readonly flows: RunnableFlows;
  readonly express: Pick<ExpressRuntime, 'stop'>;
  readonly durable: Pick<DurableRuntime, 'flowDeleted'>;
  readonly history: Pick<ExpressHistory, 'forgetFlow'> | null;
  readonly cluster: Pick<Cluster, 'flowsChanged'> & Pick<NodeMembership, 'listen'>;
}

export function createFlowChanges({ flows, express, durable, history, cluster }: FlowChangesOptions): FlowChanges {
  // A flow with the same name may have been created since.
  const forget = (flowName: string, deletedId: string | null): void => {
    flows.forget(flowName);
    if (deletedId === null) return;
    const why = flowDeleted(flowName);
    express.stop(flowName, why);
    durable.flowDeleted(deletedId, why);
    history?.forgetFlow(deletedId);
  };
  cluster.listen({
    flowsChanged(changes) {
      if (changes === null) flows.forgetAll();
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
