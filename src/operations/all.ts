/** Every operation by its action. `api/actions.ts` lists the same ones as built; a test holds the two together. */
import { createFlow } from './create-flow.ts';
import { deleteFlow } from './delete-flow.ts';
import { describeFlow } from './describe-flow.ts';
import { describeRegions } from './describe-regions.ts';
import { listFlows } from './list-flows.ts';
import type { Operation } from './operation.ts';
import type { OperationServices } from './services.ts';
import { startSyncExecution } from './start-sync-execution.ts';
import { updateFlow } from './update-flow.ts';

export const OPERATIONS: ReadonlyMap<string, Operation<OperationServices>> = new Map(
  [
    limited(createFlow),
    limited(describeFlow),
    limited(updateFlow),
    limited(deleteFlow),
    limited(listFlows),
    // Has a rate of its own, which the runtime keeps.
    startSyncExecution,
    limited(describeRegions),
  ].map((operation) => [operation.action, operation]),
);

function limited(operation: Operation<OperationServices>): Operation<OperationServices> {
  return {
    ...operation,
    async run(services, request) {
      services.rate.admit(operation.action);
      return operation.run(services, request);
    },
  };
}
