/**
 * What the runtimes have to know about changes of flows. Operations tell it after a change is durable and before they
 * answer: no later start sees what was before.
 */
import { flowDeleted } from '../interpreter/failure.ts';
import type { ExpressHistory } from './express/history/express-history.ts';
import type { ExpressRuntime } from './express/express.ts';
import type { RunnableFlows } from './flows/runnable-flows.ts';
import type { StandardRuntime } from './durable/durable.ts';

export interface FlowChanges {
  /** The flow, its versions or its aliases were changed. */
  changed(flowName: string): void;
  /** The flow was deleted; what runs of it stops after the state that the flow is in (decisions.md 4.10). */
  deleted(flowName: string): void;
}

export interface FlowChangesOptions {
  readonly flows: RunnableFlows;
  readonly express: Pick<ExpressRuntime, 'stop'>;
  readonly standard: Pick<StandardRuntime, 'flowDeleted'>;
  readonly history: Pick<ExpressHistory, 'forgetFlow'> | null;
}

export function createFlowChanges({ flows, express, standard, history }: FlowChangesOptions): FlowChanges {
  return {
    changed: (flowName) => flows.forget(flowName),
    deleted(flowName) {
      flows.forget(flowName);
      const why = flowDeleted(flowName);
      express.stop(flowName, why);
      standard.flowDeleted(flowName, why);
      history?.forgetFlow(flowName);
    },
  };
}
