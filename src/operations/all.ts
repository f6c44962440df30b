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
  [createFlow, describeFlow, updateFlow, deleteFlow, listFlows, startSyncExecution, describeRegions].map((operation) => [
    operation.action,
    operation,
  ]),
);
