/**
 * Passes changes of flows to the runtimes. An operation reports a change after it is durable and before it answers, so that no
 * later start sees the old flow.
 */
import { flowDeleted } from '../interpreter/failure.ts';
import type { ExpressHistory } from './express/history/express-history.ts';
import type { ExpressRuntime } from './express/express.ts';
import type { RunnableFlows } from './flows/runnable-flows.ts';
import type { DurableRuntime } from './durable/durable.ts';

export interface FlowChanges {
  /** The flow, its versions or its aliases were changed. */
  changed(flowName: string): void;
  /** The flow was deleted: its executions end after their current state (rules.md 12.11). */
  deleted(flowName: string): void;
}

export interface FlowChangesOptions {
  readonly flows: RunnableFlows;
  readonly express: Pick<ExpressRuntime, 'stop'>;
  readonly durable: Pick<DurableRuntime, 'flowDeleted'>;
  readonly history: Pick<ExpressHistory, 'forgetFlow'> | null;
}

export function createFlowChanges({ flows, express, durable, history }: FlowChangesOptions): FlowChanges {
  return {
    changed: (flowName) => flows.forget(flowName),
    deleted(flowName) {
      flows.forget(flowName);
      const why = flowDeleted(flowName);
      express.stop(flowName, why);
      durable.flowDeleted(flowName, why);
      history?.forgetFlow(flowName);
    },
  };
}
