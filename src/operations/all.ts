/** Every operation by its action. `api/actions.ts` lists the same ones as built; a test holds the two together. */
import { createFlowAlias } from './create-flow-alias.ts';
import { createFlow } from './create-flow.ts';
import { deleteFlowAlias } from './delete-flow-alias.ts';
import { deleteFlowVersion } from './delete-flow-version.ts';
import { deleteFlow } from './delete-flow.ts';
import { describeExecutionWaits } from './describe-execution-waits.ts';
import { describeExecution } from './describe-execution.ts';
import { describeFlowAlias } from './describe-flow-alias.ts';
import { describeFlow } from './describe-flow.ts';
import { describeRegions } from './describe-regions.ts';
import { getExecutionHistory } from './get-execution-history.ts';
import { listExecutions } from './list-executions.ts';
import { listFlowAliases } from './list-flow-aliases.ts';
import { listFlowVersions } from './list-flow-versions.ts';
import { listFlows } from './list-flows.ts';
import { listMessages } from './list-messages.ts';
import type { Operation } from './operation.ts';
import { publishFlowVersion } from './publish-flow-version.ts';
import { redriveExecution } from './redrive-execution.ts';
import { reportTaskFailed } from './report-task-failed.ts';
import { reportTaskSucceeded } from './report-task-succeeded.ts';
import type { OperationServices } from './services.ts';
import { startExecution } from './start-execution.ts';
import { startSyncExecution } from './start-sync-execution.ts';
import { stopExecution } from './stop-execution.ts';
import { updateFlowAlias } from './update-flow-alias.ts';
import { updateFlow } from './update-flow.ts';

export const OPERATIONS: ReadonlyMap<string, Operation<OperationServices>> = new Map(
  [
    limited(createFlow),
    limited(describeFlow),
    limited(updateFlow),
    limited(deleteFlow),
    limited(listFlows),
    limited(publishFlowVersion),
    limited(listFlowVersions),
    limited(deleteFlowVersion),
    limited(createFlowAlias),
    limited(describeFlowAlias),
    limited(updateFlowAlias),
    limited(deleteFlowAlias),
    limited(listFlowAliases),
    limited(startExecution),
    // Has a rate of its own, which the runtime keeps.
    startSyncExecution,
    limited(stopExecution),
    limited(describeExecution),
    limited(listExecutions),
    limited(getExecutionHistory),
    limited(reportTaskSucceeded),
    limited(reportTaskFailed),
    limited(describeExecutionWaits),
    limited(redriveExecution),
    limited(listMessages),
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
